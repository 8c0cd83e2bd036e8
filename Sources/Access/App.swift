public import Crypto
public import Ground
public import HTTP
public import Postgres

/// What an operation may use. One for each loop, made once, passed as an argument.
public struct App: Sendable {
  /// The database, through the loop's own connections, to read from. What changes something does so by `change(by:)`,
  /// what is noted besides by `keep`.
  public let db: Database
  /// The same, to write to; nil if this reads from a copy.
  private let primary: WritableDatabase?
  /// A copy of it for what may be a little late; nil where there is none.
  public let standby: Standby?
  /// The keys that sign and verify base tokens, as the database had them last.
  public let keys: SigningKeys
  /// Seals what must not be read from the database.
  public let vault: Vault
  /// Hashes passwords, off the loop.
  public let passwords: PasswordHasher
  /// Counts requests where there are limits.
  public let limiter: RateLimiter
  /// Gathers when tokens were used.
  public let lastUse: LastUse
  /// What the operator has set.
  public let settings: AppSettings
  /// What keeps the service from taking requests; nil when nothing does.
  public let readiness: @Sendable () async -> Obstacle?
  /// What the service has counted, in Prometheus' text format.
  public let metrics: @Sendable () async -> [UInt8]
  /// The clock; tests set their own.
  public let now: @Sendable () -> Timestamp
  /// What durations are measured by: it goes on whatever the clock is set to. Tests set their own.
  public let uptime: @Sendable () -> Duration
  /// What the logs say of the request that is served.
  public private(set) var origin = Origin(address: "", client: nil, request: "", isCounted: true)

  /// Signs and verifies base tokens and temporary API tokens.
  public var signer: TokenSigner { keys.current }

  /// An app with the given parts.
  public init(
    db: WritableDatabase, signer: TokenSigner, vault: Vault, passwords: PasswordHasher, settings: AppSettings,
    limiter: RateLimiter = RateLimiter(), standby: Standby? = nil,
    readiness: @escaping @Sendable () async -> Obstacle? = { nil },
    metrics: @escaping @Sendable () async -> [UInt8] = { [] },
    now: @escaping @Sendable () -> Timestamp = { .now },
    uptime: (@Sendable () -> Duration)? = nil
  ) {
    (self.db, primary) = (db.reader, db)
    (self.standby, self.vault, self.passwords, self.limiter) = (standby, vault, passwords, limiter)
    keys = SigningKeys(signer)
    (self.settings, self.readiness, self.metrics, self.now) = (settings, readiness, metrics, now)
    self.uptime = uptime ?? { begin.duration(to: .now) }
    lastUse = LastUse(db: db)
  }

  /// The app as the operation of one request has it.
  public func serving(_ request: Request) -> App {
    var app = self
    app.origin = Origin(
      address: request.address, client: request.headers[.userAgent], request: request.id,
      isCounted: request.method != .head)
    return app
  }

  /// The app with a transaction in the place of the database: what it does is done when that is committed.
  public func within(_ transaction: Transaction) throws(PostgresError) -> App {
    let db = try writer.within(transaction)
    return App(self, reading: db.reader, writing: db)
  }

  /// The app with a copy of the database to read from, and none to write to.
  func at(_ standby: Standby) -> App { App(self, reading: standby.db, writing: nil) }

  /// The database to write to.
  ///
  /// - Throws: `PostgresError.unexpected` at a copy: what reads from one is done again if it fails, so it writes nothing.
  var writer: WritableDatabase {
    get throws(PostgresError) {
      guard let primary else { throw .unexpected("a list that is read from a standby would write") }
      return primary
    }
  }

  /// Whoever has another database than the primary has no standby besides.
  private init(_ app: App, reading db: Database, writing primary: WritableDatabase?) {
    (self.db, self.primary, standby) = (db, primary, nil)
    (keys, vault, passwords, limiter) = (app.keys, app.vault, app.passwords, app.limiter)
    (lastUse, settings, readiness) = (app.lastUse, app.settings, app.readiness)
    (metrics, now, uptime, origin) = (app.metrics, app.now, app.uptime, app.origin)
  }
}

private let begin = ContinuousClock.now

/// The keys of one loop: replaced as a whole when the database has others.
public final class SigningKeys: @unchecked Sendable {  // Sendable: owned by its loop's thread
  /// What signs and verifies now.
  public internal(set) var current: TokenSigner

  init(_ signer: TokenSigner) { current = signer }
}

/// Why the service should get no requests now.
public enum Obstacle: String, Sendable {
  /// PostgreSQL does not answer.
  case database = "database unreachable"
  /// The database lacks something that the binary needs.
  case migrations = "database not migrated"
  /// The service is about to end.
  case shutdown = "shutting down"
}
