internal import API
internal import Access
internal import Assets
internal import Cluster
internal import Crypto
internal import Loop
internal import Postgres

/// A configured database at this version's schema: what every command starts from.
final class Installation {
  let configuration: Configuration
  let database: Database.Settings
  /// The standby that lists may come from.
  let standby: Database.Settings?
  let passwords: PasswordHasher
  /// The migrations that were applied just now.
  private(set) var applied: [String] = []
  private let cluster: EmbeddedCluster?

  /// Starts the embedded PostgreSQL where no other is configured, and applies the migrations, unless the database is to be
  /// taken as it is. Where another process runs it already, a command that works `beside` it uses that one.
  init(_ configuration: Configuration, beside: Bool = false, migrating: Bool = true) throws {
    self.configuration = configuration
    let url: String
    if let given = configuration.databaseURL {
      (cluster, url) = (nil, given)
    } else {
      do {
        let cluster = try EmbeddedCluster(directory: configuration.dataDirectory)
        (self.cluster, url) = (cluster, cluster.conninfo)
      } catch let error as ClusterError {
        guard case .inUse = error, beside,
          let running = EmbeddedCluster.conninfo(ofServerIn: configuration.dataDirectory)
        else { throw error }
        (cluster, url) = (nil, running)
      }
    }
    var settings = Database.Settings(url: url)
    settings.pooledConnections = configuration.connectionsPerLoop
    settings.statementTime = configuration.statementTime
    settings.connectTime = configuration.connectTime
    settings.preparesStatements = configuration.preparesStatements
    database = settings
    standby = configuration.readURL.map { url in
      var standby = settings
      (standby.url, standby.isStandby) = (url, true)
      standby.sharedConnections = 1  // asks how far it is
      return standby
    }
    passwords = PasswordHasher(threads: configuration.loops)
    guard migrating else { return }
    do {
      applied = try Migrator.migrate(url, migrations)
    } catch {
      cluster?.stop()
      throw error
    }
  }

  /// What a newer version has applied to the database, on which this one can run, too.
  func newerMigrations() throws -> [String] {
    try withDatabase { try await Migrator.newer($0, than: migrations) }
  }

  /// Stops what was started.
  func close() { cluster?.stop() }

  /// Runs an async body with a database of its own: the installation's, or that of other settings.
  func withDatabase<Value: Sendable>(
    at settings: Database.Settings? = nil, _ body: @escaping @Sendable (Database) async throws -> Value
  ) throws -> Value {
    let given = settings ?? database
    return try runBlocking { loop in
      var settings = given
      settings.waitingTime = .seconds(30)  // of several hosts, each that does not answer takes its time
      let database = Database(settings, on: loop)
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

  /// The keys that sign base tokens, and what seals them.
  func keys() throws -> (store: KeyStore, vault: Vault) { try keys(master: masterKey()) }

  /// The same where there is a master key; nil where one would have to be made.
  func existingKeys() throws -> (store: KeyStore, vault: Vault)? {
    try (configuration.masterKey ?? keyFile.existing()).map(keys)
  }

  private func keys(master: String) throws -> (store: KeyStore, vault: Vault) {
    let vault = try Vault(masterKey: master)
    let shared = try configuration.signingSecret.map { try SigningKey(secret: $0) }
    return (KeyStore(vault: vault, shared: shared, algorithm: configuration.algorithm), vault)
  }

  /// The configured master key, or one that is kept beside the data, readable for nobody else.
  private func masterKey() throws -> String {
    if let given = configuration.masterKey { return given }
    return try keyFile.read()
  }

  private var keyFile: KeyFile { KeyFile(path: "\(configuration.dataDirectory)/master.key") }
}

/// Migrations/*.sql, as they were compiled in.
let migrations: [Migration] = UnsafeBufferPointer(
  start: basekeeper_migrations, count: basekeeper_migration_count
).map { asset in
  Migration(
    name: String(cString: asset.name),
    sql: String(decoding: UnsafeBufferPointer(start: asset.bytes, count: asset.count), as: UTF8.self))
}

/// Runs a command on the configured installation, beside the service where that runs, and leaves nothing running behind.
func withInstallation(_ body: (Installation) throws -> Void) throws {
  let installation = try Installation(Configuration(.ofProcess), beside: true)
  defer { installation.close() }
  try body(installation)
}
