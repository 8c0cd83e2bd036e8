import Glibc
import Loop
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(30))) struct Loops {
  @Test func `a body runs on the loop's thread and returns to it after waiting elsewhere`() throws {
    let stayed = try runBlocking { loop in
      var here = [loop.isCurrent]
      _ = await Task.detached { 1 }.value
      here.append(loop.isCurrent)
      await loop.sleep(for: .milliseconds(1))
      here.append(loop.isCurrent)
      return here
    }
    #expect(stayed == [true, true, true])
  }

  @Test func `an error of the body reaches the caller`() {
    struct Failure: Error {}
    #expect(throws: Failure.self) { try runBlocking { _ in throw Failure() } }
  }

  @Test func `a loop takes work from many threads, and runs all of it`() async throws {
    let loop = try Loop()
    let thread = loop.start(named: "test")
    let count = Shared(0)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<1000 { group.addTask { await loop.perform { count.with { $0 += 1 } } } }
    }
    loop.stop()
    thread.join()
    #expect(count.with { $0 } == 1000)
  }

  @Test func `timers fire in the order of their deadlines, and cancelled ones do not`() throws {
    let fired = try runBlocking { loop in
      let order = Shared<[Int]>([])
      for delay in [9, 3, 7, 1, 5, 2, 8, 4, 6] {
        loop.after(.milliseconds(delay * 4)) { order.with { $0.append(delay) } }
      }
      loop.after(.milliseconds(10)) { order.with { $0.append(100) } }.cancel()
      await loop.sleep(for: .milliseconds(60))
      return order.with { $0 }
    }
    #expect(fired == [1, 2, 3, 4, 5, 6, 7, 8, 9])
  }

  @Test func `a timer may set another`() throws {
    try runBlocking { loop in
      let count = Shared(0)
      await withCheckedContinuation { (fifth: CheckedContinuation<Void, Never>) in
        @Sendable func again() {
          let number = count.with { number in
            number += 1
            return number
          }
          if number == 5 { fifth.resume() } else { loop.after(.milliseconds(1), again) }
        }
        again()
      }
    }
  }

  @Test func `a descriptor is watched until its watch is cancelled`() throws {
    let seen = try runBlocking { loop in
      var ends: [Int32] = [0, 0]
      pipe(&ends)
      defer { for end in ends { close(end) } }
      let count = Shared(0)
      let reader = ends[0]
      let watch = try loop.watch(reader, for: .reading) { _ in
        var byte: UInt8 = 0
        let bytes = read(reader, &byte, 1)
        count.with { $0 += bytes }
      }
      write(ends[1], "a", 1)
      while count.with({ $0 }) == 0 { await loop.sleep(for: .milliseconds(1)) }
      watch.cancel()
      write(ends[1], "b", 1)
      await loop.sleep(for: .milliseconds(5))
      return count.with { $0 }
    }
    #expect(seen == 1)
  }

  @Test func `a turn is taken after jobs, and may ask to be called in time`() throws {
    final class Counter: Turn {
      var turns = 0
      var enough: CheckedContinuation<Void, Never>?
      let longestSleep: Int32 = 2
      func turn() -> Bool {
        turns += 1
        if turns == 10 { enough?.resume() }
        return false
      }
    }
    try runBlocking { loop in
      let counter = Counter()
      loop.add(counter)
      // Nothing else would ever wake the loop.
      await withCheckedContinuation { counter.enough = $0 }
      loop.remove(counter)
    }
  }
}

@Suite(.timeLimit(.minutes(30))) struct BlockingPools {
  @Test func `a pool refuses what its queue cannot hold, and serves again afterwards`() async throws {
    let pool = BlockingPool(named: "test", threads: 1, capacity: 2)
    let gate = Semaphore()
    let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<20 {
        group.addTask {
          do {
            try await pool.run { gate.wait() }
            return true
          } catch { return false }
        }
      }
      var turnedAway = 0
      while turnedAway < 17 {  // one runs, two wait
        if try await group.next() == false { turnedAway += 1 }
      }
      for _ in 0..<3 { gate.signal() }
      var served = 0
      for try await outcome in group where outcome { served += 1 }
      return (turnedAway, served)
    }
    #expect(outcomes == (17, 3))
    #expect(try await pool.run { 42 } == 42)
  }

  private typealias Share = BlockingPool.QueueShare

  /// Blocks a pool's only thread, enqueues work for each share in this order, and releases the thread. Returns the
  /// shares in the order in which they were served, and how many were refused. The pool holds 64.
  private static func serve(_ shares: [Share]) async throws -> (served: [Share], refused: Int) {
    let pool = BlockingPool(named: "test", threads: 1, capacity: 64)
    let gate = Semaphore()
    let served = Shared<[Share]>([])
    let refused = Shared(0)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await pool.run { gate.wait() } }
      while pool.unfinished < 1 { await Task.yield() }
      for share in shares {
        let settled = { refused.with { $0 } + pool.unfinished }
        let before = settled()
        group.addTask {
          do { try await pool.run(for: share) { served.with { $0.append(share) } } } catch { refused.with { $0 += 1 } }
        }
        while settled() == before { await Task.yield() }
      }
      gate.signal()
      try await group.waitForAll()
    }
    return (served.with { $0 }, refused.with { $0 })
  }

  @Test func `one account's flood holds up nobody else, in the same place or another`() async throws {
    let flood = [Share](repeating: Share(account: "greedy", source: "office"), count: 90)
    let others = [Share(account: "neighbour", source: "office"), Share(account: "stranger", source: "home")]
    let (served, refused) = try await Self.serve(flood + others)
    #expect(served.count == 64)
    #expect(refused == 28)
    let places = others.map { other in served.firstIndex { $0.account == other.account } }
    #expect(places[0] ?? .max < 10, "an eighth of the place's turns goes by")
    #expect(places[1] ?? .max < 3)
  }

  @Test func `one place's flood of accounts takes an eighth of the turns from every other place`() async throws {
    let flood = (0..<90).map { Share(account: "name \($0)", source: "office") }
    let others = (0..<10).map { Share(account: "stranger \($0)", source: "home \($0)") }
    let (served, refused) = try await Self.serve(flood + others)
    #expect((served.count, refused) == (64, 36))
    let last = try #require(served.lastIndex { $0.source != "office" })
    #expect(served.count { $0.source != "office" } == 10)
    #expect(last < 20, "all of the others are served among the first eight of the flood")
  }

  @Test func `being served gives no advantage, and single shares are served in order`() async throws {
    let pair = [Share(account: "one", source: "here"), Share(account: "two", source: "there")]
    let (served, refused) = try await Self.serve((0..<20).flatMap { _ in pair })
    #expect(refused == 0)
    for count in stride(from: 2, through: 40, by: 2) {
      #expect(served.prefix(count).count { $0.account == "one" } == count / 2)
    }
    let nobodies = try await Self.serve([Share](repeating: Share(), count: 70))
    #expect((nobodies.served.count, nobodies.refused) == (64, 6))
  }

  @Test func `a pool uses no more threads than allowed`() async throws {
    let pool = BlockingPool(named: "test", threads: 3, capacity: 100)
    let running = Shared((now: 0, most: 0))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<30 {
        group.addTask {
          try await pool.run {
            running.with { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            repeat { usleep(2000) } while running.with { $0.most } < 3  // the others are about to start
            running.with { $0.now -= 1 }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(running.with { $0.most } == 3)
  }
}

/// A value that several threads of a test change.
final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>
  init(_ value: Value) { self.value = Mutex(value) }

  func with<Result: Sendable>(_ body: @Sendable (inout Value) -> Result) -> Result {
    value.withLock { value in
      let result = body(&value)
      return result
    }
  }
}
