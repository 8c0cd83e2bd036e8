internal import Glibc
internal import Ground
public import Loop

/// A step in the schema's history: a file's name and text. The text may contain several statements, but no `commit`.
///
/// A program keeps running, and can also start, on a database that a newer program has migrated: a migration only adds
/// to what the previous program uses. A migration that removes something has a name that ends in `.contract.sql`, and
/// comes one release later. Programs that do not know it refuse to run on that database.
public struct Migration: Sendable {
  /// The file's name. Migrations are applied in the order of their names.
  public let name: String
  /// The file's text.
  public let sql: String

  /// Makes a migration.
  public init(name: String, sql: String) { (self.name, self.sql) = (name, sql) }
}

/// Why a database cannot be migrated to this program's schema.
public enum MigrationError: Error, Equatable, CustomStringConvertible {
  /// The file was changed after it was applied.
  case changed(String)
  /// The file was applied to the database, but this program does not have it.
  case missing(String)
  /// The file was not applied, but later ones were.
  case skipped(String)
  /// Files were applied that this program does not have, and that remove what it needs.
  case newer([String])
  /// The file ends the transaction that it runs in.
  case endsTransaction(String)
  /// A statement of the file failed.
  case failed(String, PostgresError)

  /// Names the file.
  public var description: String {
    switch self {
    case .changed(let name): "migration \(name) was edited after it had been applied to this database"
    case .missing(let name): "migration \(name) was applied to this database but is missing from this program"
    case .skipped(let name): "migration \(name) was not applied to this database, but later ones were"
    case .newer(let names):
      "the database is newer than this program: it has \(names.joined(separator: ", ")); use the newer program"
    case .endsTransaction(let name): "migration \(name) ends the transaction it runs in"
    case .failed(let name, .statement("42501", _, _)):  // insufficient_privilege
      "migration \(name) was not applied to this database, and this role may not: migrate as the role that owns the schema"
    case .failed(let name, let error): "migration \(name) failed: \(error)"
    }
  }
}

/// Applies migrations, and records them in the table `schema_migration`.
public enum Migrator {
  /// How long a migration waits for locks, and how often it is retried.
  public struct LockRetries: Sendable {
    /// The lock timeout. All requests that need the same table queue up behind the migration for that time.
    public var lockTime = Duration.seconds(1)
    /// How often it is tried, and how long other transactions get in between.
    public var policy = RetryPolicy(attempts: 60, firstPause: .seconds(2), longestPause: .seconds(2))

    /// Makes retries for about three minutes.
    public init() {}
  }

  /// Applies the missing migrations in the order of the list, each in its own transaction. Blocks the calling thread.
  ///
  /// Programs that start at the same time apply each migration once between them: every transaction begins by taking
  /// one lock, and only then looks up what is missing. A migration that does not get a lock in time is rolled back and
  /// retried.
  ///
  /// - Returns: The names of the migrations that this call has applied.
  /// - Throws: `MigrationError`, or `PostgresError` if the server cannot be reached.
  public static func migrate(
    _ url: String, _ migrations: [Migration], retries: LockRetries = LockRetries()
  ) throws -> [String] {
    let session = try ScriptSession(url)
    var applied: [String] = []
    var attempt = 1
    while true {
      do {
        guard let next = try step(session, migrations, retries) else { return applied }
        applied.append(next)
        attempt = 1
      } catch MigrationError.failed(let name, let error) where error.isLockFailure {
        guard let pause = retries.policy.pause(afterAttempt: attempt) else {
          throw MigrationError.failed(name, error)
        }
        attempt += 1
        usleep(UInt32(clamping: pause.milliseconds * 1000))
      }
    }
  }

  /// Whether a program with these migrations can run on the database: all of them were applied, and no others that
  /// remove what it needs. For readiness checks.
  public static func isCurrent(_ database: Database, _ migrations: [Migration]) async throws(PostgresError) -> Bool {
    let applied = Set(try await applied(database))
    let own = Set(migrations.map(\.name))
    return applied.isSuperset(of: own) && !applied.subtracting(own).contains(where: isContracting)
  }

  /// The names of the migrations that newer programs have applied to the database.
  public static func newer(
    _ database: Database, than migrations: [Migration]
  ) async throws(PostgresError) -> [String] {
    let own = Set(migrations.map(\.name))
    return try await applied(database).filter { !own.contains($0) }
  }

  private static func applied(_ database: Database) async throws(PostgresError) -> [String] {
    do throws(PostgresError) {
      let applied: Applied? = try await database.lookup(
        "select array_agg(name order by name collate \"C\") as names from schema_migration")
      return applied?.names ?? []
    } catch .statement(sqlstate: "42P01", _, _) {  // undefined_table
      return []
    }
  }

  private struct Applied: RowDecodable {
    let names: [String]?
    init(_ row: Row) throws(PostgresError) { names = try row["names"] }
  }

  /// Gives a role the rights that it needs to serve, and revokes others. Programs that do so at once wait for each other.
  public static func letServe(_ role: String, _ transaction: Transaction) async throws(PostgresError) {
    try await transaction.run("select pg_advisory_xact_lock(\(lock))")
    try await transaction.run("select let_serve(\(role))")
  }

  /// Gives a role the rights that clients' SQL needs, and revokes others.
  public static func letQuery(_ role: String, _ transaction: Transaction) async throws(PostgresError) {
    try await transaction.run("select pg_advisory_xact_lock(\(lock))")
    try await transaction.run("select let_query(\(role))")
  }

  /// The lock's number is "basekeep" in ASCII.
  private static let lock: Int64 = 0x6261_7365_6b65_6570

  private static func isContracting(_ name: String) -> Bool { name.hasSuffix(".contract.sql") }

  private static func step(
    _ session: ScriptSession, _ migrations: [Migration], _ retries: LockRetries
  ) throws -> String? {
    // Repeated here because a pooler may not pass on the session's settings.
    try session.run("begin read write; set local statement_timeout = 0; set local lock_timeout = 0")
    do {
      try session.run("select pg_advisory_xact_lock(\(lock))")
      try session.run("set local lock_timeout = \(retries.lockTime.milliseconds)")
      guard let next = try next(session, migrations) else {
        try session.run("commit")
        return nil
      }
      try apply(next, session)
      return next.name
    } catch {
      try? session.run("rollback")
      throw error
    }
  }

  private static func apply(_ migration: Migration, _ session: ScriptSession) throws {
    do throws(PostgresError) {
      try session.run(migration.sql)
    } catch {
      throw MigrationError.failed(migration.name, error)
    }
    guard session.isInTransaction else { throw MigrationError.endsTransaction(migration.name) }
    _ = try session.answer(
      "insert into schema_migration (name, checksum) values ($1, sha256(convert_to($2, 'UTF8')))",
      [.text(migration.name), .text(migration.sql)])
    try session.run("commit")
  }

  private static func next(_ session: ScriptSession, _ migrations: [Migration]) throws -> Migration? {
    // A role that only serves may look, but create nothing.
    try session.run(
      """
      do $$ begin
        if to_regclass('schema_migration') is null then
          create table schema_migration (
            name       text primary key,
            checksum   bytea not null,
            applied_at timestamptz not null default now()
          );
        end if;
      end $$
      """)
    let checks: [MigrationState] = try session.answer(
      """
      select coalesce(applied.name, given.name) as name, applied.name is not null as is_applied,
             given.name is not null as is_given,
             applied.checksum is distinct from sha256(convert_to(given.sql, 'UTF8')) as is_changed
      from unnest($1::text[], $2::text[]) with ordinality as given (name, sql, position)
      full join schema_migration as applied on applied.name = given.name
      order by position, applied.name collate "C"
      """,
      [migrations.map(\.name).postgresParameter, migrations.map(\.sql).postgresParameter]
    ).all()
    let last = checks.last { $0.isApplied && $0.isGiven }?.name
    let unknown = checks.filter { !$0.isGiven }.map(\.name)
    if let last, let missing = unknown.first(where: { $0 < last }) { throw MigrationError.missing(missing) }
    guard last != nil || unknown.isEmpty, !unknown.contains(where: isContracting) else {
      throw MigrationError.newer(unknown)
    }
    let changed = checks.first { $0.isApplied && $0.isGiven && $0.isChanged }
    if let changed { throw MigrationError.changed(changed.name) }
    guard let next = checks.firstIndex(where: { !$0.isApplied }) else { return nil }
    if checks[next...].contains(where: \.isApplied) { throw MigrationError.skipped(checks[next].name) }
    return migrations.first { $0.name == checks[next].name }
  }

  private struct MigrationState: RowDecodable {
    let name: String
    let isApplied: Bool
    let isGiven: Bool
    let isChanged: Bool

    init(_ row: Row) throws(PostgresError) {
      name = try row["name"]
      isApplied = try row["is_applied"]
      isGiven = try row["is_given"]
      isChanged = try row["is_changed"]
    }
  }
}
