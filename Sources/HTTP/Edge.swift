/// What is between the service and its clients: proxies, browsers, and whether clients use https.
public struct Edge: Sendable {
  /// The proxies that are trusted to name the client.
  public let proxies: TrustedProxies
  /// Which pages of other sites may call the service.
  public let crossOrigin: CrossOrigin
  /// The header fields of every response, unless the response sets a field of the same name itself.
  public let fields: [(name: String, value: String)]

  /// Describes the edge. `isSecure` means that all clients use https, and `coversSubdomains` that those of all hosts below
  /// the service's own do, too.
  public init(
    proxies: TrustedProxies = TrustedProxies(), crossOrigin: CrossOrigin = .none, isSecure: Bool = false,
    coversSubdomains: Bool = false
  ) {
    (self.proxies, self.crossOrigin) = (proxies, crossOrigin)
    var fields = Self.hardening
    // Two years. Other hosts in the same domain are for the operator to decide about.
    let strictness = "max-age=63072000" + (coversSubdomains ? "; includeSubDomains" : "")
    if isSecure { fields.append(("Strict-Transport-Security", strictness)) }
    if crossOrigin.variesByOrigin { fields.append(("Vary", "Origin")) }
    self.fields = fields
  }

  /// For browsers that show a response: none of them is a page, may be stored, or may be read by another site.
  private static let hardening = [
    ("Cache-Control", "no-store"),
    (
      "Content-Security-Policy",
      "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
  ]

  /// The header fields that let the page that has sent a request with these fields read the response.
  public func permission(for headers: Headers, _ openness: Response.Openness) -> [(name: String, value: String)] {
    guard let origin = headers[.origin], let permission = crossOrigin.permission(for: origin, openness)
    else { return [] }
    return [("Access-Control-Allow-Origin", permission), ("Access-Control-Expose-Headers", CrossOrigin.exposedHeaders)]
  }
}
