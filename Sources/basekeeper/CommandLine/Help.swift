/// The output of `--help`.
enum Help {
  /// Characters per line.
  private static let width = 100

  static var overview: String {
    """
    basekeeper: team administration and tokens for SeaTable clients, over PostgreSQL.

    Usage: basekeeper COMMAND [OPTION ...]

    \(columns(commands.map { ($0.name, $0.summary) }))

    For details: `basekeeper COMMAND --help`. All settings are environment variables, or lines of a file:
    `basekeeper config` shows them, and docs/settings.md explains them.
    """
  }

  /// For commands that begin with the same word.
  static func text(of family: [Command]) -> String {
    """
    Usage: \(family.map(\.usage).joined(separator: "\n       "))

    \(columns(family.map { ($0.name, $0.summary) }))
    """
  }

  static func text(of command: Command) -> String {
    var parts = ["Usage: \(command.usage)", filled(command.text)]
    let options = command.allOptions.map { ($0.form, $0.text) }
    if !options.isEmpty { parts.append(columns(options)) }
    if command.words == ["serve"] { parts.append("Settings (empty counts as not set):\n\n\(listOfSettings)") }
    return parts.joined(separator: "\n\n")
  }

  /// Every setting with its meaning and its default.
  private static var listOfSettings: String {
    columns(
      settingGroups.flatMap(\.settings).filter { settings[$0.name] != nil }.map {
        ($0.name, "\($0.isSecret ? "secret: " : "")\($0.meaning) (default: \($0.otherwise))")
      })
  }

  /// Names, with their texts beside them.
  private static func columns(_ rows: [(name: String, text: String)]) -> String {
    let column = (rows.map(\.name.count).max() ?? 0) + 4
    return rows.map { name, text in
      let lines = wrapped(text, width - column)
      let blanks = String(repeating: " ", count: column)
      return "  \(name)\(blanks.dropFirst(name.count + 2))" + lines.joined(separator: "\n\(blanks)")
    }.joined(separator: "\n")
  }

  /// Paragraphs, wrapped; indented ones stay as they are.
  private static func filled(_ text: String) -> String {
    paragraphs(text).map { lines in
      lines.first?.hasPrefix(" ") == true
        ? lines.joined(separator: "\n") : wrapped(lines.joined(separator: " "), width).joined(separator: "\n")
    }.joined(separator: "\n\n")
  }
}

/// The lines of each paragraph of a text.
func paragraphs(_ text: String) -> [[Substring]] {
  text.split(separator: "\n", omittingEmptySubsequences: false).split(separator: "").map(Array.init)
}

/// A text in lines of at most `width` characters, if its words are not longer.
func wrapped(_ text: String, _ width: Int) -> [String] {
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ") {
    if !line.isEmpty && line.count + 1 + word.count > width {
      lines.append(line)
      line = ""
    }
    line += line.isEmpty ? String(word) : " \(word)"
  }
  return lines + (line.isEmpty ? [] : [line])
}
