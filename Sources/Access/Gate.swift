internal import Ground
internal import Postgres

/// The checks that every request passes. First comes the rate limit of the address, before the caller is known. After
/// the principal is proved, the order is: what the person must do first, the rate limit of the account or the API token,
/// and the record of the token's use. A request that is refused at one check is not counted by the next.
public struct Gate {
  private let app: App
  /// The limits that the request was counted against so far.
  public private(set) var limits = RateLimits()

  /// Makes the gate for one request, with the app that serves it.
  public init(_ app: App) { self.app = app }

  /// Counts the request against the limit of its address. With IPv6, that is a network of 64 bits; a network of 48 bits
  /// may send as much as four of those.
  ///
  /// - Throws: `Refusal.limited`.
  public mutating func admitAddress() throws(Refusal) {
    let limit = app.settings.limits.address
    guard limit > 0 else { return }
    let address = IPAddress(app.origin.address)
    try count(.address(address?.subscriber.text ?? app.origin.address), limit)
    if let site = address?.site { try count(.site(site.text), Int64(IPAddress.subscribersOfSite) * limit) }
  }

  /// Admits the subject of the request.
  ///
  /// - Throws: `Refusal.obliged`, `Refusal.limited`.
  public mutating func admit(_ subject: Subject) throws(Refusal) {
    try checkDuty(of: subject)
    try count(subject)
    noteUse(by: subject)
  }

  private func checkDuty(of subject: Subject) throws(Refusal) {
    guard case .person(let caller, let done) = subject, let duty = caller.duty(app.settings) else { return }
    if duty != done { throw .obliged(to: duty) }
  }

  private mutating func count(_ subject: Subject) throws(Refusal) {
    switch subject {
    case .nobody: break
    case .person(let caller, _):
      try count(.account(caller.account.value), app.settings.limits.account)
    case .program(let token, let own): try count(.apiToken(token.value), own ?? app.settings.limits.apiToken)
    }
  }

  /// Records the use of an account token. An API token counts as used only when it is exchanged.
  private func noteUse(by subject: Subject) {
    switch subject {
    case .nobody, .program: break
    case .person(let caller, _):
      if let token = caller.token { app.lastUse.note(token, at: app.now(), from: app.origin) }
    }
  }

  private mutating func count(_ key: RateLimiter.Key, _ limit: Int64) throws(Refusal) {
    guard limit > 0 else { return }
    let now = UInt64(clamping: app.uptime().microseconds)
    limits.add(app.limiter.take(key, limit: limit, at: now))
    if limits.retryAfter != nil { throw .limited(limits) }
  }
}
