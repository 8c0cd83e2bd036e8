internal import Assets
internal import Crypto
internal import Ground

/// The files of the console, which are served below a path that has the hash of all of them: what a browser has of one
/// version is right forever, and a page never gets files of two versions.
struct ConsoleFiles: Sendable {
  /// The files in the binary.
  static let embedded = ConsoleFiles(
    UnsafeBufferPointer(start: basekeeper_console, count: basekeeper_console_count).map { asset in
      (String(cString: asset.name), Array(UnsafeBufferPointer(start: asset.bytes, count: asset.count)))
    })

  /// The hash of all files.
  let version: String
  private let files: [ExactText: ConsoleFile]
  /// `index.html`, parted where it names the folder of the files.
  private let pageParts: [String]

  private static let pageName = "index.html"

  init(_ contents: [(name: String, bytes: [UInt8])]) {
    let names = contents.flatMap { Array("\($0.name)\0".utf8) + sha256($0.bytes) }
    version = hexadecimal(Array(sha256(names).prefix(10)))
    files = Dictionary(
      uniqueKeysWithValues: contents.compactMap { name, bytes in
        name == Self.pageName ? nil : (ExactText(name), ConsoleFile(name, bytes))
      })
    let page = contents.first { $0.name == Self.pageName }
    pageParts = String(decoding: page?.bytes ?? [], as: UTF8.self).split(
      separator: "{{files}}", omittingEmptySubsequences: false
    )
    .map(String.init)
  }

  /// A file by its path below the folder; nil if there is none.
  func file(at path: some Sequence<String>) -> ConsoleFile? {
    // A slash within a segment would give a file a second path.
    guard !path.contains(where: { $0.utf8.contains(UInt8(ascii: "/")) }) else { return nil }
    return files[ExactText(path.joined(separator: "/"))]
  }

  /// The page, whose files are below `folder`.
  func page(filesBelow folder: String) -> [UInt8] { Array(pageParts.joined(separator: "\(folder)/\(version)").utf8) }
}

/// A file of the console.
struct ConsoleFile: Sendable {
  let type: String
  let bytes: [UInt8]
  let compressed: [UInt8]

  init(_ name: String, _ bytes: [UInt8]) {
    (type, self.bytes, compressed) = (Self.type(of: name), bytes, gzipped(bytes))
  }

  private static func type(of name: String) -> String {
    if name.hasSuffix(".js") { return "text/javascript; charset=utf-8" }
    if name.hasSuffix(".css") { return "text/css; charset=utf-8" }
    return name.hasSuffix(".svg") ? "image/svg+xml" : "text/plain; charset=utf-8"
  }
}
