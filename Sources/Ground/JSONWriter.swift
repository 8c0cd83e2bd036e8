/// A value that can write itself as JSON.
public protocol JSONEncodable: Sendable {
  /// Writes exactly one JSON value.
  func write(to json: inout JSONWriter)
}

/// Writes JSON (RFC 8259) directly into a byte array. An object of ten fields takes a tenth of the time that an encoder
/// needs. The writer cannot be copied, so the bytes are not either.
public struct JSONWriter: ~Copyable {
  /// The bytes written so far.
  public private(set) var bytes: [UInt8] = []
  /// The service's public URL, without a trailing slash. Addresses in the JSON begin with it. Empty if the JSON has no
  /// addresses.
  public let publicURL: String

  /// Makes an empty writer.
  public init(publicURL: String = "") { self.publicURL = publicURL }

  /// Writes behind bytes that are taken out of a buffer, and puts all of them back.
  public static func append(to buffer: inout [UInt8], _ write: (inout JSONWriter) -> Void) {
    var writer = JSONWriter()
    swap(&writer.bytes, &buffer)
    write(&writer)
    swap(&writer.bytes, &buffer)
  }

  /// The JSON text of one value.
  public static func bytes(of value: some JSONEncodable, publicURL: String = "") -> [UInt8] {
    var writer = JSONWriter(publicURL: publicURL)
    writer.bytes.reserveCapacity(512)
    value.write(to: &writer)
    return writer.bytes
  }

  /// Writes an object; the body adds its members.
  public mutating func object(_ members: (inout Members) -> Void) {
    bytes.append(UInt8(ascii: "{"))
    var object = Members(writer: self)
    members(&object)
    self = object.end()
    bytes.append(UInt8(ascii: "}"))
  }

  /// Writes an array.
  public mutating func array(_ elements: some Sequence<some JSONEncodable>) {
    bytes.append(UInt8(ascii: "["))
    var first = true
    for element in elements {
      if !first { bytes.append(UInt8(ascii: ",")) }
      first = false
      element.write(to: &self)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  /// Writes text that is already JSON.
  public mutating func raw(_ json: some Sequence<UInt8>) { bytes.append(contentsOf: json) }

  mutating func string(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    characters(text)
    bytes.append(UInt8(ascii: "\""))
  }

  fileprivate mutating func address(_ path: String) {
    bytes.append(UInt8(ascii: "\""))
    characters(publicURL)
    characters(path)
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func characters(_ text: String) {
    var text = text
    text.withUTF8 { text in
      // Most texts need no escaping, and are copied in one piece.
      if Self.isPlain(UnsafeRawBufferPointer(text)) { bytes.append(contentsOf: text) } else { escaped(text) }
    }
  }

  /// Whether nothing is escaped, eight bytes at a time.
  private static func isPlain(_ text: UnsafeRawBufferPointer) -> Bool {
    var place = 0
    while place + 8 <= text.count {
      if hasEscaped(text.loadUnaligned(fromByteOffset: place, as: UInt64.self)) { return false }
      place += 8
    }
    var rest = UInt64(UInt8(ascii: "x")) &* ones
    while place < text.count {
      rest = rest << 8 | UInt64(text[place])
      place += 1
    }
    return !hasEscaped(rest)
  }

  private static let ones: UInt64 = 0x0101_0101_0101_0101

  /// Whether one of eight bytes is a control character, a quote, a backslash or DEL. Where a byte is below `n`, taking `n`
  /// from it sets its highest bit; the lowest one that does so is right, which is enough.
  private static func hasEscaped(_ bytes: UInt64) -> Bool {
    func below(_ bytes: UInt64, _ n: UInt64) -> UInt64 { (bytes &- n &* ones) & ~bytes }
    let quote = bytes ^ UInt64(UInt8(ascii: "\"")) &* ones
    let backslash = bytes ^ UInt64(UInt8(ascii: "\\")) &* ones
    let delete = bytes ^ 0x7f &* ones
    let found = below(bytes, 0x20) | below(quote, 1) | below(backslash, 1) | below(delete, 1)
    return found & (0x80 &* ones) != 0
  }

  private mutating func escaped(_ text: UnsafeBufferPointer<UInt8>) {
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20, 0x7f:
        bytes.append(contentsOf: Self.escape)
        bytes.append(hexadecimalDigit(byte >> 4))
        bytes.append(hexadecimalDigit(byte & 15))
      default: bytes.append(byte)
      }
    }
  }

  private static let escape = Array("\\u00".utf8)

  /// The members of an object that is being written.
  public struct Members: ~Copyable {
    private var writer: JSONWriter
    private var first = true

    fileprivate init(writer: consuming JSONWriter) { self.writer = writer }

    fileprivate consuming func end() -> JSONWriter { writer }

    /// Adds a member; nil is written as `null`.
    public mutating func add(_ name: StaticString, _ value: (some JSONEncodable)?) {
      add(name: name)
      if let value { value.write(to: &writer) } else { writer.raw("null".utf8) }
    }

    /// Adds an array.
    public mutating func add(_ name: StaticString, _ elements: some Sequence<some JSONEncodable>) {
      add(name: name)
      writer.array(elements)
    }

    /// Adds an object.
    public mutating func add(_ name: StaticString, _ members: (inout Members) -> Void) {
      add(name: name)
      writer.object(members)
    }

    /// Adds an absolute URL of this service, given its path.
    public mutating func add(_ name: StaticString, address path: String) {
      add(name: name)
      writer.address(path)
    }

    /// Adds a member whose name is known only at run time.
    public mutating func add(named name: String, _ value: some JSONEncodable) {
      add(name: name)
      value.write(to: &writer)
    }

    private mutating func add(name: String) {
      if !first { writer.bytes.append(UInt8(ascii: ",")) }
      first = false
      writer.string(name)
      writer.bytes.append(UInt8(ascii: ":"))
    }

    /// Names in source code need no escaping.
    private mutating func add(name: StaticString) {
      if !first { writer.bytes.append(UInt8(ascii: ",")) }
      first = false
      writer.bytes.append(UInt8(ascii: "\""))
      name.withUTF8Buffer { writer.bytes.append(contentsOf: $0) }
      writer.bytes.append(UInt8(ascii: "\""))
      writer.bytes.append(UInt8(ascii: ":"))
    }
  }
}

extension String: JSONEncodable {
  /// Writes a JSON string.
  public func write(to json: inout JSONWriter) { json.string(self) }
}

extension Bool: JSONEncodable {
  /// Writes `true` or `false`.
  public func write(to json: inout JSONWriter) { json.raw((self ? "true" : "false").utf8) }
}

extension Int: JSONEncodable {
  /// Writes a JSON number.
  public func write(to json: inout JSONWriter) { json.raw(String(self).utf8) }
}

extension Int64: JSONEncodable {
  /// Writes a JSON number.
  public func write(to json: inout JSONWriter) { json.raw(String(self).utf8) }
}

extension Double: JSONEncodable {
  /// Writes a JSON number, or `null` if the value is infinite or NaN.
  public func write(to json: inout JSONWriter) { json.raw((isFinite ? "\(self)" : "null").utf8) }
}
