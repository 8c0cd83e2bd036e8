internal import Glibc
internal import Ground

/// A value that can be interpolated into a statement: `\(value)`.
public protocol PostgresEncodable: Sendable {
  /// The value in the form in which it is sent.
  var postgresParameter: PostgresParameter { get }
  /// What the values are on their own, without a statement that expects a type.
  static var postgresKind: PostgresKind { get }
}

extension PostgresEncodable {
  /// A text, which a statement casts to the type that it expects.
  public static var postgresKind: PostgresKind { .text }
}

/// What values of a type are on their own: several of them travel as an array of this type.
public enum PostgresKind: Sendable {
  /// `text`
  case text
  /// `bigint`
  case integer
  /// `boolean`
  case boolean
  /// `bytea`
  case bytes
  /// An array, of which there can be no array.
  case list
}

/// A value that can be read from a column.
public protocol PostgresDecodable: Sendable {
  /// Reads a column of one row.
  ///
  /// - Throws: `PostgresError.unexpected` if the column's type or value does not fit.
  init(_ cell: PostgresCell) throws(PostgresError)
}

/// A value that can be an element of an array in a statement or a column. An array of `UInt8` is a `bytea`.
public protocol PostgresElement: Sendable {
  /// The array in the form in which it is sent.
  static func parameter(of array: [Self]) -> PostgresParameter
  /// Reads an array.
  ///
  /// - Throws: `PostgresError.unexpected` if the column's type or value does not fit.
  static func array(_ cell: PostgresCell) throws(PostgresError) -> [Self]
}

/// One of our types that is stored as one of PostgreSQL's: for example, a key as `Int64`, an enum as its raw value.
public protocol PostgresValue: PostgresEncodable, PostgresDecodable, PostgresElement {
  /// The type that it is stored as.
  associatedtype Stored: PostgresEncodable & PostgresDecodable
  /// The stored form.
  var postgresValue: Stored { get }
  /// Makes the value from its stored form; nil if that is invalid.
  init?(postgresValue: Stored)
}

extension PostgresValue {
  /// The stored form's parameter.
  public var postgresParameter: PostgresParameter { postgresValue.postgresParameter }
  /// The stored form's kind.
  public static var postgresKind: PostgresKind { Stored.postgresKind }

  /// Reads the stored form.
  public init(_ cell: PostgresCell) throws(PostgresError) {
    guard let value = Self(postgresValue: try Stored(cell)) else { throw cell.unexpected("is no \(Self.self)") }
    self = value
  }
}

extension PostgresValue where Self: RawRepresentable, RawValue: PostgresEncodable & PostgresDecodable {
  /// The raw value.
  public var postgresValue: RawValue { rawValue }
  /// Makes the value from its raw value; nil if that is invalid.
  public init?(postgresValue: RawValue) { self.init(rawValue: postgresValue) }
}

/// A value in the form in which it is sent: text for whatever type the statement expects, or the bytes of a `bytea`.
public enum PostgresParameter: Sendable, Equatable {
  /// SQL's null.
  case null
  /// The textual form of any type.
  case text(String)
  /// A `bytea`.
  case bytes([UInt8])

  /// Whether a text contains NUL. PostgreSQL's texts cannot, and libpq would truncate it there.
  var hasNUL: Bool {
    guard case .text(let text) = self else { return false }
    return text.utf8.withContiguousStorageIfAvailable { bytes in
      bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false
    } ?? text.utf8.contains(0)
  }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
  /// Null for nil.
  public var postgresParameter: PostgresParameter {
    switch self {
    case .some(let value): value.postgresParameter
    case nil: .null
    }
  }
  /// That of the values that are there.
  public static var postgresKind: PostgresKind { Wrapped.postgresKind }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
  /// Nil for null.
  public init(_ cell: PostgresCell) throws(PostgresError) {
    if cell.isNull { self = nil } else { self = .some(try Wrapped(cell)) }
  }
}

extension Array: PostgresEncodable where Element: PostgresElement {
  /// Uses the elements' own conversion.
  public var postgresParameter: PostgresParameter { Element.parameter(of: self) }
  /// An array, or a `bytea`.
  public static var postgresKind: PostgresKind { Element.self == UInt8.self ? .bytes : .list }
}

extension Array: PostgresDecodable where Element: PostgresElement {
  /// Uses the elements' own conversion.
  public init(_ cell: PostgresCell) throws(PostgresError) { self = try Element.array(cell) }
}

extension UInt8: PostgresElement {
  /// A `bytea`.
  public static func parameter(of array: [UInt8]) -> PostgresParameter { .bytes(array) }
  /// Reads a `bytea`, the 16 bytes of a `uuid`, or the text of a `json` or `jsonb`.
  public static func array(_ cell: PostgresCell) throws(PostgresError) -> [UInt8] { Array(try cell.binary()) }
}

extension PostgresElement where Self: PostgresEncodable {
  /// PostgreSQL's literal for arrays: `{"a","b"}`.
  public static func parameter(of array: [Self]) -> PostgresParameter {
    ArrayLiteral.of(array.lazy.map { $0.postgresParameter })
  }
}

/// PostgreSQL's literal for arrays: `{"a",null}`.
enum ArrayLiteral {
  static func of(_ elements: some Sequence<PostgresParameter>) -> PostgresParameter {
    var literal = [UInt8(ascii: "{")]
    for element in elements {
      if literal.count > 1 { literal.append(UInt8(ascii: ",")) }
      switch element {
      case .null: literal += "null".utf8
      case .text(let text): append(text, to: &literal)
      case .bytes(let bytes): append("\\x" + hexadecimal(bytes), to: &literal)
      }
    }
    literal.append(UInt8(ascii: "}"))
    return .text(String(decoding: literal, as: UTF8.self))
  }

  private static func append(_ text: String, to literal: inout [UInt8]) {
    literal.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { text in
      for byte in text {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { literal.append(UInt8(ascii: "\\")) }
        literal.append(byte)
      }
    }
    literal.append(UInt8(ascii: "\""))
  }
}

extension PostgresElement where Self: PostgresDecodable {
  /// Reads an array of one dimension.
  public static func array(_ cell: PostgresCell) throws(PostgresError) -> [Self] {
    var elements: [Self] = []
    try cell.forEachElement { (element) throws(PostgresError) in elements.append(try Self(element)) }
    return elements
  }
}

/// JSON for a statement: write `\(json)::jsonb`. It is sent as it is, and must be valid.
public struct PostgresJSON: PostgresEncodable {
  /// The JSON text.
  public let bytes: [UInt8]

  /// Takes a JSON text.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// `jsonb` in its binary format: the text, with the format's version in front.
  public var postgresParameter: PostgresParameter { .bytes([1] + bytes) }
  /// The bytes mean nothing without the type that the statement expects.
  public static var postgresKind: PostgresKind { .list }
}

// MARK: Swift's own types

extension String: PostgresEncodable, PostgresDecodable, PostgresElement {
  /// The text itself.
  public var postgresParameter: PostgresParameter { .text(self) }
  /// Reads `text`, `varchar`, `char`, `name`, `json` or `jsonb`.
  public init(_ cell: PostgresCell) throws(PostgresError) { self.init(decoding: try cell.text(), as: UTF8.self) }
}

extension Bool: PostgresEncodable, PostgresDecodable, PostgresElement {
  /// `true` or `false`.
  public var postgresParameter: PostgresParameter { .text(self ? "true" : "false") }
  /// `boolean`
  public static var postgresKind: PostgresKind { .boolean }
  /// Reads a `boolean`.
  public init(_ cell: PostgresCell) throws(PostgresError) { self = try cell.boolean() }
}

extension Int64: PostgresEncodable, PostgresDecodable, PostgresElement {
  /// Decimal digits, which fit any integer type.
  public var postgresParameter: PostgresParameter { .text(String(self)) }
  /// `bigint`
  public static var postgresKind: PostgresKind { .integer }
  /// Reads `bigint`, `integer` or `smallint`.
  public init(_ cell: PostgresCell) throws(PostgresError) { self = try cell.integer() }
}

extension Int32: PostgresEncodable, PostgresDecodable, PostgresElement {
  /// Decimal digits, which fit any integer type.
  public var postgresParameter: PostgresParameter { .text(String(self)) }
  /// `bigint`
  public static var postgresKind: PostgresKind { .integer }
  /// Reads `integer` or `smallint`, or a `bigint` that fits.
  public init(_ cell: PostgresCell) throws(PostgresError) {
    guard let value = Int32(exactly: try cell.integer()) else { throw cell.unexpected("does not fit 32 bits") }
    self = value
  }
}

extension Int: PostgresEncodable, PostgresDecodable, PostgresElement {
  /// Decimal digits, which fit any integer type.
  public var postgresParameter: PostgresParameter { .text(String(self)) }
  /// `bigint`
  public static var postgresKind: PostgresKind { .integer }
  /// Reads `bigint`, `integer` or `smallint`.
  public init(_ cell: PostgresCell) throws(PostgresError) { self = Int(try cell.integer()) }
}
