internal import Access
internal import Crypto
internal import Glibc
internal import HTTP
internal import Server

/// What the operator has set, read once at the start. The table in the README says the same in words.
struct Configuration {
  var databaseURL: String?
  /// A standby of the database; nil where there is none.
  var readURL: String?
  var readLag: Duration
  var preparesStatements: Bool
  var dataDirectory: String
  var listen: Address
  /// What TLS is spoken with; nil where connections are plain.
  var certificateFiles: CertificateFiles?
  var publicURL: String
  var adminEmail: String
  var adminPassword: String?
  var isDemo: Bool
  var signingSecret: String?
  var algorithm: SigningKey.Algorithm
  /// What seals the secrets in the database; nil where nothing is set that it could be.
  var masterKey: String?
  var edge: Edge
  var metricsNetworks: [IPNetwork]
  var showsDocs: Bool
  var requestLimits: App.Settings.Limits
  var loops: Int
  var logLevel: Log.Level
  var limits: Limits
  var connectionsPerLoop: Int
  var statementTime: Duration
  var connectTime: Duration
  /// How long `serve` waits for a database that is not there yet.
  var databaseWait: Duration
  var drainTime: Duration
  var shutdownTime: Duration
  var trashDays: Int
  /// What is odd, but no reason not to start.
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

    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
  }

  /// The variables cannot be used; one line for each that is wrong.
  struct Problems: Error, CustomStringConvertible {
    let lines: [String]
    var description: String { lines.joined(separator: "\n") }
  }

  init(_ environment: Environment) throws(Problems) {
    var environment = environment
    databaseURL = environment.secret("DATABASE_URL")
    readURL = environment.secret("DATABASE_READ_URL")
    readLag = .seconds(environment.integer("BASEKEEPER_READ_LAG", in: 3...3600, default: 10))
    preparesStatements = environment.flag("BASEKEEPER_PREPARED_STATEMENTS", default: true)
    dataDirectory = environment.text("BASEKEEPER_DATA_DIR") ?? "./.basekeeper"
    _ = environment.text("BASEKEEPER_PG_BIN")  // read where PostgreSQL's programs are looked for

    let listenText = environment.text("BASEKEEPER_LISTEN") ?? "127.0.0.1:8080"
    let listen = Address(listenText)
    if listen == nil {
      environment.refuse("BASEKEEPER_LISTEN", "\"\(listenText)\" is not HOST:PORT, like 127.0.0.1:8080 or [::1]:8080")
    }
    switch (environment.text("BASEKEEPER_TLS_CERTIFICATE"), environment.text("BASEKEEPER_TLS_KEY")) {
    case (let chain?, let key?): certificateFiles = CertificateFiles(chain: chain, key: key)
    case (nil, _?): environment.refuse("BASEKEEPER_TLS_CERTIFICATE", "is not set, but BASEKEEPER_TLS_KEY is")
    case (_?, nil): environment.refuse("BASEKEEPER_TLS_KEY", "is not set, but BASEKEEPER_TLS_CERTIFICATE is")
    case (nil, nil): break
    }
    let scheme = certificateFiles == nil ? "http" : "https"
    var publicURL = environment.text("BASEKEEPER_PUBLIC_URL") ?? "\(scheme)://\(listenText)"
    while publicURL.hasSuffix("/") { publicURL.removeLast() }
    if !publicURL.hasPrefix("http://") && !publicURL.hasPrefix("https://") || publicURL.contains(where: \.isWhitespace)
    {
      environment.refuse("BASEKEEPER_PUBLIC_URL", "\"\(publicURL)\" is not a URL that starts with http:// or https://")
    }
    self.publicURL = publicURL

    adminEmail = environment.text("BASEKEEPER_ADMIN_EMAIL") ?? "admin@example.com"
    if !adminEmail.contains("@") {
      environment.refuse("BASEKEEPER_ADMIN_EMAIL", "\"\(adminEmail)\" is not an e-mail address")
    }
    adminPassword = environment.secret("BASEKEEPER_ADMIN_PASSWORD")
    if let adminPassword, !(8...1024).contains(adminPassword.utf8.count) {
      environment.refuse("BASEKEEPER_ADMIN_PASSWORD", "must have 8 to 1024 bytes")
    }
    isDemo = environment.flag("BASEKEEPER_DEMO")
    signingSecret = environment.secret("JWT_PRIVATE_KEY")
    if let signingSecret, signingSecret.utf8.count < 32 {
      environment.refuse("JWT_PRIVATE_KEY", "must have at least 32 bytes; `openssl rand -hex 32` makes one")
    }

    algorithm = environment.choice("BASEKEEPER_TOKEN_ALGORITHM", default: .hs256)
    masterKey = environment.secret("BASEKEEPER_MASTER_KEY")
    if let masterKey, masterKey.utf8.count < 32 {
      environment.refuse("BASEKEEPER_MASTER_KEY", "must have at least 32 bytes; `openssl rand -hex 32` makes one")
    }
    let proxies = environment.networks("BASEKEEPER_TRUSTED_PROXIES", default: [])
    let origins = environment.text("BASEKEEPER_CORS_ORIGINS") ?? ""
    let crossOrigin = CrossOrigin(origins)
    if crossOrigin == nil {
      environment.refuse(
        "BASEKEEPER_CORS_ORIGINS",
        "\"\(origins)\" is neither * nor a list of origins like https://app.example.com, without a path")
    }
    let isSecure = certificateFiles != nil || publicURL.hasPrefix("https://")
    edge = Edge(proxies: TrustedProxies(proxies), crossOrigin: crossOrigin ?? .none, isSecure: isSecure)
    metricsNetworks = environment.networks("BASEKEEPER_METRICS_NETWORKS", default: App.Settings.thisMachine)

    showsDocs = environment.flag("BASEKEEPER_API_DOCS", default: true)

    requestLimits = App.Settings.Limits()
    requestLimits.address = Int64(
      environment.integer("BASEKEEPER_RATE_LIMIT_ADDRESS", in: 0...10_000_000, default: 0))
    requestLimits.account = Int64(
      environment.integer("BASEKEEPER_RATE_LIMIT_ACCOUNT", in: 0...10_000_000, default: 0))
    requestLimits.apiToken = Int64(
      environment.integer("BASEKEEPER_RATE_LIMIT_TOKEN", in: 0...10_000_000, default: 0))

    loops = environment.integer(
      "BASEKEEPER_LOOPS", in: 1...256, default: max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
    logLevel = environment.choice("BASEKEEPER_LOG_LEVEL", default: .info)
    limits = Limits()
    limits.headerBytes = environment.integer(
      "BASEKEEPER_MAX_HEADER_BYTES", in: 1024...1_048_576, default: limits.headerBytes)
    limits.bodyBytes = environment.integer(
      "BASEKEEPER_MAX_BODY_BYTES", in: 1024...1_073_741_824, default: limits.bodyBytes)
    limits.bodyMemory = environment.integer(
      "BASEKEEPER_MAX_BODY_MEMORY", in: limits.bodyBytes...1_099_511_627_776,
      default: max(limits.bodyMemory, limits.bodyBytes))
    limits.bodyMemoryPerAddress = environment.integer(
      "BASEKEEPER_MAX_BODY_MEMORY_PER_ADDRESS", in: 0...1_099_511_627_776,
      default: max(limits.bodyMemoryPerAddress, limits.bodyBytes))
    if (1..<limits.bodyBytes).contains(limits.bodyMemoryPerAddress) {
      environment.refuse(
        "BASEKEEPER_MAX_BODY_MEMORY_PER_ADDRESS", "is less than one body may have: see BASEKEEPER_MAX_BODY_BYTES")
    }
    limits.connections = environment.integer(
      "BASEKEEPER_MAX_CONNECTIONS", in: 1...1_000_000, default: limits.connections)
    limits.connectionsPerAddress = environment.integer(
      "BASEKEEPER_MAX_CONNECTIONS_PER_ADDRESS", in: 0...1_000_000, default: limits.connectionsPerAddress)
    limits.headerTime = .seconds(environment.integer("BASEKEEPER_HEADER_TIMEOUT", in: 1...3600, default: 10))
    limits.bodyTime = .seconds(environment.integer("BASEKEEPER_BODY_TIMEOUT", in: 1...3600, default: 30))
    limits.idleTime = .seconds(environment.integer("BASEKEEPER_IDLE_TIMEOUT", in: 1...3600, default: 60))
    connectionsPerLoop = environment.integer("BASEKEEPER_DB_CONNECTIONS", in: 1...100, default: 4)
    statementTime = .seconds(environment.integer("BASEKEEPER_STATEMENT_TIMEOUT", in: 1...600, default: 5))
    connectTime = .seconds(environment.integer("BASEKEEPER_CONNECT_TIMEOUT", in: 2...60, default: 2))
    databaseWait = .seconds(environment.integer("BASEKEEPER_DATABASE_WAIT", in: 0...3600, default: 30))
    drainTime = .seconds(environment.integer("BASEKEEPER_DRAIN_TIME", in: 0...600, default: 0))
    shutdownTime = .seconds(environment.integer("BASEKEEPER_SHUTDOWN_TIMEOUT", in: 0...600, default: 20))

    trashDays = environment.integer("BASEKEEPER_TRASH_DAYS", in: 1...36_500, default: 30)

    warnings = environment.unknown.map { "\($0) is not a variable of Basekeeper: see `basekeeper serve --help`" }
    guard environment.problems.isEmpty, let listen else { throw Problems(lines: environment.problems) }
    self.listen = listen
  }
}
