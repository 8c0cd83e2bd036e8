/// What stands between the service and those who call it: proxies, browsers, an encrypted way.
public struct Edge: Sendable {
  /// Who is believed to say where a request comes from.
  public let proxies: TrustedProxies
  private let crossOrigin: CrossOrigin
  /// What every answer says, unless it says something else of the same by itself.
  public let fields: [(name: String, value: String)]

  /// An edge; `isSecure` where all clients come by https.
  public init(
    proxies: TrustedProxies = TrustedProxies(), crossOrigin: CrossOrigin = .none, isSecure: Bool = false
  ) {
    (self.proxies, self.crossOrigin) = (proxies, crossOrigin)
    var fields = Self.hardening
    // Two years. What stands beside this host in its domain is not ours to say.
    if isSecure { fields.append(("Strict-Transport-Security", "max-age=63072000")) }
    if crossOrigin.variesByOrigin { fields.append(("Vary", "Origin")) }
    self.fields = fields
  }

  /// For a browser that shows an answer itself: nothing here is a page, is to be kept, or to be read by another site.
  private static let hardening = [
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
  ]

  /// What lets the page that has sent the request read the answer to it.
  public func permission(for request: Request) -> [(name: String, value: String)] {
    guard let origin = request.headers[.origin], let permission = crossOrigin.permission(for: origin) else { return [] }
    return [("Access-Control-Allow-Origin", permission), ("Access-Control-Expose-Headers", CrossOrigin.shown)]
  }
}
