internal import Access
internal import Assets
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP

/// A file in the binary that clients cache: they send its entity tag with each request, and get the file only if it has
/// changed.
struct CachedFile: Sendable {
  let type: String
  let bytes: [UInt8]
  /// Whether the bytes are compressed with gzip.
  let isCompressed: Bool
  /// A strong entity tag (RFC 9110, 8.8.3), with its quotes.
  let tag: String

  init(_ type: String, _ asset: basekeeper_asset, isCompressed: Bool = false) {
    (self.type, self.isCompressed) = (type, isCompressed)
    bytes = Array(UnsafeBufferPointer(start: asset.bytes, count: asset.count))
    tag = "\"\(hexadecimal(Array(sha256(bytes).prefix(16))))\""
  }

  static let description = CachedFile("application/yaml", basekeeper_openapi)
  static let page = CachedFile("text/html; charset=utf-8", basekeeper_docs_page)
  static let start = CachedFile("text/javascript; charset=utf-8", basekeeper_docs_start)
  static let program = CachedFile("text/javascript; charset=utf-8", basekeeper_docs_program, isCompressed: true)
  static let style = CachedFile("text/css; charset=utf-8", basekeeper_docs_style, isCompressed: true)
}

// MARK: Wire

/// What a client has cached, and which content codings it accepts.
struct Conditions: Input {
  let tags: String?
  let encodings: String?

  init(_ parts: Parts) { (tags, encodings) = (parts.knownTags, parts.encodings) }

  /// Whether the client has this version, by weak comparison (RFC 9110, 13.1.2).
  func include(_ tag: String) -> Bool {
    (tags ?? "").split(separator: ",").map(trimmed).contains { $0 == "*" || $0 == tag || $0 == "W/" + tag }
  }

  /// Whether the client accepts gzip (RFC 9110, 12.5.3): it does unless it lists what it accepts without gzip.
  var acceptGzip: Bool {
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

/// A file, or status 304 if the client has it.
struct CachedFileOutput: Output {
  let file: CachedFile
  let conditions: Conditions

  func response(publicURL _: String) -> Response {
    let status = Self.status.rawValue
    var response = Response(conditions.include(file.tag) ? 304 : status, type: file.type, [])
    if response.status == status { response.body = file.bytes } else { response.headers = [] }
    response.headers += [("ETag", file.tag), ("Cache-Control", "no-cache")]
    if file.isCompressed {
      response.headers.append(("Vary", "Accept-Encoding, Origin"))
      if response.status == status { response.headers.append(("Content-Encoding", "gzip")) }
    }
    if file.type.hasPrefix("text/html") { response.headers.append(("Content-Security-Policy", Self.policy)) }
    return response
  }

  /// The page loads only this service's files and calls only this service. Swagger UI's images are in its style sheet.
  private static let policy = """
    default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
    """
}

// MARK: Operations

func showDescription(to _: Anyone, _ conditions: Conditions, _ app: App) -> CachedFileOutput {
  CachedFileOutput(file: .description, conditions: conditions)
}

func showDocs(to _: Anyone, _ conditions: Conditions, _ app: App) throws -> CachedFileOutput {
  try docs(.page, conditions, app)
}

func showDocsStart(to _: Anyone, _ conditions: Conditions, _ app: App) throws -> CachedFileOutput {
  try docs(.start, conditions, app)
}

func showDocsProgram(to _: Anyone, _ conditions: Conditions, _ app: App) throws -> CachedFileOutput {
  try docs(.program, conditions, app)
}

func showDocsStyle(to _: Anyone, _ conditions: Conditions, _ app: App) throws -> CachedFileOutput {
  try docs(.style, conditions, app)
}

private func docs(_ file: CachedFile, _ conditions: Conditions, _ app: App) throws -> CachedFileOutput {
  guard app.settings.showsDocs else { throw APIError.unknownPath }
  guard !file.isCompressed || conditions.acceptGzip else { throw APIError.needsGzip }
  return CachedFileOutput(file: file, conditions: conditions)
}
