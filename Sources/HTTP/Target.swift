internal import Ground

/// A parsed request target (RFC 9112, 3.2): decoded path segments and the raw query.
public struct Target: Sendable {
  /// The target has an invalid escape, text that is not UTF-8, or NUL. Answered with 400.
  public struct MalformedTarget: Error {}

  /// The path's segments, percent-decoded once, so `%2F` inside a segment is data. A trailing empty segment is dropped:
  /// paths with and without a trailing slash are the same. A leading `//` counts as `/`.
  public let segments: [String]
  /// The text after `?`, not decoded.
  public let query: Substring.UTF8View

  /// Parses a raw target: `/path?query`, or an absolute URI.
  public init(_ raw: String) throws(MalformedTarget) {
    var rest = raw[...].utf8
    if rest.first != UInt8(ascii: "/") {
      guard let path = Self.pathOfAbsoluteForm(rest) else { throw MalformedTarget() }
      rest = path
    }
    if let fragment = rest.firstIndex(of: UInt8(ascii: "#")) { rest = rest[..<fragment] }
    let mark = rest.firstIndex(of: UInt8(ascii: "?"))
    query = mark.map { rest[rest.index(after: $0)...] } ?? rest[rest.endIndex...]

    var path = rest[..<(mark ?? rest.endIndex)]
    while path.first == UInt8(ascii: "/") { path.removeFirst() }
    if path.last == UInt8(ascii: "/") { path.removeLast() }
    let decoded = path.withContiguousStorageIfAvailable { Self.segments(of: $0) } ?? Self.segments(of: Array(path))
    guard let decoded else { throw MalformedTarget() }
    segments = decoded
  }

  /// The path's decoded segments; nil if one of them is malformed.
  private static func segments(of path: some RandomAccessCollection<UInt8>) -> [String]? {
    guard !path.isEmpty else { return [] }
    var segments: [String] = []
    segments.reserveCapacity(8)
    var rest = path[...]
    while true {
      let part = rest.prefix { $0 != UInt8(ascii: "/") }
      if part.contains(where: { $0 == UInt8(ascii: "%") || $0 == 0 }) {
        guard let text = percentDecoded(part, plusIsBlank: false) else { return nil }
        segments.append(text)
      } else {
        segments.append(String(decoding: part, as: UTF8.self))
      }
      rest = rest.dropFirst(part.count)
      guard rest.popFirst() != nil else { return segments }
    }
  }

  /// The rest of `http://host/path` after the host. A server must accept this form (RFC 9112, 3.2.2); the authority is
  /// not checked here.
  private static func pathOfAbsoluteForm(_ raw: Substring.UTF8View) -> Substring.UTF8View? {
    let schemes: [StaticString] = ["http://", "https://"]
    guard let scheme = schemes.first(where: { raw.prefix($0.utf8CodeUnitCount).isWord($0) }) else { return nil }
    let authority = raw.dropFirst(scheme.utf8CodeUnitCount)
    guard let slash = authority.firstIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }) else {
      return "/"[...].utf8
    }
    return authority[slash...]
  }
}

/// Percent-decodes a text once. Nil for an invalid escape, for NUL, and if the result is not UTF-8.
func percentDecoded(_ text: some Collection<UInt8>, plusIsBlank: Bool) -> String? {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(text.count)
  var iterator = text.makeIterator()
  while let byte = iterator.next() {
    switch byte {
    case UInt8(ascii: "%"):
      guard let high = iterator.next().flatMap(hexadecimalValue), let low = iterator.next().flatMap(hexadecimalValue)
      else {
        return nil
      }
      bytes.append(high << 4 | low)
    case UInt8(ascii: "+") where plusIsBlank: bytes.append(UInt8(ascii: " "))
    default: bytes.append(byte)
    }
  }
  guard !bytes.contains(0) else { return nil }
  return String(validating: bytes, as: UTF8.self)
}
