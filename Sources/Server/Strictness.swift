internal import CMicrohttpd
internal import Glibc
internal import Ground
internal import HTTP

/// A request's header, read once, strictly by RFC 9112 where libmicrohttpd is lenient.
///
/// libmicrohttpd 0.9.75 splits the header in place, in one buffer: it replaces the delimiters with NUL, and hands out
/// pointers to the texts between them. So every line must begin where the one before it ended, and the last must end
/// where the header does; a NUL from the client, a bare LF, a folded line or an extra space leaves a gap.
///
/// libmicrohttpd itself refuses some requests, with an HTML page of its own, and closes the connection: a line without
/// a colon, a version that is not `HTTP/d.d` (400) or not 1.x (505), a Content-Length that is not a number (400) or
/// exceeds 64 bits (413), malformed chunks (400, 413), and a header (431) or request line (414) for which it has no
/// memory.
struct RequestHeader {
  /// The fields that the service reads.
  private(set) var fields = Headers()
  /// The body's length in bytes; nil if the header does not say it.
  private(set) var contentLength: UInt64?
  /// Whether the body comes in chunks.
  private(set) var isChunked = false

  private var cursor: UnsafePointer<CChar>
  private var count = 0
  private var hosts = 0
  private var flaw: Rejection?

  /// Whether a body follows.
  var announcesBody: Bool { isChunked || contentLength ?? 0 > 0 }

  /// Reads the header of a request, in its first callback.
  ///
  /// - Parameters:
  ///   - connection: libmicrohttpd's connection.
  ///   - method: The start of the request line.
  ///   - target: The request's target in the buffer.
  ///   - version: The end of the request line.
  ///   - limit: The bytes that the header may have; each field counts 64 bytes more.
  /// - Throws: `Rejection` if it is ambiguous or too large.
  init(
    of connection: OpaquePointer, method: UnsafePointer<CChar>, target: UnsafeBufferPointer<CChar>,
    version: UnsafePointer<CChar>, limit: Int
  ) throws(Rejection) {
    cursor = version + strlen(version)
    let size = basekeeper_header_size(connection)
    withUnsafeMutablePointer(to: &self) { reader in
      _ = MHD_get_connection_values_n(connection, .HEADER_KIND, takeField, reader)
    }
    guard size + Self.fieldBytes * count <= limit else { throw .headerTooLarge }
    guard let base = target.baseAddress, base == method + strlen(method) + 1, version == base + target.count + 1
    else { throw .badRequest("The request line is malformed.") }
    if let flaw { throw flaw }
    guard endLine(), endLine(), cursor == method + size else { throw Self.gap }
    try checkFraming(isHTTP10: version[7] == CChar(bitPattern: UInt8(ascii: "0")))
  }

  /// The bytes that libmicrohttpd needs for each field.
  private static let fieldBytes = 64
  private static let gap = Rejection.badRequest(
    "The header has a NUL, a folded line, or a line that does not end with CRLF.")

  // MARK: Lines

  /// Takes one field; false ends the iteration.
  fileprivate mutating func take(_ name: UnsafeBufferPointer<CChar>, _ value: UnsafeBufferPointer<CChar>) -> Bool {
    count += 1
    guard flaw == nil else { return true }
    guard let nameStart = name.baseAddress, let valueStart = value.baseAddress, endLine(), cursor == nameStart else {
      flaw = Self.gap
      return true
    }
    cursor += name.count + 1
    while cursor < valueStart, isBlank(cursor.pointee) { cursor += 1 }
    guard cursor == valueStart else {
      flaw = Self.gap
      return true
    }
    cursor += value.count
    let name = UnsafeRawBufferPointer(name)
    let value = UnsafeRawBufferPointer(value)
    guard !name.isEmpty, name.allSatisfy(isTokenByte) else {
      flaw = .badRequest("The header has a field with an invalid name.")
      return true
    }
    guard !value.contains(where: isControl) else {
      flaw = .badRequest("The header has a control character.")
      return true
    }
    note(name, value)
    return true
  }

  /// Takes a line end: CRLF, whose characters have become NUL.
  private mutating func endLine() -> Bool {
    guard cursor[0] == 0, cursor[1] == 0 else { return false }
    cursor += 2
    return true
  }

  // MARK: Fields

  private mutating func note(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    for field in readFields where field.name.count == name.count {
      guard zip(field.name, name).allSatisfy({ $0 == $1 | 0x20 }) else { continue }
      switch field.meaning {
      case .kept(let name):
        let text = String(
          decoding: value.prefix(1 + (value.lastIndex { !isBlank(CChar(bitPattern: $0)) } ?? -1)), as: UTF8.self)
        fields.add(name, text)
      case .host: hosts += 1
      case .contentLength: noteContentLength(value)
      case .transferEncoding: noteTransferEncoding(value)
      }
      return
    }
  }

  private mutating func noteContentLength(_ value: UnsafeRawBufferPointer) {
    guard contentLength == nil else {
      flaw = .badRequest("Content-Length is repeated.")
      return
    }
    contentLength = UInt64(String(decoding: value, as: UTF8.self))
    if contentLength == nil || !value.areDigits { flaw = .badRequest("Content-Length is not a number.") }
  }

  private mutating func noteTransferEncoding(_ value: UnsafeRawBufferPointer) {
    guard !isChunked else {
      flaw = .badRequest("Transfer-Encoding is repeated.")
      return
    }
    isChunked = String(decoding: value, as: UTF8.self).lowercased() == "chunked"
    if !isChunked { flaw = .notImplemented("The only Transfer-Encoding that is supported is chunked.") }
  }

  private func checkFraming(isHTTP10: Bool) throws(Rejection) {
    if isChunked && contentLength != nil {
      throw .badRequest("A request cannot have both Content-Length and Transfer-Encoding.")
    }
    if isChunked && isHTTP10 { throw .badRequest("HTTP/1.0 has no Transfer-Encoding.") }
    guard hosts == 1 || hosts == 0 && isHTTP10 else { throw .badRequest("There must be exactly one Host.") }
  }
}

private enum Meaning {
  case kept(Headers.HeaderName)
  case host, contentLength, transferEncoding
}

/// The fields that are read, by their names in lower case.
private let readFields: [(name: [UInt8], meaning: Meaning)] =
  [(Array("host".utf8), .host), (Array("content-length".utf8), .contentLength)]
  + [(Array("transfer-encoding".utf8), .transferEncoding)]
  + Headers.HeaderName.allCases.map { (Array($0.rawValue.utf8), .kept($0)) }

private let takeField:
  @convention(c) (
    UnsafeMutableRawPointer?, MHD_ValueKind, UnsafePointer<CChar>?, Int, UnsafePointer<CChar>?, Int
  ) -> MHD_Result = { reader, _, name, nameCount, value, valueCount in
    guard let reader = reader?.assumingMemoryBound(to: RequestHeader.self) else { return .NO }
    let name = UnsafeBufferPointer(start: name, count: nameCount)
    return reader.pointee.take(name, UnsafeBufferPointer(start: value, count: valueCount)) ? .YES : .NO
  }

private func isBlank(_ character: CChar) -> Bool { character == 0x20 || character == 0x09 }

private func isControl(_ byte: UInt8) -> Bool { byte < 0x20 && byte != 0x09 || byte == 0x7f }

/// Whether a byte may be in a token (RFC 9110, 5.6.2).
private func isTokenByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "^")...UInt8(ascii: "z"), UInt8(ascii: "|"): true
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "!"): true
  case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "~"): true
  default: false
  }
}
