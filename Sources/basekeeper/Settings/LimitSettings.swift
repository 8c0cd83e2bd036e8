internal import Access

extension Environment {
  /// How many requests each caller may send.
  mutating func requestLimits() -> AppSettings.Limits {
    var limits = AppSettings.Limits()
    limits.address = rateLimit("BASEKEEPER_RATE_LIMIT_ADDRESS")
    limits.account = rateLimit("BASEKEEPER_RATE_LIMIT_ACCOUNT")
    limits.apiToken = rateLimit("BASEKEEPER_RATE_LIMIT_TOKEN")
    limits.baseToken = rateLimit("BASEKEEPER_RATE_LIMIT_BASE_TOKEN")
    limits.link = rateLimit("BASEKEEPER_RATE_LIMIT_LINK")
    // SeaTable's answers always tell what is left of this one.
    limits.base = AppSettings.Limit(perMinute: Int64(integer("BASEKEEPER_RATE_LIMIT_BASE") ?? 0))
    return limits
  }

  private mutating func rateLimit(_ name: String) -> AppSettings.Limit {
    AppSettings.Limit(perMinute: Int64(integer(name) ?? 0), isChosen: text(name) != nil)
  }

  /// How much a base may hold, and what one request may do to it.
  mutating func rowLimits() -> AppSettings.RowLimits {
    var limits = AppSettings.RowLimits()
    limits.bodyBytes = integer("BASEKEEPER_MAX_ROWS_BYTES") ?? limits.bodyBytes
    limits.ofRequest = integer("BASEKEEPER_MAX_ROWS_PER_REQUEST") ?? limits.ofRequest
    limits.ofBase = Int64(integer("BASEKEEPER_MAX_ROWS_PER_BASE") ?? 100_000)
    limits.tables = integer("BASEKEEPER_MAX_TABLES_PER_BASE") ?? limits.tables
    limits.isStrict = flag("BASEKEEPER_STRICT_ROWS")
    return limits
  }

  /// How large the files of bases may be.
  mutating func fileLimits() -> AppSettings.FileLimits {
    var limits = AppSettings.FileLimits()
    limits.bytes = integer("BASEKEEPER_FILE_BYTES") ?? limits.bytes
    limits.ofTeam = integer("BASEKEEPER_TEAM_FILE_BYTES").map(Int64.init) ?? limits.ofTeam
    limits.unusedDays = integer("BASEKEEPER_UNUSED_FILE_DAYS") ?? limits.unusedDays
    return limits
  }

  /// What clients' SQL may take.
  mutating func statementLimits() -> AppSettings.StatementLimits {
    var limits = AppSettings.StatementLimits()
    limits.time = integer("BASEKEEPER_SQL_TIMEOUT").map { .seconds($0) } ?? limits.time
    limits.waiting = integer("BASEKEEPER_SQL_WAIT").map { .seconds($0) } ?? limits.waiting
    limits.atOnce = integer("BASEKEEPER_SQL_STATEMENTS") ?? limits.atOnce
    limits.atOnceOfBase = integer("BASEKEEPER_SQL_STATEMENTS_PER_BASE") ?? limits.atOnceOfBase
    limits.memory = integer("BASEKEEPER_SQL_MEMORY").map { $0 << 10 } ?? limits.memory
    limits.bytes = integer("BASEKEEPER_ANSWER_BYTES") ?? limits.bytes
    return limits
  }

  /// How much there may be.
  mutating func caps() -> Caps {
    var numbers: [Cap: Int64] = [:]
    for cap in Cap.allCases { numbers[cap] = Int64(integer(cap.setting) ?? 0) }
    return Caps(numbers)
  }

  /// A number that limits something; nil for 0, which limits nothing.
  mutating func limit(_ name: String) -> Int64? {
    guard let number = integer(name), number > 0 else { return nil }
    return Int64(number)
  }

  /// How long account tokens count, and how many somebody has.
  mutating func accountTokens() -> AccountTokenLimits {
    var limits = AccountTokenLimits()
    limits.longestDays = limit("BASEKEEPER_ACCOUNT_TOKEN_DAYS")
    let idle = "BASEKEEPER_ACCOUNT_TOKEN_IDLE_MINUTES"
    limits.longestIdle = limit(idle).map { $0 * 60 }
    if let seconds = limits.longestIdle, seconds < 300 { refuse(idle, "must be 5 at least, or 0") }
    limits.most = limit("BASEKEEPER_ACCOUNT_TOKENS") ?? limits.most
    return limits
  }
}
