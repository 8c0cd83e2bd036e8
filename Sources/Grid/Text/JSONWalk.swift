/// Walks over JSON that was checked, or that the database wrote. It makes nothing of values: it says where they stand.
/// Of anything else than JSON it says nonsense, but it ends, and never leaves the bytes.
struct JSONWalk {
  let bytes: [UInt8]
  private(set) var index: Int

  /// Begins at a value.
  init(_ bytes: [UInt8], at index: Int = 0) {
    (self.bytes, self.index) = (bytes, index)
    skipBlanks()
  }

  /// The byte where it stands; 0 at the end.
  var byte: UInt8 { index < bytes.count ? bytes[index] : 0 }

  /// Passes the bracket that opens an array or an object. False if there are no elements, or if it is neither.
  mutating func enter() -> Bool {
    guard byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") else { return false }
    index += 1
    skipBlanks()
    return byte != UInt8(ascii: "]") && byte != UInt8(ascii: "}") && index < bytes.count
  }

  /// Passes a comma after an element. False if there is none.
  mutating func more() -> Bool {
    skipBlanks()
    guard byte == UInt8(ascii: ",") else { return false }
    index += 1
    skipBlanks()
    return index < bytes.count
  }

  /// Passes the name of a member, and the colon. Returns where the name stands, with its quotation marks.
  mutating func name() -> Range<Int> {
    let name = value()
    skipBlanks()
    if byte == UInt8(ascii: ":") { index += 1 }
    skipBlanks()
    return name
  }

  /// Passes a value. Returns where it stands.
  mutating func value() -> Range<Int> {
    let start = index
    switch byte {
    case UInt8(ascii: "\""): skipString()
    case UInt8(ascii: "{"), UInt8(ascii: "["): skipBrackets()
    default:
      while index < bytes.count, !Self.ends(bytes[index]) { index += 1 }
    }
    return start..<index
  }

  private static func ends(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") || isJSONBlank(byte)
  }

  private mutating func skipString() {
    index += 1
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "\"") { return }
      if byte == UInt8(ascii: "\\") { index = min(index + 1, bytes.count) }
    }
  }

  private mutating func skipBrackets() {
    var depth = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""): skipString()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        index += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        index += 1
        if depth == 0 { return }
      default: index += 1
      }
    }
  }

  private mutating func skipBlanks() {
    while index < bytes.count, isJSONBlank(bytes[index]) { index += 1 }
  }
}

/// How deeply arrays and objects are nested in a value.
func jsonDepth(of value: some Sequence<UInt8>) -> Int {
  var (depth, deepest, isInString, isEscaped) = (0, 0, false, false)
  for byte in value {
    if isInString {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
      }
    } else if byte == UInt8(ascii: "\"") {
      isInString = true
    } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
      depth += 1
      deepest = max(deepest, depth)
    } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
      depth -= 1
    }
  }
  return deepest
}
