public import Ground

/// A value inside a JSON text, as the bytes that were sent. Whoever reads a thousand rows makes no tree of them: only
/// what is asked for is taken out.
///
/// The whole text was checked when it was read, so all that follows cannot fail.
public struct JSONSlice: Sendable {
  let text: [UInt8]
  let range: Range<Int>

  init(_ text: [UInt8], _ range: Range<Int>) { (self.text, self.range) = (text, range) }

  /// Checks a complete JSON text.
  ///
  /// - Throws: as `JSON` does, but that an object may have a name twice as long as nobody asks for its members.
  public init(_ bytes: [UInt8]) throws(JSON.SyntaxError) {
    (text, range) = (bytes, try JSONChecker.check(bytes))
  }

  /// A value that is a tree already.
  init(_ json: JSON) {
    text = JSONWriter.bytes(of: json)
    range = 0..<text.count
  }

  /// The bytes of the value, without blanks around it.
  public var bytes: ArraySlice<UInt8> { text[range] }

  /// The value as a tree. Throws if one of its objects has a name twice.
  public func json() throws(JSON.SyntaxError) -> JSON { try JSON(Array(bytes)) }

  /// Whether it is an object.
  public var isObject: Bool { first == UInt8(ascii: "{") }
  /// Whether it is `null`.
  public var isNull: Bool { first == UInt8(ascii: "n") }

  private var first: UInt8 { text[range.lowerBound] }

  /// The members of an object; nil if it is none, throws if it has a name twice or more than `most` members.
  public func members(upTo most: Int = 10_000) throws(JSON.SyntaxError) -> [(name: String, value: JSONSlice)]? {
    guard isObject else { return nil }
    var walk = JSONWalk(text, at: range.lowerBound)
    var members: [(name: String, value: JSONSlice)] = []
    var names: Set<ExactText> = []
    guard walk.enter() else { return members }
    repeat {
      let place = walk.name()
      let name = jsonString(text, place)
      guard names.insert(ExactText(name)).inserted else {
        throw JSON.SyntaxError(reason: "an object has the same name twice", offset: place.lowerBound)
      }
      guard members.count < most else {
        throw JSON.SyntaxError(reason: "an object has too many members", offset: place.lowerBound)
      }
      members.append((name, JSONSlice(text, walk.value())))
    } while walk.more()
    return members
  }

  /// The elements of an array; nil if it is none. Of an array of more than `most` elements they are the first `most` and
  /// one more: a few bytes of a client's could be an element each.
  public func elements(upTo most: Int = 10_000) -> [JSONSlice]? {
    guard first == UInt8(ascii: "[") else { return nil }
    var walk = JSONWalk(text, at: range.lowerBound)
    var elements: [JSONSlice] = []
    guard walk.enter() else { return elements }
    repeat { elements.append(JSONSlice(text, walk.value())) } while elements.count <= most && walk.more()
    return elements
  }

  /// The text of a string; nil if it is none.
  public var string: String? { first == UInt8(ascii: "\"") ? jsonString(text, range) : nil }
}

/// The text of a JSON string that stands, with its quotation marks, at a place. Empty if there is none.
func jsonString(_ bytes: [UInt8], _ place: Range<Int>) -> String {
  guard place.count >= 2 else { return "" }
  let inner = bytes[place.lowerBound + 1..<place.upperBound - 1]
  if !inner.contains(UInt8(ascii: "\\")) { return String(decoding: inner, as: UTF8.self) }
  return (try? JSON(Array(bytes[place])))?.text ?? ""
}

/// The text as a JSON string, with its quotation marks.
func jsonBytes(_ text: String) -> [UInt8] { JSONWriter.bytes(of: text) }
