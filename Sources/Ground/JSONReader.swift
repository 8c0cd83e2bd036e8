/// A JSON parser. It reads each byte once, and the memory that it needs is at most a fixed multiple of the input.
struct JSONReader {
  private let bytes: [UInt8]
  private var index = 0
  private var depth = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Parses one value, with only whitespace around it.
  mutating func document() throws(JSON.SyntaxError) -> JSON {
    let document = try value()
    skipBlanks()
    guard index == bytes.count else { throw malformed("it has something after its end") }
    return document
  }

  private mutating func value() throws(JSON.SyntaxError) -> JSON {
    skipBlanks()
    guard index < bytes.count else { throw malformed("a value is missing") }
    switch bytes[index] {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "{"): return .object(try members())
    case UInt8(ascii: "["): return .array(try elements())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: throw malformed("a value is missing")
    }
  }

  // MARK: Arrays and objects

  private mutating func elements() throws(JSON.SyntaxError) -> [JSON] {
    try descend()
    var elements: [JSON] = []
    if !take(UInt8(ascii: "]")) {
      repeat { elements.append(try value()) } while try continues(until: UInt8(ascii: "]"))
    }
    depth -= 1
    return elements
  }

  private mutating func members() throws(JSON.SyntaxError) -> [JSON.Member] {
    try descend()
    var members: [JSON.Member] = []
    var names: Set<ExactText> = []
    if !take(UInt8(ascii: "}")) {
      repeat {
        skipBlanks()
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { throw malformed("a name is missing") }
        let name = try string()
        guard names.insert(ExactText(name)).inserted else { throw malformed("an object has the same name twice") }
        skipBlanks()
        guard take(UInt8(ascii: ":")) else { throw malformed("a colon is missing") }
        members.append(JSON.Member(name: name, value: try value()))
      } while try continues(until: UInt8(ascii: "}"))
    }
    depth -= 1
    return members
  }

  /// Enters an array or an object, up to its first element or its end.
  private mutating func descend() throws(JSON.SyntaxError) {
    // Each level is a recursive call, on the thread's stack.
    guard depth < JSON.deepest else { throw malformed("it is nested more than \(JSON.deepest) levels deep") }
    depth += 1
    index += 1
    skipBlanks()
  }

  /// After an element: true if a comma follows, false if the array or object ends.
  private mutating func continues(until end: UInt8) throws(JSON.SyntaxError) -> Bool {
    skipBlanks()
    if take(UInt8(ascii: ",")) { return true }
    guard take(end) else { throw malformed("a comma or a closing bracket is missing") }
    return false
  }

  // MARK: Strings

  private mutating func string() throws(JSON.SyntaxError) -> String {
    index += 1
    let start = index
    while index < bytes.count, bytes[index] != UInt8(ascii: "\""), bytes[index] != UInt8(ascii: "\\"),
      bytes[index] >= 0x20
    {
      index += 1
    }
    if take(UInt8(ascii: "\"")) { return try text(bytes[start..<index - 1]) }
    var unescaped = Array(bytes[start..<index])
    while index < bytes.count, bytes[index] >= 0x20 {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\""): return try text(unescaped[...])
      case UInt8(ascii: "\\"): try unescape(into: &unescaped)
      default: unescaped.append(byte)
      }
    }
    throw malformed(index < bytes.count ? "a text has a control character" : "a text does not end")
  }

  private func text(_ bytes: ArraySlice<UInt8>) throws(JSON.SyntaxError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw malformed("a text is not UTF-8") }
    return text
  }

  /// Parses what follows a backslash.
  private mutating func unescape(into text: inout [UInt8]) throws(JSON.SyntaxError) {
    guard index < bytes.count else { throw malformed("a text does not end") }
    let letter = bytes[index]
    index += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: String(try scalar()).utf8)
    default: throw malformed("a text has an unknown escape")
    }
  }

  /// Parses four hexadecimal digits, or two groups of four with `\u` between them for a scalar above U+FFFF.
  private mutating func scalar() throws(JSON.SyntaxError) -> Unicode.Scalar {
    var code = UInt32(try fourDigits())
    if (0xd800...0xdbff).contains(code), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
      let low = UInt32(try fourDigits())
      guard (0xdc00...0xdfff).contains(low) else { throw malformed("a text has half a surrogate pair") }
      code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw malformed("a text has half a surrogate pair") }
    return scalar
  }

  private mutating func fourDigits() throws(JSON.SyntaxError) -> UInt16 {
    var code: UInt16 = 0
    for _ in 0..<4 {
      guard index < bytes.count, let digit = hexadecimalValue(bytes[index]) else {
        throw malformed("a text has an unknown escape")
      }
      code = code << 4 | UInt16(digit)
      index += 1
    }
    return code
  }

  // MARK: Numbers and words

  private mutating func number() throws(JSON.SyntaxError) -> String {
    let start = index
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits() }
    if take(UInt8(ascii: ".")) { try digits() }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  private mutating func digits() throws(JSON.SyntaxError) {
    let start = index
    while index < bytes.count, bytes[index].isDigit { index += 1 }
    guard index > start else { throw malformed("a digit is missing") }
  }

  private mutating func word(_ word: StaticString, _ value: JSON) throws(JSON.SyntaxError) -> JSON {
    for place in 0..<word.utf8CodeUnitCount {
      guard take(word.utf8Start[place]) else { throw malformed("a value is missing") }
    }
    return value
  }

  // MARK: Bytes

  private mutating func skipBlanks() {
    while index < bytes.count, isWhitespace(bytes[index]) { index += 1 }
  }

  private func isWhitespace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  private func malformed(_ reason: String) -> JSON.SyntaxError { JSON.SyntaxError(reason: reason, offset: index) }
}
