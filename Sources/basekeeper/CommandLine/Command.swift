/// A command: a row of `commands`. The parser, the help, the manual page and the shells' completions are made from the
/// rows.
struct Command: Sendable {
  /// The command's words: `serve`, or `admin` and `create`.
  let words: [String]
  /// What it does, in a few words.
  let summary: String
  /// The same in full: paragraphs separated by empty lines. Indented lines stay as they are.
  let text: String
  var options: [Option] = []
  /// The argument without dashes; nil if it takes none.
  var operand: Operand?
  /// Whether it reads the settings.
  var readsSettings = true
  let run: @Sendable (Options) throws -> Void

  struct Option: Sendable {
    /// Without its dashes.
    let name: String
    /// What the help calls its value; nil for a flag.
    var value: String?
    /// Whether the command needs it.
    var isNeeded = false
    /// What it does, without a full stop at the end.
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

  /// Its own options, and if it reads the settings, `placing`.
  var allOptions: [Option] { options + (readsSettings ? Self.placing : []) }

  /// The options that say where the settings come from.
  static let placing = [
    Option(
      name: "env-file", value: "FILE",
      text: "read settings from FILE, by the rules of systemd's EnvironmentFile=; the environment takes precedence"),
    Option(name: "data-dir", value: "DIRECTORY", text: "use this instead of BASEKEEPER_DATA_DIR"),
  ]

  /// `basekeeper admin create --email ADDRESS [--name NAME]`.
  var usage: String {
    let options = options.map { $0.isNeeded ? $0.form : "[\($0.form)]" }
    return (["basekeeper", name] + options + (operand.map { [$0.name] } ?? [])).joined(separator: " ")
  }

  func matches(_ arguments: [String]) -> Bool { arguments.starts(with: words) }
}

/// The options and the operand that were given to a command.
struct Options {
  private var values: [String: String] = [:]
  private var flags: Set<String> = []
  /// The argument without dashes; empty if the command takes none.
  private(set) var operand = ""

  /// Takes `--name value`, `--name=value` and `--flag`, and the operand if the command has one.
  init(_ arguments: [String], of command: Command) throws(UsageError) {
    let options = command.allOptions
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("--") else {
        guard command.operand != nil, operand.isEmpty else { throw UsageError("\(argument): unexpected argument") }
        operand = argument
        continue
      }
      let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard let option = options.first(where: { $0.name == name }) else {
        let meant = nearest(to: name, among: options.map(\.name)).map { ": did you mean --\($0)?" } ?? ""
        throw UsageError("--\(name): `basekeeper \(command.name)` has no such option\(meant)")
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
      throw UsageError("\(option.form) is missing: `\(command.usage)`")
    }
    guard let missing = command.operand else { return }
    if operand.isEmpty { throw UsageError("\(missing.name) is missing: `\(command.usage)`") }
    if let words = missing.words, !words.contains(operand) {
      throw UsageError("\(operand): must be one of \(words.joined(separator: ", "))")
    }
  }

  subscript(name: String) -> String? { values[name] }

  func has(_ flag: String) -> Bool { flags.contains(flag) }

  /// The settings for `serve`: those of the environment, the given file and the command line, and no others.
  var environment: Environment { Environment(file: self["env-file"], dataDirectory: self["data-dir"]) }

  /// The settings for a command on an existing installation. If nothing says where that is, the standard file is read.
  var configuration: Configuration {
    get throws {
      var environment = environment
      if self["env-file"] == nil { environment.readStandardFile() }
      return try Configuration(environment)
    }
  }
}

/// The command line is wrong; the program ends with status 2.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
