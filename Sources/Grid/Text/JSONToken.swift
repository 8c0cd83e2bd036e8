internal import Ground

/// A value of checked JSON, of a row that is being read.
struct JSONToken {
  enum ValueShape { case null, boolean, number, string, array, object }

  let text: [UInt8]
  let place: Range<Int>
  let kind: ValueShape

  init(_ text: [UInt8], _ place: Range<Int>) {
    (self.text, self.place) = (text, place)
    kind =
      switch place.isEmpty ? 0 : text[place.lowerBound] {
      case UInt8(ascii: "\""): .string
      case UInt8(ascii: "{"): .object
      case UInt8(ascii: "["): .array
      case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
      case UInt8(ascii: "n"), 0: .null
      default: .number
      }
  }

  var bytes: ArraySlice<UInt8> { text[place] }
  var isTrue: Bool { text[place.lowerBound] == UInt8(ascii: "t") }

  /// Whether it empties a cell: null, or an empty text.
  var isEmpty: Bool { kind == .null || kind == .string && place.count <= 2 }

  /// What stands between the quotation marks of a string.
  var inner: ArraySlice<UInt8> { text[place.lowerBound + 1..<place.upperBound - 1] }
  var hasEscapes: Bool { inner.contains(UInt8(ascii: "\\")) }
  /// The text of a string.
  var string: String { jsonString(text, place) }

  var isEmptyObject: Bool {
    var walk = JSONWalk(text, at: place.lowerBound)
    return !walk.enter()
  }

  /// The value of an object's first member with this name.
  func member(_ name: String) -> JSONToken? {
    var walk = JSONWalk(text, at: place.lowerBound)
    guard walk.enter() else { return nil }
    repeat {
      let place = walk.name()
      let value = walk.value()
      if isSame(jsonString(text, place), name) { return JSONToken(text, value) }
    } while walk.more()
    return nil
  }

  /// The elements of an array. Any other value is its own only element.
  func forEachElement(_ body: (JSONToken) -> Void) {
    guard kind == .array else { return body(self) }
    var walk = JSONWalk(text, at: place.lowerBound)
    guard walk.enter() else { return }
    repeat { body(JSONToken(text, walk.value())) } while walk.more()
  }

  /// Appends a string as JSON, without U+0000. False if nothing is left of it.
  func appendString(to json: inout [UInt8], _ note: inout CellNote) -> Bool {
    guard hasEscapes else {
      json.append(contentsOf: bytes)
      return place.count > 2
    }
    let string = withoutNUL(string, &note)
    json.append(contentsOf: jsonBytes(string))
    return !string.isEmpty
  }

  /// Appends an array or an object. False, and nothing is appended, if an object in it has a name twice.
  func appendTree(
    nestedIn depth: Int, to json: inout [UInt8], _ note: inout CellNote
  ) throws(CellFault) -> Bool {
    guard place.count <= GridLimit.cell else { throw .tooLarge }
    guard jsonDepth(of: bytes) + depth <= GridLimit.depth else { throw .tooDeep }
    guard let tree = try? JSON(Array(bytes)) else { return false }
    json.append(contentsOf: JSONWriter.bytes(of: storable(tree, &note)))
    return true
  }
}

/// The value without what the database cannot keep: U+0000 is left out, a number that no `Double` holds becomes null.
private func storable(_ json: JSON, _ note: inout CellNote) -> JSON {
  switch json {
  case .null, .boolean: return json
  case .number:
    if json.number != nil { return json }
    note.lose(.unreadable)
    return .null
  case .string(let text): return .string(withoutNUL(text, &note))
  case .array(let elements): return .array(elements.map { storable($0, &note) })
  case .object(let members):
    return .object(
      members.map { JSON.Member(name: withoutNUL($0.name, &note), value: storable($0.value, &note)) })
  }
}

private func withoutNUL(_ text: String, _ note: inout CellNote) -> String {
  guard text.utf8.contains(0) else { return text }
  note.lose(.nul)
  return String(decoding: text.utf8.filter { $0 != 0 }, as: UTF8.self)
}
