internal import Loop

/// The connections that all look-ups of a loop share.
final class SharedPool {
  private var slots: [Slot] = []
  private let line: WaitingLine

  init(_ parts: PoolParts, count: Int) {
    line = parts.line()
    for _ in 0..<count {
      slots.append(
        parts.slot { [unowned self] pipeline in
          while line.serve(pipeline) {}
        } onLoss: { [unowned self] _ in
          if let reason = slots.refusal { line.dismiss(reason) }
        })
    }
    parts.silence.subscribe { [unowned self] in slots.replaceIdle() }
  }

  /// The open connection with the fewest unanswered queries; nil if none is open.
  var leastLoaded: Pipeline? {
    var least: Pipeline?
    for slot in slots {
      guard let pipeline = slot.pipeline else { continue }
      if pipeline.load < least?.load ?? .max { least = pipeline }
    }
    return least
  }

  /// Whether no connection is open, and the last attempt to open one failed.
  var isRefused: Bool { slots.refusal != nil }

  /// Waits for an open connection.
  func wait() async throws(PostgresError) -> Pipeline {
    for slot in slots { slot.wake() }
    return try await line.wait { leastLoaded.map { .success($0) } ?? slots.refusal.map { .failure($0) } }
  }

  /// Adds what the connections are doing.
  func report(to load: inout Database.Load) {
    for slot in slots {
      guard let pipeline = slot.pipeline else { continue }
      load.shared += 1
      load.unanswered += pipeline.load
    }
    load.waiting += line.count
  }

  func close() async {
    for slot in slots { await slot.close() }
    line.dismiss(.unavailable("the database is closed"))
  }
}

/// The connections that are leased to one statement or one transaction at a time.
final class LeasedPool {
  private var slots: [Slot] = []
  private var free: [Pipeline] = []
  private let line: WaitingLine

  init(_ parts: PoolParts, count: Int) {
    line = parts.line()
    for _ in 0..<count {
      slots.append(
        parts.slot { [unowned self] pipeline in
          release(pipeline)
        } onLoss: { [unowned self] _ in
          free.removeAll { !$0.isOpen }
          if let reason = slots.refusal { line.dismiss(reason) }
        })
    }
    parts.silence.subscribe { [unowned self] in slots.replaceIdle() }
  }

  /// Whether there is an open connection, leased or not.
  var isOpen: Bool { slots.contains { $0.pipeline != nil } }

  /// Leases a connection, or waits for one. The caller must give it back with `release`.
  func lease() async throws(PostgresError) -> Pipeline {
    try await line.wait {
      if let pipeline = free.popLast() { return .success(pipeline) }  // the most recent, so the others' memory rests
      if let reason = slots.refusal { return .failure(reason) }
      slots.first(where: \.isAsleep)?.wake()
      return nil
    }
  }

  /// Gives the connection to the next waiter. A connection that is still in a transaction is closed instead.
  func release(_ pipeline: Pipeline) {
    guard pipeline.isIdle else { return pipeline.lose("the connection was left in a transaction") }
    if !line.serve(pipeline) { free.append(pipeline) }
  }

  /// Adds what the connections are doing.
  func report(to load: inout Database.Load) {
    for slot in slots {
      guard let pipeline = slot.pipeline else { continue }
      load.leased += 1
      load.unanswered += pipeline.load
    }
    load.busy += load.leased - free.count
    load.waiting += line.count
  }

  func close() async {
    for slot in slots { await slot.close() }
    line.dismiss(.unavailable("the database is closed"))
  }
}

/// Tells all pools that a server does not answer on one connection. Idle connections may lead to the same server, which
/// hangs or cannot be reached. Without this they would be found out one by one, each by a request that waits in vain.
final class SilenceNotice {
  private var listeners: [() -> Void] = []

  func subscribe(_ listener: @escaping () -> Void) { listeners.append(listener) }

  func publish() { for listener in listeners { listener() } }
}

extension [Slot] {
  /// Replaces idle connections with new ones.
  fileprivate func replaceIdle() {
    for slot in self {
      if let pipeline = slot.pipeline, pipeline.isIdle { pipeline.lose("the server does not answer") }
    }
  }
}

/// What pools are made of.
struct PoolParts {
  let settings: Database.Settings
  let loop: Loop
  let outbox: Outbox
  let catalogue: Catalogue
  let tally: Tally
  let silence = SilenceNotice()

  func line() -> WaitingLine {
    WaitingLine(on: loop, tally, time: settings.waitingTime, capacity: settings.waitingLimit)
  }

  func slot(onUp: @escaping (Pipeline) -> Void, onLoss: @escaping (PostgresError) -> Void) -> Slot {
    let opener = Opener(settings: settings)
    return Slot(on: loop, onUp: onUp, onLoss: onLoss) { () async throws(PostgresError) in
      let link = try await open(by: opener)
      do throws(LoopError) {
        let pipeline = try Pipeline(link, on: loop, outbox, catalogue, tally, answerTimeout: settings.answerTimeout())
        pipeline.onSilence = silence.publish
        return pipeline
      } catch {
        throw .unavailable("\(error)")
      }
    }
  }

  private func open(by opener: Opener) async throws(PostgresError) -> Link {
    do throws(PostgresError) {
      let link = try await opener.open()
      tally.opened()
      return link
    } catch {
      tally.refused()
      settings.reachability?.failed("\(error)")
      throw error
    }
  }
}
