internal import CMicrohttpd
internal import Glibc
internal import HTTP

/// The header of a request as libmicrohttpd has read it, checked for what it lets through and a server must not: the
/// ways in which two servers can see two different requests in the same bytes (RFC 9112, sections 2.2, 3.2, 5 and 6).
struct CheckedHeader {
  private(set) var headers = Headers()
  /// As announced; nil for a chunked body or none.
  private(set) var contentLength: Int?
  private(set) var isRefused: Refused?

  /// Why the request is not served.
  struct Refused: Error {
    let status: Int
    let reason: String

    static func bad(_ reason: String) -> Refused { Refused(status: 400, reason: reason) }
  }

  private var hosts = 0
  private var transferCoding: String?
  /// Where the next line begins, if the lines lie as they came.
  private var nextLine: UnsafePointer<CChar>?
  private let isOneDotZero: Bool

  /// Reads and checks the header of the connection's request.
  init(of connection: OpaquePointer, version: UnsafePointer<CChar>) throws(Refused) {
    isOneDotZero = strcmp(version, "HTTP/1.0") == 0
    if linesLieAsTheyCame { nextLine = version + strlen(version) + 2 }
    withUnsafeMutablePointer(to: &self) { checked in
      _ = MHD_get_connection_values_n(
        connection, .HEADER_KIND,
        { context, _, name, nameSize, value, valueSize in
          guard let checked = context?.assumingMemoryBound(to: CheckedHeader.self), let name else { return .NO }
          return checked.pointee.take(name, nameSize, value, valueSize) ? .YES : .NO
        }, checked)
    }
    if let isRefused { throw isRefused }
    try checkFraming()
  }

  /// Notes one line; false ends the reading.
  private mutating func take(
    _ name: UnsafePointer<CChar>, _ nameSize: Int, _ value: UnsafePointer<CChar>?, _ valueSize: Int
  ) -> Bool {
    do throws(Refused) {
      let name = try checked(name, nameSize)
      let text = try checked(value, valueSize, of: name)
      switch name {
      case "host": hosts += 1
      case "content-length":
        guard contentLength == nil else { throw .bad("Content-Length is given twice.") }
        guard let length = Int(text), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
          throw .bad("Content-Length is no number.")
        }
        contentLength = length
      case "transfer-encoding":
        guard transferCoding == nil else { throw .bad("Transfer-Encoding is given twice.") }
        transferCoding = text.lowercased()
      default: headers.add(name, text)
      }
      return true
    } catch {
      isRefused = error
      return false
    }
  }

  /// A name is a token, right before the colon; in lower case.
  private func checked(_ name: UnsafePointer<CChar>, _ size: Int) throws(Refused) -> String {
    if let nextLine, nextLine != name { throw .bad("A header line is folded, or holds NUL or a bare line end.") }
    let bytes = UnsafeBufferPointer(start: name, count: size).lazy.map { UInt8(bitPattern: $0) }
    guard size > 0, bytes.allSatisfy({ tokenCharacters.contains($0) }) else { throw .bad("A header name is malformed.") }
    return String(decoding: bytes, as: UTF8.self).lowercased()
  }

  private mutating func checked(
    _ value: UnsafePointer<CChar>?, _ size: Int, of name: String
  ) throws(Refused) -> String {
    guard let value else { throw .bad("The header \(name.prefix(50)) has no value.") }
    let bytes = UnsafeBufferPointer(start: value, count: size).lazy.map { UInt8(bitPattern: $0) }
    guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
      throw .bad("The header \(name.prefix(50)) holds a control character.")
    }
    if nextLine != nil { nextLine = value + size + 2 }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func checkFraming() throws(Refused) {
    if let nextLine, nextLine[0] != 0 || nextLine[1] != 0 {
      throw .bad("A header line is folded, or holds NUL or a bare line end.")
    }
    guard hosts == 1 || hosts == 0 && isOneDotZero else { throw .bad("Exactly one Host is needed.") }
    guard let transferCoding else { return }
    guard !isOneDotZero else { throw .bad("HTTP/1.0 has no Transfer-Encoding.") }
    guard contentLength == nil else { throw .bad("Content-Length and Transfer-Encoding exclude each other.") }
    guard transferCoding == "chunked" else {
      throw Refused(status: 501, reason: "The transfer coding is not supported: chunked is.")
    }
  }
}

/// libmicrohttpd before 1.0 takes lines for C strings, so that a NUL hides what follows it, and joins folded lines. It
/// leaves them where they came, the two bytes of their ends set to NUL: a line that does not begin where the one before
/// should have ended gives both away. From 1.0 on it refuses these itself.
private let linesLieAsTheyCame = String(cString: MHD_get_version()).hasPrefix("0.")

/// `tchar` of RFC 9110, 5.6.2.
private let tokenCharacters: Set<UInt8> = Set(
  "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
