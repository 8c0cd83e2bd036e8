import Glibc
import Postgres
import TestSupport
import Testing

@testable import Cluster

@Suite(.timeLimit(.minutes(30))) struct Clusters {
  @Test func `committed data survive a stop and a start`() async throws {
    let first = try await ThrowAwayCluster.start()
    try await query(first, "create table kept as select 42 as value")
    first.stop()
    #expect(first.processes == [-1])
    let second = try await ThrowAwayCluster.start(first.directory)
    defer { second.stop() }
    #expect(try await query(second, "select value from kept") == 42)
  }

  @Test func `the server is reached only by its owner's socket, and its data have checksums`() async throws {
    let cluster = try await ThrowAwayCluster.start()
    defer { cluster.stop() }
    let lines = try #require(read("\(cluster.directory)/postgres/postmaster.pid"))
    #expect(lines[5].isEmpty)  // listen address
    var status = stat()
    stat(lines[4], &status)
    #expect(status.st_mode & 0o777 == 0o700)
    #expect(try await query(cluster, "select 1 as value where current_setting('data_checksums') = 'on'") == 1)
    #expect(try await query(cluster, "select 1 as value where current_setting('server_encoding') = 'UTF8'") == 1)
  }

  @Test func `a durable cluster keeps PostgreSQL's guarantees`() async throws {
    let directory = TestCluster.directory()
    let cluster = try EmbeddedCluster(directory: directory)
    defer { cluster.stop() }
    try await onDatabase(Database.Settings(url: cluster.conninfo)) { db in
      let settings: Only<[String]>? = try await db.lookup(
        """
        select array[current_setting('fsync'), current_setting('synchronous_commit'),
                     current_setting('full_page_writes'), current_setting('max_connections')] as value
        """)
      #expect(settings?.value == ["on", "on", "on", "100"])
    }
  }

  @Test func `a stale PID file does not keep the server from starting, even if the PID was reused`()
    async throws
  {
    let first = try await ThrowAwayCluster.start()
    let lines = try #require(read("\(first.directory)/postgres/postmaster.pid"))
    first.stop()
    // The second process is alive, and runs as PostgreSQL's user.
    let other = try await ThrowAwayCluster.start()
    defer { other.stop() }
    for pid in [999_999_999, other.postmaster, getpid()] {
      let stale = (["\(pid)"] + lines.dropFirst()).map { $0 + "\n" }.joined()
      write(stale, to: "\(first.directory)/postgres/postmaster.pid")
      let next = try await ThrowAwayCluster.start(first.directory)
      #expect(try await query(next, "select 1 as value") == 1)
      next.stop()
    }
  }

  @Test func `a server left by a dead process is taken over, and finally stopped`() async throws {
    let first = try await ThrowAwayCluster.start()
    first.stop()
    let programs = try Programs(for: nil)
    let (data, socket) = ("\(first.directory)/postgres", "\(first.directory)/socket")
    let left = try Subprocess(
      programs.command("postgres", ["-D", data, "-c", "listen_addresses=", "-k", socket]), output: STDERR_FILENO)
    #expect(await poll { first.postmaster == left.pid })
    let second = try await ThrowAwayCluster.start(first.directory)
    #expect(second.postmaster == left.pid)
    #expect(try await query(second, "select 1 as value") == 1)
    second.stop()
    #expect(left.wait() == 0)
  }

  @Test func `one directory is for one process at a time`() async throws {
    let first = try await ThrowAwayCluster.start()
    defer { first.stop() }
    #expect(throws: ClusterError.inUse(directory: first.directory)) {
      try ThrowAwayCluster(first.directory)
    }
    #expect(try await query(first, "select 1 as value") == 1)
  }

  @Test func `a server that dies is restarted, with all committed data`() async throws {
    let cluster = try await ThrowAwayCluster.start()
    defer { cluster.stop() }
    try await query(cluster, "create table kept as select 42 as value")
    for _ in 1...2 {
      let killed = cluster.postmaster
      kill(killed, SIGKILL)
      #expect(await poll { cluster.postmaster != killed && cluster.postmaster > 0 })
      #expect(await poll { (try? await query(cluster, "select value from kept")) == 42 })
    }
  }

  @Test func `a half-made directory is made anew`() async throws {
    let directory = TestCluster.directory()
    mkdir(directory, 0o755)
    mkdir("\(directory)/postgres.new", 0o700)
    write("15", to: "\(directory)/postgres.new/PG_VERSION")
    let cluster = try await ThrowAwayCluster.start(directory)
    defer { cluster.stop() }
    #expect(try await query(cluster, "select 1 as value") == 1)
  }

  @Test func `a directory with other content, or of another version, is left alone`() throws {
    let directory = TestCluster.directory()
    mkdir(directory, 0o755)
    mkdir("\(directory)/postgres", 0o755)
    write("photographs", to: "\(directory)/postgres/holidays")
    #expect(throws: ClusterError.notACluster(path: "\(directory)/postgres")) { try ThrowAwayCluster(directory) }
    write("9\n", to: "\(directory)/postgres/PG_VERSION")
    let error = #expect(throws: ClusterError.self) { try ThrowAwayCluster(directory) }
    #expect("\(String(describing: error))".contains("BASEKEEPER_PG_BIN"))
    #expect(read("\(directory)/postgres/holidays") == ["photographs"])
  }

  @Test func `a path that is too long for a socket, or that libpq would misread, is no problem`() async throws {
    for name in [String(repeating: "long", count: 30), "one, two", "it's \\ odd"] {
      let cluster = try await ThrowAwayCluster.start("\(TestCluster.directory())/\(name)")
      #expect(try await query(cluster, "select 1 as value") == 1)
      cluster.stop()
      try EmbeddedCluster.delete(directory: cluster.directory)
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only root runs PostgreSQL as somebody else"))
  func `a directory that PostgreSQL's user may not enter is refused with a remedy`() throws {
    let closed = TestCluster.directory()
    mkdir(closed, 0o700)
    let error = #expect(throws: ClusterError.self) { try ThrowAwayCluster("\(closed)/data") }
    #expect(error == .closedToUser("postgres", directory: "\(closed)/data"))
    #expect("\(String(describing: error))".contains("BASEKEEPER_DATA_DIR"))
  }

  @Test func `a server that cannot start reports its log's path and last lines`() throws {
    var settings = EmbeddedCluster.ClusterSettings.throwAway
    settings.server["shared_buffers"] = "nonsense"
    let directory = TestCluster.directory()
    let error = #expect(throws: ClusterError.self) { try EmbeddedCluster(directory: directory, settings: settings) }
    guard case .notRunning("\(directory)/postgres.log", let lines) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(lines.contains("shared_buffers"))
  }
}

/// Runs a statement and returns its number.
@discardableResult
private func query(_ cluster: ThrowAwayCluster, _ sql: SQL) async throws -> Int? {
  let db = WritableDatabase(Database.Settings(url: cluster.conninfo), on: try TestDatabase.loop.get())
  return try await db.onLoop { db in
    let answer: Result<Only<Int>?, any Error>
    do { answer = .success(try await db.transaction { try await $0.row(sql) }) } catch { answer = .failure(error) }
    await db.close()
    return try answer.get()?.value
  }
}
