internal import Domain
internal import Ground
internal import HTTP

/// What a client wants of a file: the parts that it lacks, if it has some.
struct FileWish: Sendable {
  private let conditions: Conditions
  private let range: (text: String?, tag: String?)

  init(_ parts: Parts) { (conditions, range) = (Conditions(parts), parts.range) }

  /// What to send of a file with this tag and size.
  enum Portion {
    case nothing
    case whole
    case range(Range<Int64>)
    case noneOfThese
  }

  /// Decides by `If-None-Match`, `If-Range` and `Range` (RFC 9110, 13 and 14). Of several ranges none is sent, but the
  /// whole.
  func portion(tag: String, size: Int64) -> Portion {
    if conditions.include(tag) { return .nothing }
    guard let text = range.text, range.tag == nil || range.tag == tag else { return .whole }
    return Self.range(text, of: size)
  }

  private static func range(_ text: String, of size: Int64) -> Portion {
    let parts = text.utf8.split(separator: UInt8(ascii: "="), maxSplits: 1)
    guard parts.count == 2, parts[0].isWord("bytes") else { return .whole }
    let ends = parts[1].split(separator: UInt8(ascii: "-"), maxSplits: 1, omittingEmptySubsequences: false)
    guard ends.count == 2, ends[0].areDigits, ends[1].areDigits else { return .whole }
    let (first, last) = (Int64(String(Substring(ends[0]))), Int64(String(Substring(ends[1]))))
    switch (ends[0].isEmpty, ends[1].isEmpty) {
    case (true, true): return .whole
    case (true, false):
      let count = min(last ?? .max, size)
      return count > 0 ? .range(size - count..<size) : .noneOfThese
    case (false, true):
      guard let first, first < size else { return .noneOfThese }
      return .range(first..<size)
    case (false, false):
      guard let first, first < size else { return .noneOfThese }
      guard let last = last ?? .some(.max), last >= first else { return .whole }
      return .range(first..<min(last, size - 1) + 1)
    }
  }
}

/// A file, or a part of it. It is never shown by a browser, but saved, whatever it says that it is.
struct FileAnswer: Output {
  let file: StoredFile
  let wish: FileWish
  let files: Files

  func response(publicURL _: String) -> Response {
    let tag = "\"\(hexadecimal(Array(file.digest.prefix(16))))\""
    switch wish.portion(tag: tag, size: file.size) {
    case .nothing:
      var response = Response(304, type: "", [])
      response.headers = common(tag)
      return response
    case .noneOfThese:
      var response = Response(416, type: "", [])
      response.headers = common(tag) + [("Content-Range", "bytes */\(file.size)")]
      return response
    case .whole: return streamed(200, 0..<file.size, tag)
    case .range(let range):
      var response = streamed(206, range, tag)
      response.headers.append(("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)"))
      return response
    }
  }

  private func streamed(_ status: Int, _ range: Range<Int64>, _ tag: String) -> Response {
    var response = Response(status, type: Self.type(of: file.name), [])
    response.headers += common(tag) + [("Content-Disposition", Self.disposition(of: file.name))]
    (response.stream, response.streamLength) = (files.bytes(of: file, range), Int(range.count))
    return response
  }

  private func common(_ tag: String) -> [(name: String, value: String)] {
    [
      ("ETag", tag), ("Accept-Ranges", "bytes"), ("Cache-Control", "private, no-cache"),
      ("Content-Security-Policy", "default-src 'none'; sandbox"),
    ]
  }

  /// The file's name, with the characters that old clients do not know left out, and as it is (RFC 6266, RFC 8187).
  static func disposition(of name: String) -> String {
    let plain = name.unicodeScalars.map { scalar in
      scalar.isASCII && scalar.value >= 0x20 && scalar.value < 0x7f && !"\"\\%".unicodeScalars.contains(scalar)
        ? Character(scalar) : "_"
    }
    return "attachment; filename=\"\(String(plain))\"; filename*=UTF-8''\(percentEncoded(name))"
  }

  /// The type by the name's ending, where a browser runs nothing of it.
  static func type(of name: String) -> String {
    let ending = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
    return types[ending] ?? "application/octet-stream"
  }

  private static let types = [
    "csv": "text/csv", "gif": "image/gif", "jpeg": "image/jpeg", "jpg": "image/jpeg", "mp3": "audio/mpeg",
    "mp4": "video/mp4", "pdf": "application/pdf", "png": "image/png", "txt": "text/plain", "webp": "image/webp",
    "zip": "application/zip",
  ]
}

/// A text in which all but letters, digits and `-._~` are percent-encoded (RFC 3986, 2.3).
func percentEncoded(_ text: String) -> String {
  var encoded: [UInt8] = []
  for byte in text.utf8 {
    if byte.isLetterOrDigit || "-._~".utf8.contains(byte) {
      encoded.append(byte)
    } else {
      encoded += Array("%\(hexadecimal([byte]).uppercased())".utf8)
    }
  }
  return String(decoding: encoded, as: UTF8.self)
}
