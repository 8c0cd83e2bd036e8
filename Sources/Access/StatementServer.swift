public import Postgres
internal import Synchronization

/// Where clients' SQL is run: by connections of its own, as a role that may only read what bases hold.
public struct StatementServer: Sendable {
  /// The database as that role, on the loop of its app.
  public let db: Database
  /// Whose turn it is, in all loops of this replica.
  let turns: StatementTurns

  /// Makes a server whose turns all loops of the replica share.
  public init(_ db: Database, _ turns: StatementTurns) { (self.db, self.turns) = (db, turns) }
}

/// Lets so many of clients' statements run at once, and so many of one base. The others wait in line for a bounded time.
public final class StatementTurns: Sendable {
  private struct TurnLine {
    var running = 0
    var runningOf: [ID<Base>: Int] = [:]
    var waiting: [TurnWaiter] = []
    var waitingOf: [ID<Base>: Int] = [:]
    var last: UInt64 = 0
  }

  private struct TurnWaiter {
    let number: UInt64
    let base: ID<Base>
    let continuation: UnsafeContinuation<Bool, Never>
  }

  /// How many may wait, in all and of one base.
  private static let (most, mostOfBase) = (1000, 50)

  private let line = Mutex(TurnLine())
  private let limits: AppSettings.StatementLimits

  /// Makes a line in which nobody waits.
  public init(_ limits: AppSettings.StatementLimits) { self.limits = limits }

  /// How many run now, and how many wait.
  public var load: (running: Int, waiting: Int) { line.withLock { ($0.running, $0.waiting.count) } }

  /// Waits until it is a base's turn. Whoever takes it must end it.
  ///
  /// - Throws: `Refusal.throttled` if it is not in time, or if too many wait already.
  func take(_ base: ID<Base>) async throws(Refusal) {
    let isTaken = await withUnsafeContinuation { continuation in
      enter(base, continuation)
    }
    guard isTaken else { throw .throttled(.statements, seconds: 1) }
  }

  private func enter(_ base: ID<Base>, _ continuation: UnsafeContinuation<Bool, Never>) {
    enum Entry { case runs, waits(UInt64), isFull }
    let entry: Entry = line.withLock { line in
      if line.waitingOf[base] == nil, mayRun(base, line) {
        start(base, &line)
        return .runs
      }
      guard line.waiting.count < Self.most, line.waitingOf[base, default: 0] < Self.mostOfBase else { return .isFull }
      line.last += 1
      line.waiting.append(TurnWaiter(number: line.last, base: base, continuation: continuation))
      line.waitingOf[base, default: 0] += 1
      return .waits(line.last)
    }
    switch entry {
    case .runs: continuation.resume(returning: true)
    case .isFull: continuation.resume(returning: false)
    case .waits(let number):
      Task.detached { [self] in
        try? await Task.sleep(for: limits.waiting)
        dismiss(number)
      }
    }
  }

  private func mayRun(_ base: ID<Base>, _ line: TurnLine) -> Bool {
    line.running < limits.atOnce && line.runningOf[base, default: 0] < limits.atOnceOfBase
  }

  private func start(_ base: ID<Base>, _ line: inout TurnLine) {
    line.running += 1
    line.runningOf[base, default: 0] += 1
  }

  private func leave(_ index: Int, _ line: inout TurnLine) -> TurnWaiter {
    let waiter = line.waiting.remove(at: index)
    let left = line.waitingOf[waiter.base, default: 1] - 1
    line.waitingOf[waiter.base] = left > 0 ? left : nil
    return waiter
  }

  private func dismiss(_ number: UInt64) {
    let waiter: TurnWaiter? = line.withLock { line in
      line.waiting.firstIndex { $0.number == number }.map { leave($0, &line) }
    }
    waiter?.continuation.resume(returning: false)
  }

  /// Ends a base's turn. The next are those who have waited longest and may run.
  func end(_ base: ID<Base>) {
    let next: [TurnWaiter] = line.withLock { line in
      line.running -= 1
      let left = line.runningOf[base, default: 1] - 1
      line.runningOf[base] = left > 0 ? left : nil
      var next: [TurnWaiter] = []
      while let index = line.waiting.firstIndex(where: { mayRun($0.base, line) }) {
        start(line.waiting[index].base, &line)
        next.append(leave(index, &line))
      }
      return next
    }
    for waiter in next { waiter.continuation.resume(returning: true) }
  }
}

extension App {
  /// Runs a body with clients' SQL when it is the base's turn.
  ///
  /// - Throws: What the body threw, or `Refusal.throttled`.
  public func inTurn<Value: Sendable>(of base: ID<Base>, _ body: () async throws -> Value) async throws -> Value {
    try await statements.turns.take(base)
    defer { statements.turns.end(base) }
    return try await body()
  }

  /// Runs a SELECT that a client's SQL was compiled to, in a read-only transaction that sees one base alone.
  ///
  /// - Throws: `PostgresError`.
  public func query<Value: RowDecodable>(
    _ sql: SQL, in base: ID<Base>, as type: Value.Type = Value.self
  ) async throws -> ReceivedRows<Value> {
    let limits = settings.statements
    let time = limits.time.components.seconds
    return try await statements.db.reading(
      sql.once,
      after: """
        select set_config('basekeeper.base', \("\(base.value)"), true), set_config('work_mem', \("\(limits.memory)kB"), true),
               set_config('statement_timeout', \("\(time)s"), true)
        """, statementTime: limits.time)
  }
}
