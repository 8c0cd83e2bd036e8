import Glibc
import Loop
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct Loops {
  @Test func `a body runs on the loop's thread and comes back to it after waiting elsewhere`() throws {
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

  @Test func `what takes its turn runs after jobs, and may ask to be called in time`() throws {
    final class Counter: Turn {
      var turns = 0
      var enough: CheckedContinuation<Void, Never>?
      let patience: Int32 = 2
      func turn() -> Bool {
        turns += 1
        if turns == 10 { enough?.resume() }
        return false
      }
    }
    try runBlocking { loop in
      let counter = Counter()
      loop.add(counter)
      // There is nothing else that would ever wake the loop.
      await withCheckedContinuation { counter.enough = $0 }
      loop.remove(counter)
    }
  }
}

@Suite(.timeLimit(.minutes(10))) struct BlockingPools {
  @Test func `a pool turns away what its queue cannot hold, and serves again afterwards`() async throws {
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

  @Test func `a pool uses no more threads than it may`() async throws {
    let pool = BlockingPool(named: "test", threads: 3, capacity: 100)
    let running = Shared((now: 0, most: 0))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<30 {
        group.addTask {
          try await pool.run {
            running.with { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            repeat { usleep(2000) } while running.with { $0.most } < 3  // the others are about to come
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
