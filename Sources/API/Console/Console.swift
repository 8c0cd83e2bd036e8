internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP

/// The console: one page for people, which calls the API like any other client. It is at `/`, below `/console/`, and
/// where the links lead that the service hands out.
///
/// Its paths are no operations of the API, so they are not in the table of routes; a route always takes precedence.
enum Console {
  /// What is at a path of the console.
  enum ConsolePlace {
    case page
    case file(ConsoleFile)

    /// The path template, for logs and metrics.
    var path: String {
      switch self {
      case .page: "/console/"
      case .file: "/console/files/"
      }
    }
  }

  /// What a request asks for; nil if that is not the console.
  static func find(_ request: Request) -> ConsolePlace? {
    let segments = request.target.segments[...]
    switch segments.first {
    case nil: return .page
    case "console": break
    case "dtable", "groups": return isLink(segments) && request.isNavigation ? .page : nil
    default: return nil
    }
    guard segments.dropFirst().first == "files" else { return .page }
    let files = ConsoleFiles.embedded
    guard segments.count > 3, segments[2] == files.version else { return nil }
    return files.file(at: segments.dropFirst(3)).map(ConsolePlace.file)
  }

  /// Whether a path is that of a link to a base or a group: `/dtable/links/TOKEN`.
  private static func isLink(_ segments: ArraySlice<String>) -> Bool {
    guard segments.count >= 3 else { return false }
    switch Array(segments.prefix(2)) {
    case ["dtable", "links"], ["groups", "links"]: return segments.count == 3
    case ["dtable", "external-links"]: return segments.count == 3 || segments.count == 4 && segments[2] == "custom"
    default: return false
    }
  }

  /// The answer at a place of the console.
  static func answer(_ request: Request, at place: ConsolePlace, _ app: App) -> Response {
    let conditions = Conditions(Parts(of: request))
    switch place {
    case .page: return page(below: String(app.settings.publicPath), conditions)
    case .file(let file): return answer(file, conditions)
    }
  }

  private static func page(below path: String, _ conditions: Conditions) -> Response {
    let bytes = ConsoleFiles.embedded.page(filesBelow: "\(path)/console/files")
    let tag = "\"\(hexadecimal(Array(sha256(bytes).prefix(16))))\""
    let isKnown = conditions.include(tag)
    var response = Response(isKnown ? 304 : 200, type: "text/html; charset=utf-8", isKnown ? [] : bytes)
    if isKnown { response.headers = [] }
    response.headers += [
      ("ETag", tag), ("Cache-Control", "no-cache"), ("Vary", "Accept, Origin"),
      ("Content-Security-Policy", policy), ("Cross-Origin-Opener-Policy", "same-origin"),
    ]
    return response
  }

  private static func answer(_ file: ConsoleFile, _ conditions: Conditions) -> Response {
    var response = Response(200, type: file.type, conditions.acceptGzip ? file.compressed : file.bytes)
    if conditions.acceptGzip { response.headers.append(("Content-Encoding", "gzip")) }
    response.headers += [
      ("Cache-Control", "public, max-age=31536000, immutable"), ("Vary", "Accept-Encoding, Origin"),
    ]
    return response
  }

  /// The page runs this service's scripts alone, calls only this service, and can make no markup out of text.
  private static let policy = """
    default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'
    """
}

extension Request {
  /// Whether a browser wants a page: programs accept anything, or JSON.
  fileprivate var isNavigation: Bool {
    guard let types = headers[.accept] else { return false }
    return types.utf8.split(separator: UInt8(ascii: ",")).contains { part in
      let name = part.prefix { $0 != UInt8(ascii: ";") }
      return Substring(name).trimmed { $0 == " " || $0 == "\t" }.utf8.isWord("text/html")
    }
  }
}

extension AppSettings {
  /// The path of the public URL, without a trailing slash: empty, or `/bases`.
  fileprivate var publicPath: Substring {
    guard let host = publicURL.firstRange(of: "://"),
      let slash = publicURL[host.upperBound...].firstIndex(of: "/")
    else { return "" }
    return publicURL[slash...]
  }
}
