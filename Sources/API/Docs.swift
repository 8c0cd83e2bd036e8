internal import Access
internal import Assets
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP

/// A file of the binary that clients keep: they ask again with what names their copy, and get it where it has changed.
struct Kept: Sendable {
  let type: String
  let bytes: [UInt8]
  /// Whether the bytes are compressed by gzip.
  let isCompressed: Bool
  /// A strong validator (RFC 9110, 8.8.3), in its quotes.
  let tag: String

  init(_ type: String, _ asset: basekeeper_asset, isCompressed: Bool = false) {
    (self.type, self.isCompressed) = (type, isCompressed)
    bytes = Array(UnsafeBufferPointer(start: asset.bytes, count: asset.count))
    tag = "\"\(hexadecimal(Array(sha256(bytes).prefix(16))))\""
  }

  static let description = Kept("application/yaml", basekeeper_openapi)
  static let page = Kept("text/html; charset=utf-8", basekeeper_docs_page)
  static let start = Kept("text/javascript; charset=utf-8", basekeeper_docs_start)
  static let program = Kept("text/javascript; charset=utf-8", basekeeper_docs_program, isCompressed: true)
  static let style = Kept("text/css; charset=utf-8", basekeeper_docs_style, isCompressed: true)
}

// MARK: Wire

/// What a client has already, and what it can read.
struct Conditions: Input {
  let tags: String?
  let encodings: String?

  init(_ parts: Parts) { (tags, encodings) = (parts.knownTags, parts.encodings) }

  /// Whether the client has this: RFC 9110, 13.1.2, which compares weakly.
  func know(_ tag: String) -> Bool {
    (tags ?? "").split(separator: ",").map(trimmed).contains { $0 == "*" || $0 == tag || $0 == "W/" + tag }
  }

  /// Whether the client reads gzip (RFC 9110, 12.5.3): unless it says what it reads, and this is not among it.
  var takeGzip: Bool {
    guard let encodings else { return true }
    var others = false
    for part in encodings.lowercased().split(separator: ",") {
      let words = part.split(separator: ";").map(trimmed)
      let isRefused = words.dropFirst().contains { $0.hasPrefix("q=0") && !$0.contains { "123456789".contains($0) } }
      if ["gzip", "x-gzip"].contains(words.first) { return !isRefused }
      if words.first == "*" { others = !isRefused }
    }
    return others
  }
}

private func trimmed(_ text: Substring) -> Substring { text.trimmed { $0 == " " || $0 == "\t" } }

/// A file, or that the client has it.
struct KeptAnswer: Output {
  let kept: Kept
  let conditions: Conditions

  func response(publicURL _: String) -> Response {
    let status = Self.status.rawValue
    var response = Response(conditions.know(kept.tag) ? 304 : status, type: kept.type, [])
    if response.status == status { response.body = kept.bytes } else { response.headers = [] }
    response.headers += [("ETag", kept.tag), ("Cache-Control", "no-cache")]
    if kept.isCompressed {
      response.headers.append(("Vary", "Accept-Encoding, Origin"))
      if response.status == status { response.headers.append(("Content-Encoding", "gzip")) }
    }
    if kept.type.hasPrefix("text/html") { response.headers.append(("Content-Security-Policy", Self.policy)) }
    return response
  }

  /// The page loads what is here, and asks the service; Swagger UI's pictures stand in its style sheet.
  private static let policy = """
    default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'
    """
}

// MARK: Operations

func showDescription(to _: Anyone, _ conditions: Conditions, _ app: App) -> KeptAnswer {
  KeptAnswer(kept: .description, conditions: conditions)
}

func showDocs(to _: Anyone, _ conditions: Conditions, _ app: App) throws -> KeptAnswer {
  try docs(.page, conditions, app)
}

func showDocsStart(to _: Anyone, _ conditions: Conditions, _ app: App) throws -> KeptAnswer {
  try docs(.start, conditions, app)
}

func showDocsProgram(to _: Anyone, _ conditions: Conditions, _ app: App) throws -> KeptAnswer {
  try docs(.program, conditions, app)
}

func showDocsStyle(to _: Anyone, _ conditions: Conditions, _ app: App) throws -> KeptAnswer {
  try docs(.style, conditions, app)
}

private func docs(_ kept: Kept, _ conditions: Conditions, _ app: App) throws -> KeptAnswer {
  guard app.settings.showsDocs else { throw APIError.unknownPath }
  guard !kept.isCompressed || conditions.takeGzip else { throw APIError.needsGzip }
  return KeptAnswer(kept: kept, conditions: conditions)
}
