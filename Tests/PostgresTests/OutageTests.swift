import Cluster
import Glibc
import Loop
import Postgres
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct Outages {
  @Test func `if the server is killed under load, all calls end as unavailable, and later ones succeed`()
    async throws
  {
    let cluster = try await ThrowAwayCluster.start()
    defer { cluster.stop() }
    var settings = Database.Settings(url: cluster.conninfo)
    settings.waitingTime = .seconds(3600)
    try await onDatabase(settings) { db in
      try await db.run("create table item (id integer)")
      for _ in 1...3 {
        let calls = Calls()
        await withTaskGroup(of: Void.self) { group in
          for number in 0..<48 {
            group.addTask { while calls.isWanted { await calls.note { try await call(db, number) } } }
          }
          group.addTask {
            let loaded = await poll { calls.succeeded > 200 }
            kill(cluster.postmaster, SIGKILL)
            let failed = await poll { calls.failed > 0 }
            let before = calls.succeeded
            let back = await poll { calls.succeeded > before + 200 }
            #expect(loaded && failed && back)
            calls.end()
          }
        }
        #expect(calls.strange.isEmpty)
      }
    }
  }

  @Test func `if the server is paused, calls end within their bound, and succeed when it goes on`()
    async throws
  {
    let cluster = try await ThrowAwayCluster.start()
    defer { cluster.stop() }
    var settings = Database.Settings(url: cluster.conninfo)
    settings.statementTime = .milliseconds(200)
    settings.waitingTime = .milliseconds(500)
    try await onDatabase(settings) { db in
      for number in 0..<4 { #expect(await poll { (try? await call(db, number)) != nil }) }
      let processes = cluster.processes
      for pid in processes { kill(pid, SIGSTOP) }
      defer { for pid in processes { kill(pid, SIGCONT) } }
      let calls = Calls()
      await withTaskGroup(of: Void.self) { group in
        for number in 0..<16 { group.addTask { await calls.note { try await call(db, number) } } }
        group.addTask { #expect(await db.ping() == false) }
      }
      #expect(calls.failed == 16)
      #expect(calls.strange.isEmpty)
      // An answer counts as lost 2 s after the statement timeout.
      #expect(calls.reasons == ["no answer for 2.2 seconds", "no connection was free within 0.5 seconds"])
      for pid in processes { kill(pid, SIGCONT) }
      #expect(await poll { await db.ping() })
      #expect(await poll { (try? await call(db, 1)) != nil })
    }
  }

  @Test func `after a long transaction, silence is noticed as soon as on any other connection`()
    async throws
  {
    let cluster = try await ThrowAwayCluster.start()
    defer { cluster.stop() }
    var settings = Database.Settings(url: cluster.conninfo)
    (settings.statementTime, settings.pooledConnections) = (.milliseconds(200), 1)
    try await onDatabase(settings) { db in
      _ = try await db.transaction(statementTime: patience) { try await $0.run("select") }
      let processes = cluster.processes
      for pid in processes { kill(pid, SIGSTOP) }
      defer { for pid in processes { kill(pid, SIGCONT) } }
      let calls = Calls()
      await calls.note { try await db.run("select") }
      #expect(calls.reasons == ["no answer for 2.2 seconds"])
    }
  }

  @Test func `without a server, calls fail without waiting for it, and succeed once there is one`() async throws {
    let cluster = try await ThrowAwayCluster.start()
    cluster.stop()
    var settings = Database.Settings(url: cluster.conninfo)
    settings.waitingTime = .seconds(3600)
    try await onDatabase(settings) { db in
      let calls = Calls()
      for number in 0..<10 { await calls.note { try await call(db, number) } }
      #expect(calls.failed == 10)
      #expect(calls.strange.isEmpty)
      #expect(await db.ping() == false)
      let again = try await ThrowAwayCluster.start(cluster.directory)
      defer { again.stop() }
      #expect(await poll { await db.ping() })
      #expect(await poll { (try? await call(db, 1)) != nil })
    }
  }

  @Test func `a server that does not answer is unavailable within the time to wait for a connection`() async throws {
    // Accepts connections, because the kernel does that for a listening socket, but never answers.
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        _ = bind(listener, address, length)
        _ = getsockname(listener, address, &length)
      }
    }
    listen(listener, 16)
    var settings = Database.Settings(url: "host=127.0.0.1 port=\(address.sin_port.bigEndian) user=nobody dbname=none")
    settings.waitingTime = .milliseconds(300)
    try await onDatabase(settings) { db in
      let calls = Calls()
      for number in 0..<4 { await calls.note { try await call(db, number) } }
      #expect(calls.failed == 4)
      #expect(calls.reasons == ["no connection was free within 0.3 seconds"])
    }
  }

  @Test func `of several hosts, the one that answers is used`() async throws {
    let url = try TestCluster.conninfo(database: "postgres")
    let host = try #require(url.split(separator: "'").dropFirst().first)
    let several = url.replacing("'\(host)'", with: "'/nowhere,\(host)'")
    try await onDatabase(Database.Settings(url: several)) { db in
      let answer: Only<Int>? = try await db.lookup("select 1 as value")
      #expect(answer?.value == 1)
    }
  }

  @Test func `an invalid URL is unavailable, and its password stays secret`() async throws {
    try await onDatabase(Database.Settings(url: "postgres://user:hunter2@localhost:port/db")) { db in
      let reason = await unavailability { try await call(db, 0) }
      #expect(!reason.isEmpty && !reason.contains("hunter2"), "\(reason)")
    }
  }
}

/// One of the four ways to use a database.
private func call(_ db: WritableDatabase, _ number: Int) async throws {
  switch number % 4 {
  case 0: _ = try await db.lookup("select \(number)::bigint as value", as: Only<Int>.self)
  case 1: _ = try await db.rows("select \(number)::bigint as value", as: Only<Int>.self)
  case 2: try await db.run("select pg_sleep(0.001)")
  default:
    try await db.transaction { transaction in
      try await transaction.run("select 1")
      try await transaction.run("select pg_sleep(0.001)")
    }
  }
}

/// The outcomes of many calls.
private final class Calls: Sendable {
  private struct State {
    var isWanted = true
    var succeeded = 0, failed = 0
    var reasons: Set<String> = []
    var strange: [String] = []
  }
  private let state = Mutex(State())

  var isWanted: Bool { state.withLock { $0.isWanted } }
  var succeeded: Int { state.withLock { $0.succeeded } }
  var failed: Int { state.withLock { $0.failed } }
  /// The reasons of calls that were unavailable.
  var reasons: Set<String> { state.withLock { $0.reasons } }
  /// Failures other than `unavailable`.
  var strange: [String] { state.withLock { $0.strange } }

  func end() { state.withLock { $0.isWanted = false } }

  func note(_ call: () async throws -> Void) async {
    var failure: (any Error)?
    do { try await call() } catch { failure = error }
    state.withLock { state in
      switch failure {
      case nil: state.succeeded += 1
      case PostgresError.unavailable(let reason)?:
        state.failed += 1
        state.reasons.insert(reason)
      case let failure?: state.strange.append("\(failure)")
      }
    }
    if failure != nil { try? await Task.sleep(for: .milliseconds(2)) }
  }
}
