/// What `--help` says.
enum Help {
  /// Characters of a line.
  private static let width = 100

  static var overview: String {
    """
    basekeeper: team administration and tokens for SeaTable clients, over PostgreSQL.

    Usage: basekeeper COMMAND [OPTION ...]

    \(columns(commands.map { ($0.name, $0.summary) }))

    `basekeeper COMMAND --help` says more. All settings are variables of the environment, or lines of a file:
    `basekeeper config` shows them, and docs/settings.md explains them.
    """
  }

  /// Of commands that begin with the same word.
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
    if command.words == ["serve"] { parts.append("Settings; empty counts as not set:\n\n\(listOfSettings)") }
    return parts.joined(separator: "\n\n")
  }

  /// Every setting with what it means.
  private static var listOfSettings: String {
    columns(
      settingGroups.flatMap(\.settings).filter { settings[$0.name] != nil }.map {
        ($0.name, "\($0.isSecret ? "secret: " : "")\($0.meaning) (\($0.otherwise))")
      })
  }

  /// Names, and beside them what is said of them.
  private static func columns(_ rows: [(name: String, text: String)]) -> String {
    let column = (rows.map(\.name.count).max() ?? 0) + 4
    return rows.map { name, text in
      let lines = wrapped(text, width - column)
      let blanks = String(repeating: " ", count: column)
      return "  \(name)\(blanks.dropFirst(name.count + 2))" + lines.joined(separator: "\n\(blanks)")
    }.joined(separator: "\n")
  }

  /// Paragraphs in lines of the width.
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

/// A text in lines of so many characters.
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
