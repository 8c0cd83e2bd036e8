/// The subset of YAML that `openapi.yaml` uses, read strictly: anything unknown is an error, and so is a repeated key.
public indirect enum YAML: Equatable, Sendable {
  /// A quoted or unquoted scalar.
  case scalar(String)
  case list([YAML])
  /// A map, in the order of the text.
  case map([Entry])

  /// A key and its value.
  public struct Entry: Equatable, Sendable {
    /// Unique in its map.
    public let key: String
    /// Its value.
    public let value: YAML
  }

  /// An error in a document.
  public struct Problem: Error, CustomStringConvertible {
    /// The line, from 1.
    public let line: Int
    /// What is wrong.
    public let text: String
    /// The line and what is wrong.
    public var description: String { "line \(line): \(text)" }
  }

  /// Reads a whole document.
  public init(_ text: String) throws(Problem) {
    var reader = Reader(text)
    if let line = reader.tab { throw Problem(line: line, text: "a tab") }
    self = try reader.block(indented: 0)
    if let line = reader.next { throw Problem(line: line.number, text: "not a part of what is above it") }
  }

  /// The value of a key; nil if there is no such key, or this is not a map.
  public subscript(_ key: String) -> YAML? { entries.first { $0.key == key }?.value }
  /// The entries of a map; empty if this is not a map.
  public var entries: [Entry] { if case .map(let entries) = self { entries } else { [] } }
  /// The elements of a list; empty if this is not a list.
  public var elements: [YAML] { if case .list(let elements) = self { elements } else { [] } }
  /// The text of a scalar; nil if this is not a scalar.
  public var text: String? { if case .scalar(let text) = self { text } else { nil } }

  static func map(_ entries: [Entry], line: Int) throws(Problem) -> YAML {
    var seen: Set<String> = []
    for entry in entries where !seen.insert(entry.key).inserted {
      throw Problem(line: line, text: "\(entry.key) stands twice")
    }
    return .map(entries)
  }
}

/// Reads blocks: lines that belong together by their indentation.
private struct Reader {
  struct Line {
    let number: Int
    let indentation: Int
    let text: Substring
  }

  private let lines: [Substring]
  private var position = 0

  init(_ text: String) { lines = text.split(separator: "\n", omittingEmptySubsequences: false) }

  /// The first line with a tab, from 1; nil if there is none.
  var tab: Int? { lines.firstIndex { $0.contains("\t") }.map { $0 + 1 } }

  /// The next line with content; nil at the end.
  var next: Line? {
    for index in position..<lines.count {
      let text = lines[index].drop { $0 == " " }
      if text.isEmpty || text.first == "#" { continue }
      return Line(number: index + 1, indentation: lines[index].count - text.count, text: text)
    }
    return nil
  }

  /// A map or a list, whose lines are all indented by this many spaces.
  mutating func block(indented: Int) throws(YAML.Problem) -> YAML {
    guard let first = next else { return .map([]) }
    guard first.text.first == "-" else { return try map(indented: indented) }
    var elements: [YAML] = []
    while let line = next, line.indentation == indented {
      guard line.text.hasPrefix("- ") else { throw YAML.Problem(line: line.number, text: "no element of the list") }
      elements.append(try element(of: line))
    }
    return .list(elements)
  }

  private mutating func map(indented: Int) throws(YAML.Problem) -> YAML {
    var entries: [YAML.Entry] = []
    let start = next?.number ?? 0
    while let line = next, line.indentation == indented {
      position = line.number
      entries.append(try entry(line.text, of: line))
    }
    if let line = next, line.indentation > indented { throw YAML.Problem(line: line.number, text: "indented too far") }
    return try YAML.map(entries, line: start)
  }

  /// `- ` and a value, or the first entry of a map that continues two columns further.
  private mutating func element(of line: Line) throws(YAML.Problem) -> YAML {
    let inner = line.text.dropFirst(2)
    position = line.number
    guard !"{[\"'".contains(inner.first ?? "{"), Scanner.key(of: inner) != nil else {
      return try value(inner, of: line, inside: line.indentation)
    }
    let first = try entry(inner, of: Line(number: line.number, indentation: line.indentation + 2, text: inner))
    guard let more = next, more.indentation == line.indentation + 2 else { return .map([first]) }
    return try YAML.map([first] + map(indented: line.indentation + 2).entries, line: line.number)
  }

  private mutating func entry(_ text: Substring, of line: Line) throws(YAML.Problem) -> YAML.Entry {
    guard let (key, rest) = Scanner.key(of: text) else { throw YAML.Problem(line: line.number, text: "no key") }
    if !"\"'".contains(text.first ?? " ") { _ = try Scanner.plain(key[...], line: line.number, inside: false) }
    return YAML.Entry(key: key, value: try value(rest, of: line, inside: line.indentation))
  }

  /// What follows a colon or a dash: on the line, or in the lines below it.
  private mutating func value(_ text: Substring, of line: Line, inside: Int) throws(YAML.Problem) -> YAML {
    switch text.first {
    case nil:
      guard let below = next, below.indentation > inside else {
        throw YAML.Problem(line: line.number, text: "nothing is said")
      }
      return try block(indented: below.indentation)
    case "|", ">": return .scalar(try literal(text, of: line, inside: inside))
    case "{", "[", "\"", "'":
      var whole = String(text)
      while true {
        var scanner = Scanner(whole, line: line.number)
        if let value = try scanner.wholeValue() { return value }
        guard let more = next else { throw YAML.Problem(line: line.number, text: "it does not end") }
        position = more.number
        if whole.hasSuffix("\\") { whole.removeLast() } else { whole += " " }
        whole += more.text
      }
    default: return .scalar(try Scanner.plain(text, line: line.number, inside: false))
    }
  }

  /// `|` keeps its lines, `>` joins them; `-` drops the last end of line.
  private mutating func literal(_ style: Substring, of line: Line, inside: Int) throws(YAML.Problem) -> String {
    guard ["|", "|-", ">-"].contains(style) else { throw YAML.Problem(line: line.number, text: "what is \(style)?") }
    var taken: [Substring] = []
    guard let first = next, first.indentation > inside else {
      throw YAML.Problem(line: line.number, text: "an empty text")
    }
    while position < lines.count {
      let text = lines[position].drop { $0 == " " }
      guard text.isEmpty || lines[position].count - text.count >= first.indentation else { break }
      taken.append(lines[position].dropFirst(first.indentation))
      position += 1
    }
    while taken.last?.isEmpty == true { taken.removeLast() }
    return taken.joined(separator: style.first == "|" ? "\n" : " ") + (style == "|" ? "\n" : "")
  }
}
