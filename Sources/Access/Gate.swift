internal import Ground
internal import Postgres

/// What every request passes, whatever it asks for. In this order: the limit of its address, before it is asked who sends
/// it; then, with the right of its principal proved, what its person has to do first, the limit of the account or the API
/// token, and the note of when the token was used. Who is refused at one is not counted by the next.
public struct Gate {
  private let app: App
  /// The limits that the request was counted against so far.
  public private(set) var limits = RateLimits()

  /// The gate of one request, to the app that serves it.
  public init(_ app: App) { self.app = app }

  /// Counts the request against the limit of its address. With IPv6 that is a network of 64 bits, and one of 48 bits may
  /// send what four of them may.
  ///
  /// - Throws: `Refusal.limited`.
  public mutating func admitAddress() throws(Refusal) {
    let limit = app.settings.limits.address
    guard limit > 0 else { return }
    let address = IPAddress(app.origin.address)
    try count(.address(address?.subscriber.text ?? app.origin.address), limit)
    if let site = address?.site { try count(.site(site.text), Int64(IPAddress.subscribersOfSite) * limit) }
  }

  /// Lets in on whose account the request is.
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

  /// A program's token counts as used when it is exchanged, and not before.
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
