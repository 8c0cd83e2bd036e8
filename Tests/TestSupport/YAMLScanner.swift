/// Reads the content of one line: `{a: b}`, `[a, b]`, quoted and unquoted texts.
struct Scanner {
  private let text: [Character]
  private let line: Int
  private var position = 0

  init(_ text: String, line: Int) { (self.text, self.line) = (Array(text), line) }

  /// A key with its colon, and what follows it; nil if there is none.
  static func key(of text: Substring) -> (key: String, rest: Substring)? {
    if let quote = text.first, quote == "\"" || quote == "'" {
      let inner = text.dropFirst()
      guard let end = inner.firstIndex(of: quote) else { return nil }
      let rest = inner[inner.index(after: end)...]
      guard rest.first == ":" else { return nil }
      return (String(inner[..<end]), rest.dropFirst().drop { $0 == " " })
    }
    guard
      let colon = text.indices.first(where: { index in
        text[index] == ":" && (text.index(after: index) == text.endIndex || text[text.index(after: index)] == " ")
      })
    else { return nil }
    return (String(text[..<colon]), text[text.index(after: colon)...].drop { $0 == " " })
  }

  /// An unquoted text, which must not look like anything else.
  static func plain(_ text: Substring, line: Int, inside flow: Bool) throws(YAML.Problem) -> String {
    guard let first = text.first, !"?:,[]{}#&*!|>'\"%@`".contains(first), text.last != " ", text.last != ":",
      !text.contains(": "), !text.contains(" #"), !(first == "-" && !(text.dropFirst().first?.isNumber ?? false)),
      !flow || !text.contains(where: { "[]{}".contains($0) })
    else { throw YAML.Problem(line: line, text: "this wants quotes: \(text)") }
    return String(text)
  }

  /// The value, if nothing else follows it; nil if it does not end yet.
  mutating func wholeValue() throws(YAML.Problem) -> YAML? {
    guard let value = try value() else { return nil }
    guard position == text.count else { throw YAML.Problem(line: line, text: "more than a value") }
    return value
  }

  private var current: Character? { position < text.count ? text[position] : nil }

  private mutating func skip(_ character: Character) -> Bool {
    guard current == character else { return false }
    position += 1
    return true
  }

  private mutating func skipBlanks() { while skip(" ") {} }

  private mutating func value() throws(YAML.Problem) -> YAML? {
    switch current {
    case "{": return try collection(until: "}")
    case "[": return try collection(until: "]")
    case "\"", "'": return try quoted().map(YAML.scalar)
    case nil: return nil
    default: return .scalar(try plain(until: ",}]"))
    }
  }

  private mutating func collection(until end: Character) throws(YAML.Problem) -> YAML? {
    position += 1
    var (entries, elements): ([YAML.Entry], [YAML]) = ([], [])
    skipBlanks()
    while !skip(end) {
      if current == nil { return nil }
      var key = ""
      if end == "}" {
        guard let name = try current == "\"" || current == "'" ? quoted() : plain(until: ":,}") else { return nil }
        guard skip(":"), skip(" ") || current == nil else {
          throw YAML.Problem(line: line, text: "a key without a value: \(name)")
        }
        key = name
      }
      guard let value = try value() else { return nil }
      entries.append(YAML.Entry(key: key, value: value))
      elements.append(value)
      skipBlanks()
      if current == nil { return nil }
      if skip(",") {
        skipBlanks()
      } else if current != end {
        throw YAML.Problem(line: line, text: "a comma is missing")
      }
    }
    return end == "}" ? try YAML.map(entries, line: line) : .list(elements)
  }

  private mutating func plain(until ends: String) throws(YAML.Problem) -> String {
    let start = position
    while let character = current, !ends.contains(character) || isInside(character) { position += 1 }
    return try Self.plain(Substring(String(text[start..<position])), line: line, inside: true)
  }

  /// A colon without a space after it is a part of a text.
  private func isInside(_ character: Character) -> Bool {
    character == ":" && position + 1 < text.count && text[position + 1] != " "
  }

  private mutating func quoted() throws(YAML.Problem) -> String? {
    let quote = text[position]
    position += 1
    var result = ""
    while let character = current {
      position += 1
      switch character {
      case quote where quote == "'" && current == "'":
        position += 1
        result.append("'")
      case quote: return result
      case "\\" where quote == "\"":
        guard let escaped = current else { return nil }
        guard "\\\"".contains(escaped) else { throw YAML.Problem(line: line, text: "what is \\\(escaped)?") }
        position += 1
        result.append(escaped)
      default: result.append(character)
      }
    }
    return nil
  }
}
