/// One thing the program does: a row of `commands`. The parser, the help, the manual page and the shells' completions
/// are made of the row.
struct Command: Sendable {
  /// What is typed: `serve`, or `admin create`.
  let words: [String]
  /// What it does, in half a line.
  let summary: String
  /// The same at length: paragraphs with an empty line between. Lines that begin with blanks stay as they are.
  let text: String
  var options: [Option] = []
  /// What is typed without dashes; nil where nothing is.
  var operand: Operand?
  /// Whether it reads the settings.
  var readsSettings = true
  let run: @Sendable (Options) throws -> Void

  struct Option: Sendable {
    /// Without its dashes.
    let name: String
    /// What is typed behind it, as the help names it; nil for a flag.
    var value: String?
    /// Whether the command does not work without it.
    var isNeeded = false
    /// What it does, in a sentence without its full stop.
    let text: String

    /// `--email ADDRESS`.
    var form: String { "--\(name)\(value.map { " \($0)" } ?? "")" }
  }

  struct Operand: Sendable {
    let name: String
    /// The words it can be; nil for a file.
    var words: [String]?
  }

  var name: String { words.joined(separator: " ") }

  /// Its own options, and those that all have that read the settings.
  var allOptions: [Option] { options + (readsSettings ? Self.placing : []) }

  /// Where the settings come from.
  static let placing = [
    Option(
      name: "env-file", value: "FILE",
      text: "read settings from FILE, by the rules of systemd's EnvironmentFile=; what the environment sets goes first"),
    Option(name: "data-dir", value: "DIRECTORY", text: "instead of BASEKEEPER_DATA_DIR"),
  ]

  /// `basekeeper admin create --email ADDRESS [--name NAME]`.
  var usage: String {
    let options = options.map { $0.isNeeded ? $0.form : "[\($0.form)]" }
    return (["basekeeper", name] + options + (operand.map { [$0.name] } ?? [])).joined(separator: " ")
  }

  func matches(_ arguments: [String]) -> Bool { arguments.starts(with: words) }
}

/// The options of a command, as they were typed.
struct Options {
  private var values: [String: String] = [:]
  private var flags: Set<String> = []
  /// What was typed without dashes; empty where the command takes nothing of the kind.
  private(set) var operand = ""

  /// Takes `--name value`, `--name=value` and `--flag`, and the operand where the command has one.
  init(_ arguments: [String], of command: Command) throws(UsageError) {
    let options = command.allOptions
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("--") else {
        guard command.operand != nil, operand.isEmpty else { throw UsageError("\(argument): not expected here") }
        operand = argument
        continue
      }
      let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard let option = options.first(where: { $0.name == name }) else {
        let meant = nearest(to: name, among: options.map(\.name)).map { ": did you mean --\($0)?" } ?? ""
        throw UsageError("--\(name): no such option of `basekeeper \(command.name)`\(meant)")
      }
      if option.value != nil {
        guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
          throw UsageError("--\(name) needs a value: \(option.form)")
        }
        values[name] = value
      } else {
        guard parts.count == 1 else { throw UsageError("--\(name) takes no value") }
        flags.insert(name)
      }
    }
    for option in options where option.isNeeded && values[option.name] == nil {
      throw UsageError("\(option.form) is needed: `\(command.usage)`")
    }
    guard let missing = command.operand else { return }
    if operand.isEmpty { throw UsageError("\(missing.name) is needed: `\(command.usage)`") }
    if let words = missing.words, !words.contains(operand) {
      throw UsageError("\(operand): not one of \(words.joined(separator: ", "))")
    }
  }

  subscript(name: String) -> String? { values[name] }

  func has(_ flag: String) -> Bool { flags.contains(flag) }

  /// Where the settings come from, for the service: what it is told, and nothing else.
  var environment: Environment { Environment(file: self["env-file"], dataDirectory: self["data-dir"]) }

  /// The settings for a command on an installation that is there: where nothing says where, this machine's.
  var configuration: Configuration {
    get throws {
      var environment = environment
      if self["env-file"] == nil { environment.readStandardFile() }
      return try Configuration(environment)
    }
  }
}

/// The command line cannot be understood.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
