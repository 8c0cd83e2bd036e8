/// A JSON value (RFC 8259) exactly as it was sent: numbers are not rounded, and text is not normalised.
public enum JSON: Sendable, Equatable {
  case null
  case boolean(Bool)
  /// The number as written. The reader decides how many of its digits count.
  case number(String)
  case string(String)
  case array([JSON])
  /// The members in the order in which they were sent. No two have the same name.
  case object([Member])

  /// How deeply arrays and objects may be nested.
  public static let deepest = 64

  /// A name and its value.
  public struct Member: Sendable, Equatable {
    /// The name, as it was sent.
    public let name: String
    /// The value.
    public let value: JSON

    /// Makes a member.
    public init(name: String, value: JSON) { (self.name, self.value) = (name, value) }
  }

  /// Why bytes are not JSON.
  public struct SyntaxError: Error, Equatable {
    /// What is wrong, safe to show to the client.
    public let reason: String
    /// The offset of the offending byte, counted from 0.
    public let offset: Int

    /// Says what is wrong, and where.
    public init(reason: String, offset: Int) { (self.reason, self.offset) = (reason, offset) }
  }

  /// Parses a complete JSON text.
  ///
  /// - Throws: `SyntaxError` for anything that RFC 8259 does not allow, and also for arrays and objects nested more
  ///   than 64 deep, an object that has a name twice, an unpaired surrogate, and a byte order mark.
  public init(_ bytes: [UInt8]) throws(SyntaxError) {
    var reader = JSONReader(bytes)
    self = try reader.document()
  }
}

extension JSON {
  /// The value of an object's member. Nil if there is no such member, or this is not an object.
  public subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }

  /// The text of a string; nil for any other value.
  public var text: String? { if case .string(let text) = self { text } else { nil } }

  /// A 64-bit integer; nil for any other value. `5.0` also counts as an integer, up to 53 bits.
  public var integer: Int64? {
    guard case .number(let digits) = self, digits.utf8.count <= 40 else { return nil }
    if let integer = Int64(digits) { return integer }
    guard let number, abs(number) < 0x1p53 else { return nil }
    return Int64(exactly: number)
  }

  /// The nearest `Double`. Nil if that is infinite, the number has more than 400 digits, or this is not a number.
  public var number: Double? {
    guard case .number(let digits) = self, digits.utf8.count <= 400, let number = Double(digits), number.isFinite
    else { return nil }
    return number
  }
}

extension JSON: JSONEncodable {
  /// Writes the value exactly as it was read.
  public func write(to json: inout JSONWriter) {
    switch self {
    case .null: json.raw("null".utf8)
    case .boolean(let truth): truth.write(to: &json)
    case .number(let digits): json.raw(digits.utf8)
    case .string(let text): text.write(to: &json)
    case .array(let elements): json.array(elements)
    case .object(let members): json.object { for member in members { $0.add(named: member.name, member.value) } }
    }
  }
}
