public import Crypto
public import HTTP
public import Postgres

/// What an operation may use. One for each loop, made once, passed as an argument.
public struct App: Sendable {
  /// The database, through the loop's own connections.
  public let db: Database
  /// Signs and verifies base tokens and temporary API tokens.
  public let signer: TokenSigner
  /// Hashes passwords, off the loop.
  public let passwords: PasswordHasher
  /// Gathers when API tokens were used.
  public let lastUse: LastUse
  /// What the operator has set.
  public let settings: Settings
  /// What keeps the service from taking requests; nil when nothing does.
  public let readiness: @Sendable () async -> Obstacle?
  /// The clock; tests set their own.
  public let now: @Sendable () -> Timestamp
  /// What the logs say of the request that is served.
  public private(set) var origin = Origin(address: "", request: "")

  /// An app with the given parts.
  public init(
    db: Database, signer: TokenSigner, passwords: PasswordHasher, settings: Settings,
    readiness: @escaping @Sendable () async -> Obstacle? = { nil },
    now: @escaping @Sendable () -> Timestamp = { .now }
  ) {
    (self.db, self.signer, self.passwords) = (db, signer, passwords)
    (self.settings, self.readiness, self.now) = (settings, readiness, now)
    lastUse = LastUse(db: db)
  }

  /// The app as the operation of one request has it.
  public func serving(_ request: Request) -> App {
    var app = self
    app.origin = Origin(address: request.address, request: request.id)
    return app
  }

  /// What the operator has set and an operation needs to know.
  public struct Settings: Sendable {
    /// Where clients reach the service, without a slash at the end: `https://bases.example.com`.
    public var publicURL: String

    /// Settings with the given values.
    public init(publicURL: String) { self.publicURL = publicURL }
  }
}

/// Why the service should get no requests now.
public enum Obstacle: String, Sendable {
  /// PostgreSQL does not answer.
  case database = "database unreachable"
  /// The database is at another version than the binary.
  case migrations = "database not migrated"
  /// The service is about to end.
  case shutdown = "shutting down"
}
