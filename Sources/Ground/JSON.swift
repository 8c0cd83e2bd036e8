/// A JSON value (RFC 8259), as it was sent: no number is rounded, no text is normalised.
public enum JSON: Sendable, Equatable {
  case null
  case boolean(Bool)
  /// The number's text: how many of its digits count is up to whoever reads it.
  case number(String)
  case string(String)
  case array([JSON])
  /// The members in the order in which they came; no two have the same name.
  case object([Member])

  /// A name and its value.
  public struct Member: Sendable, Equatable {
    /// The name, as it was sent.
    public let name: String
    /// Its value.
    public let value: JSON

    /// A member with the given parts.
    public init(name: String, value: JSON) { (self.name, self.value) = (name, value) }
  }

  /// Why bytes are no JSON, and which byte shows it, counted from 0.
  public struct SyntaxError: Error, Equatable {
    /// What is wrong, fit to be shown.
    public let reason: String
    /// Where.
    public let offset: Int
  }

  /// Reads a whole text. Refused are arrays and objects more than 64 deep, an object that has a name twice, half a
  /// surrogate pair, a byte order mark, and all else that RFC 8259 does not know.
  public init(_ bytes: [UInt8]) throws(SyntaxError) {
    var reader = JSONReader(bytes)
    self = try reader.document()
  }
}

extension JSON {
  /// The value of an object's member; nil where there is none, or this is no object.
  public subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }

  /// The text of a string.
  public var text: String? { if case .string(let text) = self { text } else { nil } }

  /// A whole number of 64 bits. `5.0` is one, too, as far as a fraction's 53 bits reach.
  public var integer: Int64? {
    guard case .number(let digits) = self, digits.utf8.count <= 40 else { return nil }
    if let integer = Int64(digits) { return integer }
    guard let number, abs(number) < 0x1p53 else { return nil }
    return Int64(exactly: number)
  }

  /// The number nearest to a number's text; nil where that is infinite, or the text has more than 400 digits.
  public var number: Double? {
    guard case .number(let digits) = self, digits.utf8.count <= 400, let number = Double(digits), number.isFinite
    else { return nil }
    return number
  }
}

extension JSON: JSONEncodable {
  /// Writes the value as it was read.
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
