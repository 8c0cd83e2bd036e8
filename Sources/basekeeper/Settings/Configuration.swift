internal import API
internal import Access
internal import Crypto
internal import Glibc
internal import Ground
internal import HTTP
internal import Server

/// The operator's settings, read once at the start. `settingGroups` lists them.
struct Configuration {
  var databaseURL: String?
  /// The database as the role that owns the schema; nil if that is the role of `databaseURL`.
  var ownerURL: String?
  /// A standby of the database; nil if there is none.
  var readURL: String?
  /// Whether a server must prove itself with TLS although its URL does not say so.
  var asksForTLSByDefault: Bool
  /// The database as the role for clients' SQL; nil if there is none.
  var statementsURL: String?
  var readLag: Duration
  var preparesStatements: Bool
  var dataDirectory: String
  /// Whether the operator has said where the data are.
  var isPlaceGiven: Bool
  var listen: Address
  /// The certificate for TLS; nil if connections are plain.
  var certificateFiles: CertificateFiles?
  var publicURL: String
  var adminEmail: String
  var adminPassword: String?
  var isDemo: Bool
  var signingSecret: String?
  var algorithm: SigningKey.Algorithm
  /// The master key, which seals the secrets in the database; nil if it was not set.
  var masterKey: String?
  /// The master key that is to replace it; nil if there is none.
  var nextMasterKey: String?
  var edge: Edge
  var metricsNetworks: [IPNetwork]
  var showsDocs: Bool
  var showsConsole: Bool
  var requestLimits: AppSettings.Limits
  var caps: Caps
  var rowLimits: AppSettings.RowLimits
  var statementLimits: AppSettings.StatementLimits
  var fileLimits: AppSettings.FileLimits
  /// Nil: they do not end.
  var firstPasswordHours: Int64?
  var accountTokens: AccountTokenLimits
  var confirmsEmailChange: Bool
  var requiredSecondFactors: AppSettings.SecondFactorDuty
  var loops: Int
  /// As many as can compute at the same time.
  static let processors = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  var logLevel: Log.Level
  /// Whether the audit log is also written to the output.
  var shipsAuditLog: Bool
  var limits: ServerLimits
  var connectionsPerLoop: Int
  var statementTime: Duration
  var connectTime: Duration
  /// How long `serve` waits for a database that does not answer yet.
  var databaseWait: Duration
  var drainTime: Duration
  var shutdownTime: Duration
  var trashDays: Int
  var operationDays: Int
  /// The file of passwords that nobody may choose; nil if there is none.
  var leakedPasswordsFile: String?
  /// What it says, once it is read: commands that do not need it do not read it.
  var leakedPasswords = LeakedPasswords()
  /// What looks like a mistake, but is no reason not to start.
  var warnings: [String]

  /// A host and a port to listen on.
  struct Address: CustomStringConvertible {
    let host: String
    let port: UInt16

    /// `127.0.0.1:8080`, `[::1]:8080`.
    init?(_ text: String) {
      guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
        return nil
      }
      var host = text[..<colon]
      if host.first == "[" && host.last == "]" {
        host = host.dropFirst().dropLast()
      } else if host.contains(":") {
        return nil
      }
      guard !host.isEmpty else { return nil }
      (self.host, self.port) = (String(host), port)
    }

    private init(host: String, port: UInt16) { (self.host, self.port) = (host, port) }

    static let standard = Address(host: "127.0.0.1", port: 8080)

    /// Whether it means all addresses of the machine.
    var isEverywhere: Bool { Self.wildcards[host] != nil }

    /// Whether only this machine can reach it.
    var isLoopback: Bool { host == "localhost" || IPAddress(host)?.isLoopback == true }

    /// How this machine itself reaches it.
    var local: Address { Address(host: Self.wildcards[host] ?? host, port: port) }

    private static let wildcards = ["0.0.0.0": "127.0.0.1", "::": "::1"]

    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
  }

  /// Some variables are wrong: a line for each.
  struct Problems: Error, CustomStringConvertible {
    let lines: [String]
    var description: String { lines.joined(separator: "\n") }
  }

  /// Reads all settings.
  init(_ environment: Environment) throws(Problems) {
    var environment = environment
    let servers = DatabaseServers(&environment)
    (databaseURL, ownerURL, readURL, asksForTLSByDefault) =
      (servers.database, servers.owner, servers.standby, servers.askForTLSByDefault)
    (statementsURL, preparesStatements) = (servers.statements, environment.flag("BASEKEEPER_PREPARED_STATEMENTS"))
    readLag = environment.seconds("BASEKEEPER_READ_LAG")
    (dataDirectory, isPlaceGiven) = (environment.value("BASEKEEPER_DATA_DIR") ?? "", environment.saysWhere)

    let place = ServiceAddress(&environment)
    (listen, certificateFiles, publicURL) = (place.listen, place.certificateFiles, place.publicURL)
    edge = environment.edge(isSecure: place.isSecure)
    metricsNetworks = environment.networks("BASEKEEPER_METRICS_NETWORKS")
    (showsDocs, showsConsole) = (environment.flag("BASEKEEPER_API_DOCS"), environment.flag("BASEKEEPER_CONSOLE"))
    isDemo = environment.flag("BASEKEEPER_DEMO")
    adminEmail = environment.value("BASEKEEPER_ADMIN_EMAIL") ?? ""
    adminPassword = environment.secret("BASEKEEPER_ADMIN_PASSWORD")
    (signingSecret, masterKey) = (environment.key("JWT_PRIVATE_KEY"), environment.key("BASEKEEPER_MASTER_KEY"))
    nextMasterKey = environment.key("BASEKEEPER_NEXT_MASTER_KEY")
    algorithm = environment.choice("BASEKEEPER_TOKEN_ALGORITHM") ?? .hs256

    (requestLimits, caps, fileLimits) = (environment.requestLimits(), environment.caps(), environment.fileLimits())
    (rowLimits, statementLimits) = (environment.rowLimits(), environment.statementLimits())
    firstPasswordHours = environment.limit("BASEKEEPER_FIRST_PASSWORD_HOURS")
    (confirmsEmailChange, requiredSecondFactors) =
      (environment.flag("BASEKEEPER_CONFIRM_EMAIL_CHANGE"), environment.choice("BASEKEEPER_REQUIRE_2FA") ?? .nobody)
    loops = environment.integer("BASEKEEPER_LOOPS") ?? Self.processors
    (logLevel, shipsAuditLog) = (environment.logLevel, environment.flag("BASEKEEPER_AUDIT_STDOUT"))
    _ = environment.choice("BASEKEEPER_LOG_FORMAT", Log.Format.self)  // read before everything else
    (limits, accountTokens) = (environment.limits(rows: rowLimits.bodyBytes), environment.accountTokens())
    connectionsPerLoop = environment.integer("BASEKEEPER_DB_CONNECTIONS") ?? 4
    (databaseWait, statementTime, connectTime) = environment.databaseTimes()
    (drainTime, shutdownTime) =
      (environment.seconds("BASEKEEPER_DRAIN_TIME"), environment.seconds("BASEKEEPER_SHUTDOWN_TIMEOUT"))
    (trashDays, operationDays) =
      (environment.integer("BASEKEEPER_TRASH_DAYS") ?? 30, environment.integer("BASEKEEPER_OPERATION_DAYS") ?? 90)
    leakedPasswordsFile = environment.text("BASEKEEPER_LEAKED_PASSWORDS")
    warnings = environment.strangers + place.warnings + environment.openOrigins
    guard environment.problems.isEmpty else { throw Problems(lines: environment.problems) }
  }
}

extension Configuration {
  /// Checks the first administrator's address and password by the rules of the API. Only the first start uses them.
  func checkAdministrator() throws(Problems) {
    let problems = LocalAdministration.problems(
      email: adminEmail, named: "BASEKEEPER_ADMIN_EMAIL", password: adminPassword, named: "BASEKEEPER_ADMIN_PASSWORD",
      leaked: adminPassword == nil ? LeakedPasswords() : try readLeakedPasswords())
    if !problems.isEmpty { throw Problems(lines: problems) }
  }

  /// The same with what the file of passwords says that nobody may choose.
  func withLeakedPasswords() throws(Problems) -> Configuration {
    var configuration = self
    configuration.leakedPasswords = try readLeakedPasswords()
    return configuration
  }

  /// Reads the file of passwords that nobody may choose.
  func readLeakedPasswords() throws(Problems) -> LeakedPasswords {
    guard let leakedPasswordsFile else { return LeakedPasswords() }
    do throws(LeakedPasswords.UnreadableList) {
      return try LeakedPasswords(contentsOf: leakedPasswordsFile)
    } catch {
      throw Problems(lines: ["BASEKEEPER_LEAKED_PASSWORDS: \(leakedPasswordsFile): \(error)"])
    }
  }
}

/// How the service is reached.
private struct ServiceAddress {
  var listen = Configuration.Address.standard
  var certificateFiles: CertificateFiles?
  var publicURL: String
  var warnings: [String] = []

  var isSecure: Bool { certificateFiles != nil || publicURL.hasPrefix("https://") }

  init(_ environment: inout Environment) {
    let text = environment.value("BASEKEEPER_LISTEN") ?? ""
    if let given = Configuration.Address(text) {
      listen = given
    } else {
      environment.refuse("BASEKEEPER_LISTEN", "\"\(text)\" is not HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080")
    }
    switch (environment.text("BASEKEEPER_TLS_CERTIFICATE"), environment.text("BASEKEEPER_TLS_KEY")) {
    case (let chain?, let key?): certificateFiles = CertificateFiles(chain: chain, key: key)
    case (nil, _?): environment.refuse("BASEKEEPER_TLS_CERTIFICATE", "is not set, but BASEKEEPER_TLS_KEY is")
    case (_?, nil): environment.refuse("BASEKEEPER_TLS_KEY", "is not set, but BASEKEEPER_TLS_CERTIFICATE is")
    case (nil, nil): break
    }
    let scheme = certificateFiles == nil ? "http" : "https"
    publicURL = environment.text("BASEKEEPER_PUBLIC_URL") ?? "\(scheme)://\(listen.local)"
    if environment.text("BASEKEEPER_PUBLIC_URL") == nil && listen.isEverywhere {
      warnings.append(
        "BASEKEEPER_PUBLIC_URL is not set: answers name \(publicURL), which clients on other machines cannot reach")
    }
    if certificateFiles == nil && !listen.isLoopback && (environment.text("BASEKEEPER_TRUSTED_PROXIES") ?? "").isEmpty {
      warnings.append(
        "BASEKEEPER_LISTEN: other machines reach \(listen) without TLS, so tokens and passwords can be read on the way: "
          + "set BASEKEEPER_TLS_CERTIFICATE, or put a proxy that speaks TLS in front and name it in "
          + "BASEKEEPER_TRUSTED_PROXIES")
    }
    while publicURL.hasSuffix("/") { publicURL.removeLast() }
    let isHTTP = publicURL.hasPrefix("http://") || publicURL.hasPrefix("https://")
    if !isHTTP || publicURL.contains(where: \.isWhitespace) {
      environment.refuse("BASEKEEPER_PUBLIC_URL", "\"\(publicURL)\" is not a URL that starts with http:// or https://")
    }
  }
}

extension Environment {
  fileprivate var logLevel: Log.Level {
    mutating get { choice("BASEKEEPER_LOG_LEVEL") ?? .info }
  }

  fileprivate mutating func seconds(_ name: String) -> Duration { .seconds(integer(name) ?? 0) }

  /// How long serving waits for the database, a statement may take, and connecting.
  fileprivate mutating func databaseTimes() -> (wait: Duration, statement: Duration, connecting: Duration) {
    (
      seconds("BASEKEEPER_DATABASE_WAIT"), seconds("BASEKEEPER_STATEMENT_TIMEOUT"),
      seconds("BASEKEEPER_CONNECT_TIMEOUT")
    )
  }

  /// A secret of at least 32 bytes; nil if it is not set.
  fileprivate mutating func key(_ name: String) -> String? {
    let key = secret(name)
    if let key, key.utf8.count < 32 {
      refuse(name, "must have at least 32 bytes; `openssl rand -hex 32` makes one")
    }
    return key
  }

  /// A warning where pages of every site may call.
  fileprivate var openOrigins: [String] {
    guard text("BASEKEEPER_CORS_ORIGINS") == "*" else { return [] }
    return ["BASEKEEPER_CORS_ORIGINS is *: pages of every site may call the service with the tokens that they have"]
  }

  fileprivate mutating func edge(isSecure: Bool) -> Edge {
    let proxies = networks("BASEKEEPER_TRUSTED_PROXIES")
    let origins = text("BASEKEEPER_CORS_ORIGINS") ?? ""
    let crossOrigin = CrossOrigin(origins)
    if crossOrigin == nil {
      refuse(
        "BASEKEEPER_CORS_ORIGINS",
        "\"\(origins)\" is neither * nor a list of origins such as https://app.example.com, without a path")
    }
    return Edge(
      proxies: TrustedProxies(proxies), crossOrigin: crossOrigin ?? .none, isSecure: isSecure,
      coversSubdomains: flag("BASEKEEPER_HSTS_SUBDOMAINS"))
  }

  /// Bytes for bodies; 0 for no limit. The default grows with the largest body; a smaller value is refused.
  private mutating func bodyMemory(_ name: String, _ body: Int) -> Int {
    let bytes = integer(name) ?? 0
    if text(name) == nil { return max(bytes, body) }
    if (1..<body).contains(bytes) { refuse(name, "must be at least as large as the largest body, which is \(body)") }
    return bytes
  }

  fileprivate mutating func limits(rows: Int) -> ServerLimits {
    var limits = ServerLimits()
    limits.headerBytes = integer("BASEKEEPER_MAX_HEADER_BYTES") ?? limits.headerBytes
    limits.fileBytes = integer("BASEKEEPER_MAX_BODY_BYTES") ?? limits.fileBytes
    limits.bodyBytes = max(limits.fileBytes, rows)
    limits.bodyMemory = bodyMemory("BASEKEEPER_MAX_BODY_MEMORY", limits.bodyBytes)
    limits.bodyMemoryPerAddress = bodyMemory("BASEKEEPER_MAX_BODY_MEMORY_PER_ADDRESS", limits.bodyBytes)
    limits.connections = integer("BASEKEEPER_MAX_CONNECTIONS") ?? limits.connections
    limits.connectionsPerAddress = integer("BASEKEEPER_MAX_CONNECTIONS_PER_ADDRESS") ?? limits.connectionsPerAddress
    limits.headerTime = seconds("BASEKEEPER_HEADER_TIMEOUT")
    limits.bodyTime = seconds("BASEKEEPER_BODY_TIMEOUT")
    limits.idleTime = seconds("BASEKEEPER_IDLE_TIMEOUT")
    return limits
  }
}
