public import Crypto
public import Ground
public import HTTP
public import Postgres

/// What operations may use. Each loop has one, which is passed as an argument.
public struct App: Sendable {
  /// The database for reading, through the loop's own connections. To change something, use `change(by:)`; for
  /// bookkeeping, use `keep`.
  public let db: Database
  /// The database for writing; nil if this app reads from a standby.
  private let primary: WritableDatabase?
  /// A standby for reads that may be slightly out of date; nil if there is none.
  public let standby: Standby?
  /// Where clients' SQL is run.
  public let statements: StatementServer
  /// The keys that sign and verify base tokens, as last read from the database.
  public let keys: SigningKeys
  /// Hashes passwords on other threads.
  public let passwords: PasswordHasher
  /// Counts requests against rate limits.
  public let limiter: RateLimiter
  /// Records when tokens were used.
  public let lastUse: LastUse
  /// What the loop remembers from one request to the next.
  public let memory: LoopMemory
  /// The operator's settings.
  public let settings: AppSettings
  /// Why the service is not ready for requests; nil if it is.
  public let readiness: @Sendable () async -> Obstacle?
  /// The service's metrics in Prometheus' text format.
  public let metrics: @Sendable () async -> [UInt8]
  /// Takes what the log should say about security.
  let security: @Sendable (SecurityReport) -> Void
  /// The current time. Tests set their own clock.
  public let now: @Sendable () -> Timestamp
  /// A monotonic clock, for durations. Tests set their own.
  public let uptime: @Sendable () -> Duration
  /// Where the current request comes from, for the logs.
  public private(set) var origin = Origin(address: "", client: nil, request: "", isCounted: true)

  /// Signs and verifies base tokens and temporary API tokens.
  public var signer: TokenSigner { keys.current }

  /// Seals data that must not be readable in the database, and opens it. What is sealed to be stored is sealed with
  /// `VaultRing.held`.
  public var vaults: VaultRing { keys.vaults }

  /// Makes an app. Without a server for clients' SQL, that is run by the connections of `db`.
  public init(
    db: WritableDatabase, signer: TokenSigner, vaults: VaultRing, passwords: PasswordHasher, settings: AppSettings,
    limiter: RateLimiter = RateLimiter(), standby: Standby? = nil, statements: StatementServer? = nil,
    readiness: @escaping @Sendable () async -> Obstacle? = { nil },
    metrics: @escaping @Sendable () async -> [UInt8] = { [] },
    security: @escaping @Sendable (SecurityReport) -> Void = { _ in },
    now: @escaping @Sendable () -> Timestamp = { .now },
    uptime: (@Sendable () -> Duration)? = nil
  ) {
    (self.db, primary) = (db.reader, db)
    (self.standby, self.passwords, self.limiter) = (standby, passwords, limiter)
    self.statements = statements ?? StatementServer(db.reader, StatementTurns(settings.statements))
    keys = SigningKeys(signer, vaults)
    (self.settings, self.readiness, self.metrics, self.now) = (settings, readiness, metrics, now)
    self.security = security
    self.uptime = uptime ?? { begin.duration(to: .now) }
    lastUse = LastUse(db: db)
    memory = LoopMemory()
  }

  /// The app for the operation of one request.
  public func serving(_ request: Request) -> App {
    var app = self
    app.origin = Origin(
      address: request.address, client: request.headers[.userAgent], request: request.id,
      isCounted: request.method != .head)
    return app
  }

  /// The app inside a transaction: what it does takes effect when the transaction is committed.
  public func within(_ transaction: Transaction) throws(PostgresError) -> App {
    let db = try writer.within(transaction)
    return App(self, reading: db.reader, writing: db)
  }

  /// The app reading from a standby. It cannot write.
  func at(_ standby: Standby) -> App { App(self, reading: standby.db, writing: nil) }

  /// The database for writing.
  ///
  /// - Throws: `PostgresError.unexpected` if this app reads from a standby. Such a read is repeated if it fails, so it
  ///   must not write.
  var writer: WritableDatabase {
    get throws(PostgresError) {
      guard let primary else { throw .unexpected("a list that is read from a standby would write") }
      return primary
    }
  }

  /// An app with another database than the primary has no standby.
  private init(_ app: App, reading db: Database, writing primary: WritableDatabase?) {
    (self.db, self.primary, standby) = (db, primary, nil)
    (keys, passwords, limiter) = (app.keys, app.passwords, app.limiter)
    (lastUse, memory, settings, readiness) = (app.lastUse, app.memory, app.settings, app.readiness)
    (metrics, now, uptime, origin) = (app.metrics, app.now, app.uptime, app.origin)
    (security, statements) = (app.security, app.statements)
  }
}

private let begin = ContinuousClock.now

/// The keys of one loop. They are replaced as a whole when the database has others.
public final class SigningKeys: @unchecked Sendable {  // Sendable: owned by its loop's thread
  /// The current keys.
  public internal(set) var current: TokenSigner
  /// The vaults of the known master keys.
  public internal(set) var vaults: VaultRing

  init(_ signer: TokenSigner, _ vaults: VaultRing) { (current, self.vaults) = (signer, vaults) }
}

/// What a loop remembers from one request to the next: a value of each type.
public final class LoopMemory: @unchecked Sendable {  // Sendable: owned by its loop's thread
  private var values: [ObjectIdentifier: AnyObject] = [:]

  /// The value of a type, which is made when it is first asked for.
  public func value<Value: AnyObject>(made make: () -> Value) -> Value {
    if let known = values[ObjectIdentifier(Value.self)] as? Value { return known }
    let new = make()
    values[ObjectIdentifier(Value.self)] = new
    return new
  }
}

/// Why the service should not receive requests now.
public enum Obstacle: String, Sendable {
  /// PostgreSQL does not answer.
  case database = "database unreachable"
  /// The database lacks something that the binary needs.
  case migrations = "database not migrated"
  /// The master key was replaced by one that this copy does not know.
  case masterKey = "master key replaced"
  /// The service is shutting down.
  case shutdown = "shutting down"
}
