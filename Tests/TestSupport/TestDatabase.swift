internal import Assets
internal import Glibc
public import Loop
public import Postgres
internal import Synchronization

/// A separate database for one test, with connections on the loop that all tests share.
///
/// It is cloned from a template with this version's schema, which takes a hundredth of a second, and dropped when the
/// test ends.
public final class TestDatabase: Sendable {
  /// Its connection string.
  public let conninfo: String
  /// The database. Use it on the loop, see `onLoop`.
  public let db: WritableDatabase
  /// The same as a role that has no other rights than the service's.
  public let served: WritableDatabase
  /// The same as the role for clients' SQL.
  public let queried: WritableDatabase
  private let name: String

  /// Runs a body with a database of this version's schema.
  public static func with<Value>(
    connections: Int = 4, _ body: (TestDatabase) async throws -> Value
  ) async throws -> Value {
    try await with(template: Template.name.get(), connections: connections, body)
  }

  /// Runs a body with an empty database.
  public static func withEmpty<Value>(_ body: (TestDatabase) async throws -> Value) async throws -> Value {
    try await with(template: "template0", connections: 4, body)
  }

  private static func with<Value>(
    template: String, connections: Int, _ body: (TestDatabase) async throws -> Value
  ) async throws -> Value {
    await gate.enter()
    let result: Result<Value, any Error>
    do {
      let database = try TestDatabase(template: template, connections: connections)
      do { result = .success(try await body(database)) } catch { result = .failure(error) }
      try await database.drop()
    } catch {
      await gate.leave()
      throw error
    }
    await gate.leave()
    return try result.get()
  }

  private static let gate = Gate(width: 8)

  private init(template: String, connections: Int) throws {
    name = "test_\(getpid())_\(Self.count.add(1, ordering: .relaxed).newValue)"
    try administer("create database \(name) template \(template) strategy file_copy")
    conninfo = try TestCluster.conninfo(database: name)
    var settings = Database.Settings.patient(url: conninfo)
    settings.pooledConnections = connections
    settings.lockTime = patience
    settings.statementTime = patience
    db = WritableDatabase(settings, on: try Self.loop.get())
    settings.url = try ConnectionString(conninfo).user(ServingRole.name).text()
    served = WritableDatabase(settings, on: try Self.loop.get())
    settings.url = try ConnectionString(conninfo).user(ServingRole.statements).text()
    settings.sharedConnections = 0
    queried = WritableDatabase(settings, on: try Self.loop.get())
  }

  private static let count = Atomic(0)

  /// The loop of all test databases' connections.
  public static let loop = Result {
    let loop = try Loop()
    _ = loop.start(named: "test-loop")
    return loop
  }

  private func drop() async throws {
    try await db.onLoop { [served, queried] in
      await $0.close()
      await queried.close()
      await served.close()
    }
    try administer("drop database \(name) with (force)")
  }

  /// Closes all connections and admits no new ones, as if the server were gone.
  public func interrupt() throws {
    try administer("alter database \(name) allow_connections false")
    try administer("select pg_terminate_backend(pid) from pg_stat_activity where datname = '\(name)'")
  }

  /// Admits connections again.
  public func restore() throws { try administer("alter database \(name) allow_connections true") }

  /// Runs a script of any number of statements on a separate connection.
  public func execute(_ script: String) async throws { try ScriptSession(conninfo).run(script) }
}

extension WritableDatabase {
  /// Runs a body on the loop of the test databases.
  @discardableResult
  public func onLoop<Value: Sendable>(
    _ body: @escaping @Sendable (WritableDatabase) async throws -> Value
  ) async throws -> Value {
    try await TestDatabase.loop.get().perform { () async throws -> Value in try await body(self) }
  }
}

/// This version's migrations, which are compiled into the program.
public let allMigrations: [Migration] = UnsafeBufferPointer(
  start: basekeeper_migrations, count: basekeeper_migration_count
).map { asset in
  Migration(
    name: String(cString: asset.name),
    sql: String(decoding: UnsafeBufferPointer(start: asset.bytes, count: asset.count), as: UTF8.self))
}

/// The database that test databases are cloned from, made once for each process.
private enum Template {
  static let name = Result {
    let name = "test_\(getpid())_template"
    try administer("drop database if exists \(name) with (force)")
    try administer("create database \(name) template template0")
    let conninfo = try TestCluster.conninfo(database: name)
    _ = try Migrator.migrate(conninfo, allMigrations)
    try administer(ServingRole.creation)
    try ScriptSession(conninfo).run(
      "select let_serve('\(ServingRole.name)'), let_query('\(ServingRole.statements)')")
    return name
  }
}

/// The roles that the service has in tests, which an embedded server has already.
public enum ServingRole {
  /// The name of the one that serves.
  public static let name = "basekeeper_service"
  /// The name of the one for clients' SQL.
  public static let statements = "basekeeper_sql"

  fileprivate static let creation = """
    do $$ begin
      if not exists (select from pg_roles where rolname = '\(name)') then create role \(name) login; end if;
      if not exists (select from pg_roles where rolname = '\(statements)') then create role \(statements) login; end if;
    end $$
    """
}

private func administer(_ statement: String) throws {
  try ScriptSession(TestCluster.conninfo(database: "postgres")).run(statement)
}
