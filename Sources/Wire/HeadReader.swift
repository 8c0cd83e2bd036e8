internal import Ground
public import HTTP

/// What the header of a request says, once all of it is known to be lawful.
public struct RequestHead: Sendable {
  /// How the end of a body is found.
  public enum Framing: Sendable, Equatable {
    /// By its length; 0 if there is no body.
    case bytes(UInt64)
    /// It comes in chunks.
    case chunks
  }

  /// The method.
  public let method: Method
  /// The target, decoded.
  public let target: Target
  /// The fields that the service reads.
  public let headers: Headers
  /// The framing of its body.
  public let body: Framing
  /// Whether the client speaks HTTP/1.0, and so knows no chunks.
  public let isOld: Bool
  /// Whether the client wants to send more requests after this one.
  public let isKept: Bool
  /// Whether the client waits for `100 Continue` before it sends the body.
  public let expectsContinue: Bool

  /// The body's length in bytes; nil if it is not known.
  public var length: UInt64? {
    if case .bytes(let count) = body { count } else { nil }
  }
}

/// Reads a request's header line by line. What is not even HTTP is refused at once, the rest at the header's end, when
/// more is known of who asks.
struct HeadReader {
  private(set) var headers = Headers()
  private var method: Method?
  private var target: Target?
  private var isOld = false
  /// The host in the target, which is empty if that has none.
  private var targetHost = ""
  private var hasHost = false
  private var length: UInt64?
  private var isChunked = false
  private var wantsEnd = false
  private var wantsMore = false
  private var expectsContinue = false
  private var flaw: Rejection?

  private mutating func note(_ flaw: Rejection) { self.flaw = self.flaw ?? flaw }

  // MARK: The request line

  /// Takes `GET /path?query HTTP/1.1`.
  mutating func takeRequestLine(_ line: UnsafeRawBufferPointer, targetBytes: Int) throws(Rejection) {
    let malformed = Rejection.badRequest("The request line is malformed.")
    guard let first = line.firstIndex(of: 0x20), let last = line.lastIndex(of: 0x20), first < last,
      !line.contains(where: isControl)
    else { throw malformed }
    let version = line[(last + 1)...]
    guard version.count == 8, version.starts(with: "HTTP/".utf8), version[last + 6].isDigit,
      version[last + 7] == UInt8(ascii: "."), version[last + 8].isDigit
    else { throw malformed }
    guard version[last + 6] == UInt8(ascii: "1"), version[last + 8] <= UInt8(ascii: "1") else { throw .unknownVersion }
    isOld = version[last + 8] == UInt8(ascii: "0")
    method = Method(rawValue: text(line[..<first]))
    if method == nil { note(.notImplemented("The method is unknown.")) }
    takeTarget(UnsafeRawBufferPointer(rebasing: line[(first + 1)..<last]), targetBytes)
  }

  private mutating func takeTarget(_ bytes: UnsafeRawBufferPointer, _ most: Int) {
    guard bytes.count <= most else { return note(.targetTooLong) }
    if !bytes.contains(where: { $0 <= 0x20 }), let raw = String(validating: bytes, as: UTF8.self) {
      target = try? Target(raw)
    }
    guard target != nil, bytes.first != UInt8(ascii: "/") else {
      return target == nil ? note(.badRequest("The request target is malformed.")) : ()
    }
    // http://host/path
    let host = bytes.drop { $0 != UInt8(ascii: "/") }.dropFirst(2).prefix { !Self.endsHost($0) }
    targetHost = text(host).lowercased()
    if host.isEmpty || !isHost(host) { note(.badRequest("The request target has no valid host.")) }
  }

  private static func endsHost(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
  }

  // MARK: Fields

  /// Takes `Name: value`.
  mutating func takeField(_ line: UnsafeRawBufferPointer) throws(Rejection) {
    let field = try FieldLine(line)
    switch FieldMeaning(of: field.name) {
    case nil: break
    case .kept(let name): headers.add(name, text(field.value))
    case .host: takeHost(field.value)
    case .contentLength: takeLength(field.raw)
    case .transferEncoding: takeCoding(field.raw)
    case .connection: takeWishes(field.value)
    case .expect:
      expectsContinue = field.value.isWord("100-continue")
      if !expectsContinue && !isOld { note(.unknownExpectation) }
    }
  }

  private mutating func takeHost(_ value: UnsafeRawBufferPointer) {
    if hasHost { note(.badRequest("There must be exactly one Host.")) }
    hasHost = true
    if !isHost(value) { note(.badRequest("Host is malformed.")) }
    if !targetHost.isEmpty && targetHost != text(value).lowercased() {
      note(.badRequest("Host is not the one in the request target."))
    }
  }

  private mutating func takeLength(_ value: UnsafeRawBufferPointer) {
    guard length == nil else { return note(.badRequest("Content-Length is repeated.")) }
    guard !value.isEmpty, value.areDigits else { return note(.badRequest("Content-Length is not a number.")) }
    length = UInt64(text(value))
    if length == nil { note(.bodyTooLarge) }
  }

  private mutating func takeCoding(_ value: UnsafeRawBufferPointer) {
    guard !isChunked else { return note(.badRequest("Transfer-Encoding is repeated.")) }
    isChunked = value.isWord("chunked")
    if !isChunked { note(.notImplemented("The only Transfer-Encoding that is supported is chunked.")) }
  }

  private mutating func takeWishes(_ value: UnsafeRawBufferPointer) {
    for wish in value.split(separator: UInt8(ascii: ",")) {
      let wish = wish.trimmed(of: \.isBlank)
      if wish.isWord("close") { wantsEnd = true } else if wish.isWord("keep-alive") { wantsMore = true }
    }
  }

  // MARK: The end

  /// The whole header.
  func finish() throws(Rejection) -> RequestHead {
    if let flaw { throw flaw }
    if isChunked && length != nil {
      throw .badRequest("A request cannot have both Content-Length and Transfer-Encoding.")
    }
    if isChunked && isOld { throw .badRequest("HTTP/1.0 has no Transfer-Encoding.") }
    guard hasHost || isOld else { throw .badRequest("There must be exactly one Host.") }
    guard let method, let target else { preconditionFailure("a header without a request line") }
    return RequestHead(
      method: method, target: target, headers: headers, body: isChunked ? .chunks : .bytes(length ?? 0), isOld: isOld,
      isKept: !wantsEnd && (wantsMore || !isOld), expectsContinue: expectsContinue && !isOld)
  }
}

private func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
