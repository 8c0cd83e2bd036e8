internal import API
internal import Access
internal import Assets
internal import Cluster
internal import Crypto
internal import Glibc
internal import Ground
internal import Loop
internal import Postgres

/// A configured database, usually with this version's schema: every command starts from one.
final class Installation {
  let configuration: Configuration
  /// For the role that serves.
  let database: Database.Settings
  /// For the role that owns the schema: the same one, if the operator has not separated them.
  let owner: Database.Settings
  /// For the role for clients' SQL: the one that serves, if the operator has not separated them.
  let statements: Database.Settings
  /// The standby that lists may be read from; nil if there is none.
  let standby: Database.Settings?
  let passwords: PasswordHasher
  /// The migrations that this process has applied.
  private(set) var applied: [String] = []
  private let cluster: EmbeddedCluster?

  /// What a command may do to reach its installation.
  struct Approach: OptionSet {
    let rawValue: Int
    /// Use the embedded PostgreSQL that another process runs.
    static let beside = Approach(rawValue: 1)
    /// Bring the database to this version's schema; otherwise it is used as it is.
    static let migrating = Approach(rawValue: 2)
    /// Create an embedded PostgreSQL if there is none.
    static let making = Approach(rawValue: 4)
    /// Accept a database that has nothing of Basekeeper's.
    static let empty = Approach(rawValue: 8)
  }

  /// Starts the embedded PostgreSQL if no other one is configured.
  ///
  /// - Throws: `Missing` if there is no installation and `approach` does not allow to make one.
  init(
    _ configuration: Configuration, _ approach: Approach, report: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    self.configuration = configuration
    if configuration.databaseURL == nil {
      if !approach.contains(.making) { try Missing.check(configuration) }
      // Before anything is created that could not be seeded.
      if access("\(configuration.dataDirectory)/postgres", F_OK) != 0 { try configuration.checkAdministrator() }
    }
    let urls: ServerURLs
    (cluster, urls) = try Self.servers(configuration, approach, report)
    var settings = Database.Settings(url: urls.service)
    settings.pooledConnections = configuration.connectionsPerLoop
    settings.statementTime = configuration.statementTime
    settings.connectTime = configuration.connectTime
    settings.preparesStatements = configuration.preparesStatements
    database = settings
    settings.url = urls.owner
    owner = settings
    settings.url = urls.statements
    settings.pooledConnections = configuration.statementLimits.atOnce
    settings.sharedConnections = 0  // there are no look-ups
    statements = settings
    settings = owner
    standby = configuration.readURL.map { url in
      var standby = settings
      (standby.url, standby.isStandby) = (url, true)
      standby.sharedConnections = 1  // to ask how far it lags behind
      return standby
    }
    passwords = PasswordHasher(threads: max(configuration.loops, Configuration.processors))
    do {
      if try !approach.contains(.empty) && !isOurs { throw Missing.inDatabase }
      if approach.contains(.migrating) {
        applied = try Migrator.migrate(owner.url, migrations)
        try letServe()
        try letQuery()
      }
    } catch {
      cluster?.stop()
      throw (error as? PostgresError).map(configuration.explained) ?? error
    }
  }

  /// The URLs of the roles.
  private struct ServerURLs {
    let service: String
    let owner: String
    let statements: String
  }

  /// The embedded PostgreSQL that was started, if it was, and the URLs of its roles.
  private static func servers(
    _ configuration: Configuration, _ approach: Approach, _ report: @escaping @Sendable (String) -> Void
  ) throws -> (EmbeddedCluster?, ServerURLs) {
    if let given = configuration.databaseURL {
      return (
        nil,
        ServerURLs(
          service: given, owner: configuration.ownerURL ?? given, statements: configuration.statementsURL ?? given)
      )
    }
    let directory = configuration.dataDirectory
    do {
      let cluster = try EmbeddedCluster(directory: directory, report: report)
      return (
        cluster,
        ServerURLs(
          service: cluster.conninfo(.service), owner: cluster.conninfo(.owner), statements: cluster.conninfo(.sql))
      )
    } catch let error as ClusterError {
      guard case .inUse = error, approach.contains(.beside),
        let service = EmbeddedCluster.conninfo(.service, ofServerIn: directory),
        let owner = EmbeddedCluster.conninfo(.owner, ofServerIn: directory),
        let statements = EmbeddedCluster.conninfo(.sql, ofServerIn: directory)
      else { throw error }
      return (nil, ServerURLs(service: service, owner: owner, statements: statements))
    }
  }

  /// Whether any migration was ever applied.
  private var isOurs: Bool {
    get throws {
      let found: Presence? = try withDatabase {
        try await $0.row("select to_regclass('public.schema_migration') is not null as is_there")
      }
      return found?.isThere == true
    }
  }

  private struct Presence: RowDecodable {
    let isThere: Bool
    init(_ row: Row) throws(PostgresError) { isThere = try row["is_there"] }
  }

  /// The migrations that a newer version has applied to the database, which this version can run with.
  func newerMigrations() throws -> [String] {
    try withDatabase { try await Migrator.newer($0.reader, than: migrations) }
  }

  /// Stops what was started.
  func close() { cluster?.stop() }

  /// Runs an async body with connections of its own, to the installation's database as its owner, or with other settings.
  func withDatabase<Value: Sendable>(
    at settings: Database.Settings? = nil, _ body: @escaping @Sendable (WritableDatabase) async throws -> Value
  ) throws -> Value {
    let given = settings ?? owner
    return try runBlocking { loop in
      var settings = given
      settings.waitingTime = .seconds(30)  // each of several hosts that does not answer takes time
      let database = WritableDatabase(settings, on: loop)
      do {
        let value = try await body(database)
        await database.close()
        return value
      } catch {
        await database.close()
        throw error
      }
    }
  }

  /// The keys that sign base tokens. Generates a master key if there is none.
  func keys() throws -> KeyStore {
    try masterKeys.make()
    return try store()
  }

  /// The same for commands, which generate no master key.
  ///
  /// - Throws: `Missing` if there is no master key.
  func neededKeys() throws -> KeyStore {
    guard let keys = try existingKeys() else { throw Missing.masterKey(configuration) }
    return keys
  }

  /// The same; nil if there is no master key.
  func existingKeys() throws -> KeyStore? { try masterKeys.isThere ? store() : nil }

  private func store() throws -> KeyStore {
    let shared = try configuration.signingSecret.map { try SigningKey(secret: $0) }
    return KeyStore(vaults: masterKeys.vaults, shared: shared, algorithm: configuration.algorithm)
  }

  /// Where the master key is.
  var masterKeys: MasterKeys { MasterKeys(configuration) }

  /// Whether the database's server is another process's, so that the service may be running.
  var isBeside: Bool { cluster == nil }
}

/// The files of Migrations/*.sql, which are compiled into the program.
let migrations: [Migration] = UnsafeBufferPointer(
  start: basekeeper_migrations, count: basekeeper_migration_count
).map { asset in
  Migration(
    name: String(cString: asset.name),
    sql: String(decoding: UnsafeBufferPointer(start: asset.bytes, count: asset.count), as: UTF8.self))
}

/// Runs a command on the installation that the options and the environment name, beside the service if that runs, and
/// stops whatever it has started. If there is no installation, it is created only if `mayBeNew` and if the operator has
/// said where.
func withInstallation<Value>(
  _ options: Options, mayBeNew: Bool = false, _ body: (Installation) throws -> Value
) throws -> Value {
  let configuration = try options.configuration
  for warning in configuration.warnings { complain("warning: \(warning)") }
  let making: Installation.Approach = mayBeNew && configuration.isPlaceGiven ? [.making, .empty] : []
  let installation = try Installation(configuration, making.union([.beside, .migrating]))
  defer { installation.close() }
  return try body(installation)
}

/// There is no installation for a command to work on.
struct Missing: Error, CustomStringConvertible {
  let description: String

  static let inDatabase = Missing(
    description: "this database is not Basekeeper's: to use an empty one, start `basekeeper serve` first")

  static func masterKey(_ configuration: Configuration) -> Missing {
    Missing(
      description:
        "the master key is missing: set BASEKEEPER_MASTER_KEY or BASEKEEPER_MASTER_KEY_FILE as for the service, "
        + "or put the service's master.key into \(configuration.dataDirectory)")
  }

  /// Checks that the data of an embedded PostgreSQL exist.
  static func check(_ configuration: Configuration) throws(Missing) {
    let directory = configuration.dataDirectory
    guard access("\(directory)/postgres", F_OK) != 0 else { return }
    if errno == EACCES { throw Missing(description: "this user may not read \(directory): try as root") }
    var text =
      "there is no database in \(directory): name the service's data with --data-dir DIRECTORY, or its settings "
    text += "with --env-file FILE"
    if !configuration.isPlaceGiven {
      if access(".env", R_OK) == 0 { text += ", such as --env-file .env" }
      if access(Environment.standardFile, F_OK) == 0 && access(Environment.standardFile, R_OK) != 0 {
        text += "; this user may not read \(Environment.standardFile): try as root"
      }
    }
    throw Missing(description: text)
  }
}
