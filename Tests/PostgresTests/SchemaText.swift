/// The output of `pg_dump --schema-only`, arranged for reading: each table with its comment, constraints, indexes and
/// triggers, in the order in which the migrations made them; functions last. Nothing depends on the server's version.
struct SchemaText {
  fileprivate var tables: [String: Table] = [:]
  private var functions: [String] = []

  fileprivate struct Table {
    var kind = ""
    var comment = ""
    var definition = ""
    var constraints: [String] = []
    var others: [String] = []
  }

  /// A part of the dump: its object and its statement.
  private struct Entry {
    let name: String
    let kind: String
    let text: String

    var words: [String] { name.split(separator: " ").map(String.init) }
  }

  /// Parses a dump.
  init(_ dump: String) {
    let entries = dump.split(separator: "\n--\n-- Name: ").dropFirst().map(Self.entry)
    var sequences: [String: String] = [:]
    for entry in entries { take(entry, &sequences) }
  }

  private static func entry(_ part: Substring) -> Entry {
    let halves = part.split(separator: "\n--\n\n", maxSplits: 1)
    let words = halves[0].split(separator: "; ")
    let end = halves[1].firstRange(of: "\n--\n-- PostgreSQL database dump complete")?.lowerBound
    let lines = halves[1][..<(end ?? halves[1].endIndex)].split(separator: "\n", omittingEmptySubsequences: false)
    var kept = lines.filter { !$0.hasPrefix("SET default_") }
    while kept.last?.isEmpty == true { kept.removeLast() }
    return Entry(
      name: String(words[0]), kind: String(words[1].dropFirst("Type: ".count)),
      text: kept.joined(separator: "\n").replacing("public.", with: ""))
  }

  private mutating func take(_ entry: Entry, _ sequences: inout [String: String]) {
    let text = entry.text
    switch entry.kind {
    case "TABLE", "VIEW":
      tables[entry.name, default: Table()].definition = text
      tables[entry.name, default: Table()].kind = entry.kind
    case "COMMENT":
      tables[entry.words[1], default: Table()].comment = Self.comment(text)
    case "CONSTRAINT", "FK CONSTRAINT":
      let constraint = text.split(separator: "    ADD ", maxSplits: 1)[1].dropLast()
      tables[entry.words[0], default: Table()].constraints.append("    \(constraint)")
    case "SEQUENCE":
      if let match = text.firstMatch(of: /ALTER TABLE (\w+) ALTER COLUMN (\w+) ADD (GENERATED \w+) AS IDENTITY/) {
        tables[String(match.1), default: Table()].identify(String(match.2), "\(match.3) AS IDENTITY")
      } else {
        sequences[entry.name] = text
      }
    case "SEQUENCE OWNED BY":
      let owner = text.firstMatch(of: /OWNED BY (\w+)\./).map { String($0.1) } ?? ""
      tables[owner, default: Table()].others += [sequences[entry.name] ?? "", text]
    case "INDEX":
      let table = text.firstMatch(of: /\ ON (?:ONLY )?(\w+) USING/).map { String($0.1) } ?? ""
      tables[table, default: Table()].others.append(text.replacing(" USING btree", with: ""))
    case "TRIGGER":
      let lines = text.replacing(" WHEN (", with: "\n  WHEN (").replacing(" EXECUTE ", with: "\n  EXECUTE ")
      tables[entry.words[0], default: Table()].others.append(lines)
    default: functions.append(text)
    }
  }

  /// The text of a comment, as SQL comment lines.
  private static func comment(_ statement: String) -> String {
    let text = statement.split(separator: " IS '", maxSplits: 1)[1].dropLast("';".count).replacing("''", with: "'")
    var lines = ["--"]
    for word in text.split(separator: " ") {
      if lines[lines.count - 1].utf8.count + word.utf8.count >= 120 { lines.append("--") }
      lines[lines.count - 1] += " \(word)"
    }
    return lines.joined(separator: "\n")
  }

  /// The whole text, with the tables and views in the given order; others follow.
  func text(_ head: String, order: [String]) -> String {
    let names = order.filter { tables[$0] != nil } + tables.keys.filter { !order.contains($0) }.sorted()
    func part(_ title: String, _ kind: String) -> [String] {
      ["-- MARK: \(title)"] + names.compactMap { tables[$0] }.filter { $0.kind == kind }.map(\.text)
    }
    let parts = [head] + part("Views", "VIEW") + part("Tables", "TABLE") + ["-- MARK: Functions"] + functions
    return parts.joined(separator: "\n\n") + "\n"
  }
}

extension SchemaText.Table {
  /// Marks the column as an identity.
  fileprivate mutating func identify(_ column: String, _ how: String) {
    definition = definition.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard line.hasPrefix("    \(column) ") else { return String(line) }
      return line.hasSuffix(",") ? "\(line.dropLast()) \(how)," : "\(line) \(how)"
    }.joined(separator: "\n")
  }

  fileprivate var text: String {
    var lines = comment.isEmpty ? [] : [comment]
    if constraints.isEmpty {
      lines.append(definition)
    } else {
      lines.append(definition.dropLast("\n);".count) + constraints.map { ",\n\($0)" }.joined() + "\n);")
    }
    return (lines + others).joined(separator: "\n")
  }
}
