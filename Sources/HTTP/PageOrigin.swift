internal import Ground

extension CrossOrigin {
  /// Whether a page of another site has made a request, and may not call the service. `publicURL` is the service's own.
  ///
  /// Browsers name a page's origin in `Origin`; where they do not (a link, a picture), `Sec-Fetch-Site` says whether it
  /// is the service's. No page can change either. Programs send neither.
  public func isForeignPage(_ request: Request, publicURL: String) -> Bool {
    let place = request.headers[.fetchSite]?.utf8
    guard let origin = request.headers[.origin], !origin.isEmpty else {
      return place.map { $0.isWord("cross-site") || $0.isWord("same-site") } ?? false
    }
    if place?.isWord("same-origin") == true || permission(for: origin, .shown) != nil { return false }
    guard origin.utf8.isASCII, let own = Authority(of: origin) else { return true }
    // The service's page may be opened by another name of the host than the public URL has.
    let host = request.headers[.host].map { Authority(scheme: own.scheme, $0) }
    return own != Authority(of: publicURL) && own != host
  }

  /// The scheme, host and port of a URL, as browsers compare them.
  private struct Authority: Equatable {
    let scheme: String
    let place: String

    /// Nil if the text does not begin like a URL.
    init?(of url: String) {
      guard let mark = url.firstRange(of: "://") else { return nil }
      let rest = url[mark.upperBound...].utf8.prefix { $0 != UInt8(ascii: "/") }
      self.init(scheme: url[..<mark.lowerBound].lowercased(), String(Substring(rest)))
    }

    init(scheme: String, _ place: String) {
      let usual = scheme == "https" ? ":443" : ":80"
      let place = place.lowercased()
      (self.scheme, self.place) = (scheme, place.hasSuffix(usual) ? String(place.dropLast(usual.count)) : place)
    }
  }
}
