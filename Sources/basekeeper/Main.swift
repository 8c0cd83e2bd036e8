internal import API
internal import Glibc

/// The command line: `basekeeper COMMAND [OPTION ...]`.
@main
enum Main {
  static func main() {
    signal(SIGPIPE, SIG_IGN)
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      try run(arguments)
    } catch let error as UsageError {
      complain("\(error)\nTry `basekeeper --help`.")
      exit(2)
    } catch let error as Configuration.Problems {
      complain("\(error)")
      exit(2)
    } catch {
      complain("\(error)")
      exit(1)
    }
  }

  private static func run(_ arguments: [String]) throws {
    let name = arguments.first ?? "--help"
    if name == "--help" || name == "-h" || name == "help" { return say(Help.overview) }
    if name == "--version" { return say("basekeeper \(version)") }
    guard let command = commands.first(where: { $0.matches(arguments) }) else {
      throw UsageError("\(name): no such command")
    }
    let options = Array(arguments.dropFirst(command.words.count))
    if options.contains("--help") || options.contains("-h") { return say(command.help) }
    try command.run(Options(options, of: command))
  }
}

/// One thing the program does.
struct Command: Sendable {
  /// What is typed: `serve`, or `admin create`.
  let words: [String]
  let help: String
  /// Options with a value, without their dashes.
  var valued: Set<String> = []
  /// Options without one.
  var flags: Set<String> = []
  /// What is typed without dashes, as the help names it; nil where nothing is.
  var operand: String?
  let run: @Sendable (Options) throws -> Void

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
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0].dropFirst(2))
      guard argument.hasPrefix("--") else {
        guard command.operand != nil, operand.isEmpty else { throw UsageError("\(argument): not expected here") }
        operand = argument
        continue
      }
      if command.flags.contains(name), parts.count == 1 {
        flags.insert(name)
      } else if command.valued.contains(name) {
        guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
          throw UsageError("--\(name) needs a value")
        }
        values[name] = value
      } else {
        throw UsageError("\(argument): no such option of `basekeeper \(command.words.joined(separator: " "))`")
      }
    }
    if let missing = command.operand, operand.isEmpty { throw UsageError("\(missing) is needed") }
  }

  subscript(name: String) -> String? { values[name] }

  func has(_ flag: String) -> Bool { flags.contains(flag) }
}

/// The command line cannot be understood.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// For the person at the terminal.
func say(_ text: String) { writeFully(Array((text + "\n").utf8)) }

/// What went wrong, for the person at the terminal.
func complain(_ text: String) {
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { "basekeeper: \($0)\n" }
  writeFully(Array(lines.joined().utf8), to: STDERR_FILENO)
}
