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
    return limits
  }

  private mutating func rateLimit(_ name: String) -> AppSettings.Limit {
    AppSettings.Limit(perMinute: Int64(integer(name) ?? 0), isChosen: text(name) != nil)
  }

  /// How much there may be.
  mutating func caps() -> Caps {
    var numbers: [Cap: Int64] = [:]
    for cap in Cap.allCases { numbers[cap] = Int64(integer(cap.setting) ?? 0) }
    return Caps(numbers)
  }
}
