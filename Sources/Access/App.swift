public import Crypto
public import Ground
public import HTTP
public import Postgres

/// What operations may use. Each loop has one, which is passed as an argument: a reference to its parts, and where the
/// request comes from.
public struct App: Sendable {
  private let parts: AppParts
  /// Where the current request comes from, for the logs.
  public private(set) var origin = Origin(address: "", client: nil, request: "", isCounted: true)

  /// The database for reading, through the loop's own connections. To change something, use `change(by:)`; for
  /// bookkeeping, use `keep`.
  public var db: Database { parts.db }
  /// A standby for reads that may be slightly out of date; nil if there is none.
  public var standby: Standby? { parts.standby }
  /// Where clients' SQL is run.
  public var statements: StatementServer { parts.statements }
  /// The keys that sign and verify base tokens, as last read from the database.
  public var keys: SigningKeys { parts.keys }
  /// Hashes passwords on other threads.
  public var passwords: PasswordHasher { parts.passwords }
  /// Counts requests against rate limits.
  public var limiter: RateLimiter { parts.limiter }
  /// Records when tokens were used.
  public var lastUse: LastUse { parts.lastUse }
  /// What the loop remembers from one request to the next.
  public var memory: LoopMemory { parts.memory }
  /// The operator's settings.
  public var settings: AppSettings { _read { yield parts.settings } }
  /// Why the service is not ready for requests; nil if it is.
  public var readiness: @Sendable () async -> Obstacle? { parts.readiness }
  /// The service's metrics in Prometheus' text format.
  public var metrics: @Sendable () async -> [UInt8] { parts.metrics }
  /// Takes what the log should say about security.
  var security: @Sendable (SecurityReport) -> Void { parts.security }
  /// The current time. Tests set their own clock.
  public var now: @Sendable () -> Timestamp { parts.now }
  /// A monotonic clock, for durations. Tests set their own.
  public var uptime: @Sendable () -> Duration { parts.uptime }

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
    parts = AppParts(
      db: db.reader, primary: db, standby: standby,
      statements: statements ?? StatementServer(db.reader, StatementTurns(settings.statements)),
      keys: SigningKeys(signer, vaults), passwords: passwords, limiter: limiter, lastUse: LastUse(db: db),
      memory: LoopMemory(), settings: settings, readiness: readiness, metrics: metrics, security: security, now: now,
      uptime: uptime ?? { begin.duration(to: .now) })
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
      guard let primary = parts.primary else { throw .unexpected("a list that is read from a standby would write") }
      return primary
    }
  }

  /// An app with another database than the primary has no standby.
  private init(_ app: App, reading db: Database, writing primary: WritableDatabase?) {
    parts = AppParts(app.parts, reading: db, writing: primary)
    origin = app.origin
  }
}

/// The parts of an app, which all requests share.
private final class AppParts: Sendable {
  let db: Database
  /// The database for writing; nil if the app reads from a standby.
  let primary: WritableDatabase?
  let standby: Standby?
  let statements: StatementServer
  let keys: SigningKeys
  let passwords: PasswordHasher
  let limiter: RateLimiter
  let lastUse: LastUse
  let memory: LoopMemory
  let settings: AppSettings
  let readiness: @Sendable () async -> Obstacle?
  let metrics: @Sendable () async -> [UInt8]
  let security: @Sendable (SecurityReport) -> Void
  let now: @Sendable () -> Timestamp
  let uptime: @Sendable () -> Duration

  init(
    db: Database, primary: WritableDatabase?, standby: Standby?, statements: StatementServer, keys: SigningKeys,
    passwords: PasswordHasher, limiter: RateLimiter, lastUse: LastUse, memory: LoopMemory, settings: AppSettings,
    readiness: @escaping @Sendable () async -> Obstacle?, metrics: @escaping @Sendable () async -> [UInt8],
    security: @escaping @Sendable (SecurityReport) -> Void, now: @escaping @Sendable () -> Timestamp,
    uptime: @escaping @Sendable () -> Duration
  ) {
    (self.db, self.primary, self.standby, self.statements) = (db, primary, standby, statements)
    (self.keys, self.passwords, self.limiter, self.lastUse) = (keys, passwords, limiter, lastUse)
    (self.memory, self.settings, self.readiness, self.metrics) = (memory, settings, readiness, metrics)
    (self.security, self.now, self.uptime) = (security, now, uptime)
  }

  convenience init(_ parts: AppParts, reading db: Database, writing primary: WritableDatabase?) {
    self.init(
      db: db, primary: primary, standby: nil, statements: parts.statements, keys: parts.keys,
      passwords: parts.passwords, limiter: parts.limiter, lastUse: parts.lastUse, memory: parts.memory,
      settings: parts.settings, readiness: parts.readiness, metrics: parts.metrics, security: parts.security,
      now: parts.now, uptime: parts.uptime)
  }
}

private let begin = ContinuousClock.now

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
