internal import Ground
internal import Postgres

/// The checks that every request passes. First comes the rate limit of the address, before the caller is known. After
/// the principal is proved, the order is: what the person must do first, the caller's own rate limit, and the record of
/// the token's use. A request that is refused at one check is not counted by the next.
public struct Gate {
  private let app: App
  /// The limits that the request was counted against so far, as far as the response tells.
  public private(set) var limits = RateLimits()
  /// Whom the request was proved to come from, for the log.
  public private(set) var asker = Asker()

  /// Makes the gate for one request, with the app that serves it.
  public init(_ app: App) { self.app = app }

  /// Counts the request against the limit of its address. With IPv6, that is a network of 64 bits; a network of 48 bits
  /// may send as much as four of those.
  ///
  /// - Throws: `Refusal.limited`.
  public mutating func admitAddress() throws(Refusal) {
    let limit = app.settings.limits.address
    guard limit.perMinute > 0 else { return }
    let text = app.origin.address
    guard text.utf8.contains(UInt8(ascii: ":")), let address = IPAddress(text), let site = address.site else {
      return try count(.address(text), limit)
    }
    try count(.address(address.subscriber.text), limit)
    let ofSite = Int64(IPAddress.subscribersOfSite) * limit.perMinute
    try count(.site(site.text), AppSettings.Limit(perMinute: ofSite, isChosen: limit.isChosen))
  }

  /// Admits the caller of the request.
  ///
  /// - Throws: `Refusal.obliged`, `Refusal.limited`.
  public mutating func admit(_ caller: some Principal) throws(Refusal) {
    let subject = caller.subject
    asker = subject.asker
    try checkDuty(of: subject)
    try count(subject)
    if let base = caller.calledBase { try count(.base(base), app.settings.limits.base) }
    noteUse(by: subject)
  }

  private func checkDuty(of subject: Subject) throws(Refusal) {
    guard case .person(let caller, let done) = subject, let duty = caller.duty(app.settings) else { return }
    if duty != done { throw .obliged(to: duty) }
  }

  private mutating func count(_ subject: Subject) throws(Refusal) {
    let limits = app.settings.limits
    switch subject {
    case .nobody: break
    case .person(let caller, _): try count(.account(caller.account), limits.account)
    case .program(let token, let own):
      try count(.apiToken(token), own.map { AppSettings.Limit(perMinute: $0) } ?? limits.apiToken)
    case .holder(let holder, let base): try count(.baseToken(holder, of: base), limits.baseToken)
    case .visitor(let link): try count(.link(link), limits.link)
    }
  }

  /// Records the use of an account token. An API token counts as used only when it is exchanged.
  private func noteUse(by subject: Subject) {
    switch subject {
    case .nobody, .program, .holder, .visitor: break
    case .person(let caller, _):
      if let token = caller.token { app.lastUse.note(token, at: app.now(), from: app.origin) }
    }
  }

  private mutating func count(_ key: RateLimiter.Key, _ limit: AppSettings.Limit) throws(Refusal) {
    guard limit.perMinute > 0 else { return }
    let now = UInt64(clamping: app.uptime().microseconds)
    let state = app.limiter.take(key, limit: limit.perMinute, at: now)
    if limit.isChosen || 2 * state.remaining < limit.perMinute { limits.add(state) }
    if state.isExceeded { throw .limited(limits) }
  }
}
