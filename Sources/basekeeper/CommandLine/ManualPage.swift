internal import API

/// The manual page, in the language of man(7).
var manualPage: String {
  var lines = [
    ".TH BASEKEEPER 1 \"\" \"Basekeeper \(version)\" \"User Commands\"",
    ".SH NAME", "basekeeper \\- team administration and tokens for SeaTable clients, over PostgreSQL",
    ".SH SYNOPSIS", ".B basekeeper", ".I COMMAND", ".RI [ OPTION \" ...]\"",
    ".SH COMMANDS",
  ]
  for command in commands {
    lines += [".SS \(roff(command.usage.split(separator: " ").dropFirst().joined(separator: " ")))"]
    lines += body(command.text)
    for option in command.options { lines += [".TP", ".B \(roff(option.form))", roff(option.text)] }
  }
  lines += [".SH OPTIONS", "Every command that reads the settings has these two."]
  for option in Command.placing { lines += [".TP", ".B \(roff(option.form))", roff(option.text)] }
  lines += [
    ".SH ENVIRONMENT",
    """
    An empty variable counts as not set. The value of a secret variable NAME may be in a file that NAME_FILE names. A \
    file name without a folder means a credential that systemd passes, or else a file beside the settings file.
    """,
  ]
  for setting in settingGroups.flatMap(\.settings) where settings[setting.name] != nil {
    let text = "\(setting.meaning). (\(setting.values); default: \(setting.otherwise))"
    lines += [".TP", ".B \(roff(setting.name))", roff(text)]
  }
  lines += [
    ".SH FILES", ".TP", ".B \(roff(Environment.standardFile))",
    "read by all commands except serve, if neither an option nor the environment says where the data are",
    ".TP", ".B ./.basekeeper", "the default data directory",
    ".SH EXIT STATUS", "0: success. 1: failure. 2: the command line or a setting is wrong.",
  ]
  return lines.joined(separator: "\n")
}

/// Paragraphs; indented ones stay as they are.
private func body(_ text: String) -> [String] {
  var result: [String] = []
  for lines in paragraphs(text) {
    let isVerbatim = lines.first?.hasPrefix(" ") == true
    if !result.isEmpty { result.append(".PP") }
    result += isVerbatim ? [".nf"] + lines.map { roff(String($0)) } + [".fi"] : lines.map { roff(String($0)) }
  }
  return result
}

/// A line of text, escaped so that roff finds no command in it.
private func roff(_ text: String) -> String {
  let escaped = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
  return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&\(escaped)" : escaped
}
