internal import Ground

/// A word, a value or a sign of a statement.
struct QueryToken: Equatable {
  enum TokenForm: Equatable {
    /// A bare word, as written: a keyword, a function or a name. ASCII letters, digits, `_`, and all that is not ASCII.
    case word(String)
    /// A name in backticks, with a doubled one inside made single.
    case name(String)
    /// A string in either kind of quotes, decoded.
    case text(String)
    /// A number, always finite.
    case number(Double)
    /// `?`.
    case parameter
    /// Punctuation or an operator; `<>` is `!=`.
    case sign(QuerySign)
    /// The end of the text.
    case end
  }

  let form: TokenForm
  /// Where it begins, in bytes from 0.
  let offset: Int

  /// Whether this is the bare word, given in lower case.
  func isWord(_ word: StaticString) -> Bool {
    guard case .word(let text) = form else { return false }
    return text.utf8.isWord(word)
  }
}

/// The signs of the dialect.
enum QuerySign: String {
  case opening = "(", closing = ")", comma = ",", dot = ".", semicolon = ";"
  case plus = "+", minus = "-", star = "*", slash = "/"
  case equal = "=", unequal = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
}

/// Cuts a statement into tokens, in one pass over its bytes.
///
/// Strings take doubled quotes (`'it''s'`) and backslashes: `\\`, `\'`, `\"`, `\n`, `\r` and `\t` are the characters
/// that they are in JSON, and any other backslash stands for itself, so `LIKE '50\%'` reaches LIKE as it is written.
/// There are no comments: `--` is two signs of a number, and `/*` and `#` are refused.
struct QueryLexer {
  private let text: [UInt8]
  private var index = 0

  /// The tokens, of which the last is `.end`.
  static func tokens(of text: [UInt8]) throws(QueryRefusal) -> [QueryToken] {
    var lexer = QueryLexer(text: text)
    var tokens: [QueryToken] = []
    repeat { tokens.append(try lexer.next()) } while tokens.last?.form != .end
    return tokens
  }

  private init(text: [UInt8]) { self.text = text }

  private var byte: UInt8? { index < text.count ? text[index] : nil }

  private mutating func next() throws(QueryRefusal) -> QueryToken {
    while let byte, byte == 0x20 || (0x09...0x0d).contains(byte) { index += 1 }
    let start = index
    guard let byte else { return QueryToken(form: .end, offset: start) }
    return QueryToken(form: try form(startingWith: byte), offset: start)
  }

  private mutating func form(startingWith byte: UInt8) throws(QueryRefusal) -> QueryToken.TokenForm {
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .text(try quoted(by: byte, escapes: true))
    case UInt8(ascii: "`"):
      let start = index
      let name = try quoted(by: byte, escapes: false)
      guard !name.isEmpty else { throw QueryRefusal(.syntax, "a name in backticks is empty", at: start) }
      return .name(normalized(name))
    case UInt8(ascii: "?"):
      index += 1
      return .parameter
    case _ where byte.isDigit || (byte == UInt8(ascii: ".") && digit(at: index + 1)): return .number(try number())
    case _ where Self.isOfWord(byte): return .word(normalized(string(word())))
    default: return .sign(try sign())
    }
  }

  private static func isOfWord(_ byte: UInt8) -> Bool {
    byte.isLetterOrDigit || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  private func digit(at place: Int) -> Bool { place < text.count && text[place].isDigit }

  private func string(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

  private mutating func word() -> ArraySlice<UInt8> {
    let start = index
    while let byte, Self.isOfWord(byte) { index += 1 }
    return text[start..<index]
  }

  private mutating func sign() throws(QueryRefusal) -> QuerySign {
    let two = string(text[index..<min(index + 2, text.count)])
    if let sign = two == "<>" ? .unequal : QuerySign(rawValue: two), two.utf8.count == 2 {
      index += 2
      return sign
    }
    guard let sign = QuerySign(rawValue: String(two.unicodeScalars.prefix(1))) else {
      throw QueryRefusal(.syntax, Self.advice(two), at: index)
    }
    if sign == .slash, two == "/*" { throw QueryRefusal(.syntax, "comments are not allowed", at: index) }
    index += 1
    return sign
  }

  private static func advice(_ text: String) -> String {
    switch text.unicodeScalars.first {
    case "{": "columns stand in backticks, not in braces"
    case "[": "lists stand in parentheses, not in brackets"
    case "#": "comments are not allowed"
    case "%": "there is no operator %: use mod(a, b)"
    case "|": "there is no operator ||: use concatenate(a, b)"
    case "!": "! stands only in !=: use NOT"
    case let other?: "unexpected character \(String(other).debugDescription)"
    case nil: "unexpected end"
    }
  }

  private mutating func number() throws(QueryRefusal) -> Double {
    let start = index
    while digit(at: index) { index += 1 }
    if byte == UInt8(ascii: ".") {
      index += 1
      while digit(at: index) { index += 1 }
    }
    if let mark = byte, mark | 0x20 == UInt8(ascii: "e") {
      let hasSign = index + 1 < text.count && [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(text[index + 1])
      let exponent = index + (hasSign ? 2 : 1)
      if digit(at: exponent) {
        index = exponent
        while digit(at: index) { index += 1 }
      }
    }
    if let byte, Self.isOfWord(byte) {
      throw QueryRefusal(.syntax, "a name that begins with a digit must stand in backticks", at: start)
    }
    guard index - start <= 400, let number = Double(string(text[start..<index])), number.isFinite else {
      throw QueryRefusal(.syntax, "the number is too large", at: start)
    }
    return number
  }

  /// What stands between two quotes, which are doubled inside.
  private mutating func quoted(by quote: UInt8, escapes: Bool) throws(QueryRefusal) -> String {
    let start = index
    index += 1
    var bytes: [UInt8] = []
    while let byte {
      index += 1
      if byte == quote {
        guard self.byte == quote else { return string(bytes) }
        index += 1
        bytes.append(quote)
      } else if escapes, byte == UInt8(ascii: "\\"), let escaped = self.byte.flatMap(Self.escaped) {
        index += 1
        bytes.append(escaped)
      } else if byte == 0 {
        throw QueryRefusal(.syntax, "a text must not contain NUL", at: index - 1)
      } else {
        bytes.append(byte)
      }
    }
    throw QueryRefusal(.syntax, "the \(quote == UInt8(ascii: "`") ? "name" : "text") has no closing quote", at: start)
  }

  private static func escaped(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): byte
    case UInt8(ascii: "n"): UInt8(ascii: "\n")
    case UInt8(ascii: "r"): UInt8(ascii: "\r")
    case UInt8(ascii: "t"): UInt8(ascii: "\t")
    default: nil
    }
  }
}
