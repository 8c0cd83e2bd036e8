/// A shell that can complete commands.
enum Shell: String, CaseIterable {
  case bash, zsh, fish

  /// The script for it.
  var completion: String {
    switch self {
    case .bash: bashScript
    case .zsh: zshScript
    case .fish: fishScript
    }
  }
}

/// What can follow the words that were typed.
private struct Step {
  let typed: String
  /// The next words, each with what it means.
  let choices: [(word: String, text: String)]
  /// Whether a file can be next.
  var takesFile = false
  /// Whether the words are a whole command, which options and operands may follow in any order.
  var isCommand = false
}

private var steps: [Step] {
  let families = Set(commands.filter { $0.words.count > 1 }.map { $0.words[0] }).sorted()
  var first = commands.filter { $0.words.count == 1 }.map { (word: $0.name, text: $0.summary) }
  first += families.map { ($0, "…") }
  var steps = [Step(typed: "", choices: first)]
  steps += families.map { family in
    let members = commands.filter { $0.words.first == family && $0.words.count > 1 }
    return Step(typed: family, choices: members.map { ($0.words[1], $0.summary) })
  }
  return steps
    + commands.map { command in
      let options = command.allOptions.map { (word: "--\($0.name)", text: $0.text) } + [("--help", "show help")]
      let words = (command.operand?.words ?? []).map { (word: $0, text: "") }
      let takesFile = command.operand.map { $0.words == nil } ?? false
      return Step(typed: command.name, choices: words + options, takesFile: takesFile, isCommand: true)
    }
}

/// Options that take a value, with their dashes: a file or folder, or anything else.
private let valued: (places: [String], others: [String]) = {
  let options = commands.flatMap(\.allOptions).filter { $0.value != nil }
  let isPlace = { (option: Command.Option) in ["FILE", "DIRECTORY"].contains(option.value) }
  let names = { (options: [Command.Option]) in Set(options.map { "--\($0.name)" }).sorted() }
  return (names(options.filter(isPlace)), names(options.filter { !isPlace($0) }))
}()

private let everyValued = (valued.places + valued.others).joined(separator: "|")

/// Collects the typed words in `typed`, for bash and zsh, without options and their values.
private func collecting(from words: String) -> String {
  """
    local typed= skips= word
    for word in \(words); do
      if [ -n "$skips" ]; then skips=; continue; fi
      case $word in
      \(everyValued)) skips=yes ;;
      -*) ;;
      *) typed="${typed:+$typed }$word" ;;
      esac
    done
  """
}

private let bashScript: String = {
  let cases = steps.map { step in
    let words = step.choices.map(\.word).joined(separator: " ")
    let files = step.takesFile ? #"; [[ $current == -* ]] || COMPREPLY+=($(compgen -f -- "$current"))"# : ""
    return
      #"  "\#(step.typed)"\#(step.isCommand ? "*" : "")) COMPREPLY=($(compgen -W "\#(words)" -- "$current"))\#(files) ;;"#
  }
  return """
    # Completes basekeeper in bash: source <(basekeeper completion bash)
    _basekeeper() {
      local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    \(collecting(from: #""${COMP_WORDS[@]:1:COMP_CWORD-1}""#))
      case $previous in
      \(valued.places.joined(separator: "|"))) COMPREPLY=($(compgen -f -- "$current")); return ;;
      \(valued.others.joined(separator: "|"))) COMPREPLY=(); return ;;
      esac
      case $typed in
    \(cases.joined(separator: "\n"))
      *) COMPREPLY=() ;;
      esac
    }
    complete -o filenames -F _basekeeper basekeeper
    """
}()

private let zshScript: String = {
  let cases = steps.map { step in
    let choices = step.choices.map { "'\($0.word):\($0.text.replacing("'", with: "'\\''"))'" }.joined(separator: " ")
    let files = step.takesFile ? "; [[ $PREFIX == -* ]] || _files" : ""
    return
      #"  "\#(step.typed)"\#(step.isCommand ? "*" : "")) choices=(\#(choices)); _describe word choices\#(files) ;;"#
  }
  return """
    #compdef basekeeper
    # Completes basekeeper in zsh: basekeeper completion zsh >"${fpath[1]}/_basekeeper"
    _basekeeper() {
      local -a choices
    \(collecting(from: #""${(@)words[2,CURRENT-1]}""#))
      case ${words[CURRENT-1]} in
      \(valued.places.joined(separator: "|"))) _files; return ;;
      \(valued.others.joined(separator: "|"))) return ;;
      esac
      case $typed in
    \(cases.joined(separator: "\n"))
      esac
    }
    compdef _basekeeper basekeeper
    """
}()

private let fishScript: String = {
  let rules = steps.flatMap { step in
    let condition = #"__basekeeper_is \#(step.isCommand ? "begun" : "typed") "\#(step.typed)""#
    var rules = step.choices.map { word, text in
      let described = "-d '\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
      guard word.hasPrefix("--") else { return "complete -c basekeeper -n '\(condition)' -a \(word) \(described)" }
      let name = word.dropFirst(2)
      let value = valued.places.contains(word) ? " -rF" : valued.others.contains(word) ? " -x" : ""
      return "complete -c basekeeper -n '\(condition)' -l \(name)\(value) \(described)"
    }
    if step.takesFile { rules.append("complete -c basekeeper -n '\(condition)' -F") }
    return rules
  }
  return """
    # Completes basekeeper in fish: basekeeper completion fish >~/.config/fish/completions/basekeeper.fish
    function __basekeeper_is -a how words
      set -l typed
      set -l skips
      for word in (commandline -opc)[2..]
        if set -q skips[1]
          set -e skips
          set -l skips
        else if contains -- $word \((valued.places + valued.others).joined(separator: " "))
          set skips yes
        else if not string match -q -- '-*' $word
          set -a typed $word
        end
      end
      switch $how
      case typed
        test "$typed" = "$words"
      case begun
        string match -q -- "$words*" "$typed"
      end
    end
    complete -c basekeeper -f
    \(rules.joined(separator: "\n"))
    """
}()
