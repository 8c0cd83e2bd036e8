internal import Ground

/// Checks that bytes are JSON, and makes nothing of them. What it accepts is what `JSON` accepts, but that an object may
/// have a name twice: whoever reads the object notices.
struct JSONChecker {
  private let bytes: [UInt8]
  private var index = 0
  private var depth = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Where the value of a complete JSON text stands, without the blanks around it.
  static func check(_ bytes: [UInt8]) throws(JSON.SyntaxError) -> Range<Int> {
    var checker = JSONChecker(bytes)
    checker.skipBlanks()
    let start = checker.index
    try checker.value()
    let end = checker.index
    checker.skipBlanks()
    guard checker.index == bytes.count else { throw checker.malformed("it has something after its end") }
    guard (try? UTF8Span(validating: bytes.span)) != nil else { throw checker.malformed("a text is not UTF-8") }
    return start..<end
  }

  private mutating func value() throws(JSON.SyntaxError) {
    guard index < bytes.count else { throw malformed("a value is missing") }
    switch bytes[index] {
    case UInt8(ascii: "\""): try string()
    case UInt8(ascii: "{"): try list(until: UInt8(ascii: "}"), named: true)
    case UInt8(ascii: "["): try list(until: UInt8(ascii: "]"), named: false)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: throw malformed("a value is missing")
    }
  }

  private mutating func list(until end: UInt8, named: Bool) throws(JSON.SyntaxError) {
    guard depth < JSON.deepest else { throw malformed("it is nested more than \(JSON.deepest) levels deep") }
    depth += 1
    index += 1
    skipBlanks()
    if !take(end) {
      repeat {
        skipBlanks()
        if named { try name() }
        try value()
        skipBlanks()
      } while take(UInt8(ascii: ","))
      guard take(end) else { throw malformed("a comma or a closing bracket is missing") }
    }
    depth -= 1
  }

  private mutating func name() throws(JSON.SyntaxError) {
    guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { throw malformed("a name is missing") }
    try string()
    skipBlanks()
    guard take(UInt8(ascii: ":")) else { throw malformed("a colon is missing") }
    skipBlanks()
  }

  // MARK: Strings

  private mutating func string() throws(JSON.SyntaxError) {
    index += 1
    while index < bytes.count {
      let byte = bytes[index]
      guard byte >= 0x20 else { throw malformed("a text has a control character") }
      index += 1
      if byte == UInt8(ascii: "\"") { return }
      if byte == UInt8(ascii: "\\") { try escape() }
    }
    throw malformed("a text does not end")
  }

  /// Passes what follows a backslash.
  private mutating func escape() throws(JSON.SyntaxError) {
    guard index < bytes.count else { throw malformed("a text does not end") }
    let letter = bytes[index]
    index += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      break
    case UInt8(ascii: "u"):
      let code = try fourDigits()
      guard 0xd800...0xdfff ~= code else { return }
      guard code < 0xdc00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")), 0xdc00...0xdfff ~= (try fourDigits())
      else { throw malformed("a text has half a surrogate pair") }
    default: throw malformed("a text has an unknown escape")
    }
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

  private mutating func number() throws(JSON.SyntaxError) {
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits() }
    if take(UInt8(ascii: ".")) { try digits() }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
  }

  private mutating func digits() throws(JSON.SyntaxError) {
    let start = index
    while index < bytes.count, bytes[index].isDigit { index += 1 }
    guard index > start else { throw malformed("a digit is missing") }
  }

  private mutating func word(_ word: StaticString) throws(JSON.SyntaxError) {
    for place in 0..<word.utf8CodeUnitCount {
      guard take(word.utf8Start[place]) else { throw malformed("a value is missing") }
    }
  }

  // MARK: Bytes

  private mutating func skipBlanks() {
    while index < bytes.count, isJSONBlank(bytes[index]) { index += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  private func malformed(_ reason: String) -> JSON.SyntaxError { JSON.SyntaxError(reason: reason, offset: index) }
}

/// Whether a byte is whitespace between JSON's tokens.
func isJSONBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 }
