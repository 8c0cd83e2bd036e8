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
  lines += [".SH OPTIONS", "Every command that reads the settings takes these two."]
  for option in Command.placing { lines += [".TP", ".B \(roff(option.form))", roff(option.text)] }
  lines += [
    ".SH ENVIRONMENT",
    """
    An empty variable counts as not set. NAME_FILE may name a file that holds the value of those that are secret; where \
    that is a name without a folder, it is a credential of systemd's, or stands beside the file of settings.
    """,
  ]
  for setting in settingGroups.flatMap(\.settings) where settings[setting.name] != nil {
    lines += [".TP", ".B \(roff(setting.name))", roff("\(setting.meaning). (\(setting.values); \(setting.otherwise))")]
  }
  lines += [
    ".SH FILES", ".TP", ".B \(roff(Environment.standardFile))",
    "read by all commands but serve, where neither an option nor the environment says where the data are",
    ".TP", ".B ./.basekeeper", "the data directory where none is set",
    ".SH EXIT STATUS", "0: it is done. 1: it could not be done. 2: the command line or a setting cannot be used.",
  ]
  return lines.joined(separator: "\n")
}

/// Paragraphs; those that begin with blanks stay as they are.
private func body(_ text: String) -> [String] {
  var result: [String] = []
  for lines in paragraphs(text) {
    let isVerbatim = lines.first?.hasPrefix(" ") == true
    if !result.isEmpty { result.append(".PP") }
    result += isVerbatim ? [".nf"] + lines.map { roff(String($0)) } + [".fi"] : lines.map { roff(String($0)) }
  }
  return result
}

/// A line of text in which nothing is taken for a command.
private func roff(_ text: String) -> String {
  let escaped = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
  return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&\(escaped)" : escaped
}
