public import Ground

/// A value inside a JSON text, as the bytes that were sent. Whoever reads a thousand rows makes no tree of them: only
/// what is asked for is taken out.
///
/// The whole text was checked when it was read, so all that follows cannot fail.
public struct JSONSlice: Sendable {
  let text: [UInt8]
  let start: Int
  let end: Int

  /// Checks a complete JSON text.
  ///
  /// - Throws: as `JSON` does, but that an object may have a name twice as long as nobody asks for its members.
  public init(_ bytes: [UInt8]) throws(JSON.SyntaxError) { fatalError("unfinished") }

  /// The bytes of the value, without blanks around it.
  public var bytes: ArraySlice<UInt8> { text[start..<end] }

  /// The value as a tree. Throws if one of its objects has a name twice.
  public func json() throws(JSON.SyntaxError) -> JSON { try JSON(Array(bytes)) }

  /// Whether it is an object.
  public var isObject: Bool { text[start] == UInt8(ascii: "{") }
  /// Whether it is `null`.
  public var isNull: Bool { text[start] == UInt8(ascii: "n") }

  /// The members of an object; nil if it is none, throws if it has a name twice.
  public func members() throws(JSON.SyntaxError) -> [(name: String, value: JSONSlice)]? { fatalError("unfinished") }

  /// The elements of an array; nil if it is none.
  public func elements() -> [JSONSlice]? { fatalError("unfinished") }

  /// The text of a string; nil if it is none.
  public var string: String? { fatalError("unfinished") }
}
