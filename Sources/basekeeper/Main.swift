internal import API
internal import Glibc
internal import Ground

/// The command line: `basekeeper COMMAND [OPTION ...]`.
@main
enum Main {
  static func main() {
    signal(SIGPIPE, SIG_IGN)
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      try run(arguments)
    } catch let error as Reported {
      exit(error.status)
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
    if name == "--version" { return say("basekeeper \(version)") }
    if name == "help" || name == "--help" || name == "-h" { return try help(Array(arguments.dropFirst())) }
    guard let command = commands.first(where: { $0.matches(arguments) }) else {
      if arguments.last == "--help" || arguments.last == "-h" { return try help(arguments.dropLast()) }
      throw noSuchCommand(arguments)
    }
    let options = Array(arguments.dropFirst(command.words.count))
    if options.contains("--help") || options.contains("-h") { return say(Help.text(of: command)) }
    try command.run(Options(options, of: command))
  }

  /// Prints the help of a command, of the commands that begin with these words, or the overview without words.
  private static func help(_ words: [String]) throws {
    if words.isEmpty { return say(Help.overview) }
    if let command = commands.first(where: { $0.words == words }) { return say(Help.text(of: command)) }
    let family = commands.filter { $0.words.starts(with: words) }
    guard !family.isEmpty else { throw noSuchCommand(words) }
    say(Help.text(of: family))
  }

  private static func noSuchCommand(_ arguments: [String]) -> UsageError {
    let typed = arguments.prefix { !$0.hasPrefix("-") }
    let family = commands.filter { !typed.isEmpty && $0.words.count > 1 && $0.words.starts(with: typed.prefix(1)) }
    let names = commands.map(\.name) + Set(commands.compactMap { $0.words.count > 1 ? $0.words[0] : nil })
    let text = typed.joined(separator: " ")
    let meant =
      names.contains(text)
      ? nil : nearest(to: text, among: names) ?? typed.first.flatMap { nearest(to: $0, among: names) }
    if let meant, meant != typed.first { return UsageError("\(text): no such command: did you mean `\(meant)`?") }
    if !family.isEmpty {
      return UsageError("\(text): no such command: use one of \(family.map { "`\($0.name)`" }.joined(separator: ", "))")
    }
    return UsageError("\(arguments[0]): no such command")
  }
}

/// Prints a line on standard output.
func say(_ text: String) { writeFully(Array((text + "\n").utf8), to: STDOUT_FILENO) }

/// Prints what went wrong on standard error.
func complain(_ text: String) {
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { "basekeeper: \($0)\n" }
  writeFully(Array(lines.joined().utf8), to: STDERR_FILENO)
}
