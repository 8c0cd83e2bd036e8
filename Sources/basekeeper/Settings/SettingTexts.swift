internal import Glibc
internal import Ground
internal import Postgres

// Texts for people, made from the rows of `settingGroups`.

/// The tables of docs/settings.md.
var settingsMarkdown: String {
  settingGroups.map { group in
    let rows = group.settings.map { setting in
      let values = setting.values.isEmpty ? "for compose.yaml" : setting.values
      let standard = setting.standard.map { "`\($0)`" } ?? setting.otherwise
      return "| `\(setting.name)` | \(values) | \(standard) | \(setting.meaning) |"
    }
    return """
      ## \(group.title)

      | variable | values | default | meaning |
      |---|---|---|---|
      \(rows.joined(separator: "\n"))

      """
  }.joined(separator: "\n")
}

/// .env.template.
var settingsTemplate: String {
  let width = 119
  let groups = settingGroups.map { group in
    let head = "# --- \(group.title) "
    let rows = group.settings.map { setting in
      let isTold = setting.standard == nil && !setting.isInTemplate
      let otherwise = isTold ? ". Default: \(setting.otherwise)" : ""
      let text = "\(setting.meaning)\(setting.choices.map { " (\($0))" } ?? "")\(otherwise)."
      let comment = wrapped(text, width - 2).map { "# \($0)" }.joined(separator: "\n")
      return "\(comment)\n\(setting.isInTemplate ? "" : "#")\(setting.name)=\(setting.standard ?? "")"
    }
    return "\(head)\(String(repeating: "-", count: width - head.count))\n\n\(rows.joined(separator: "\n\n"))"
  }
  return """
    # Basekeeper's settings, for compose.yaml, script/server and --env-file. `script/init-env` makes .env from this file.
    # A line that begins with # sets nothing: it shows the default. Values may be quoted, by the rules
    # of systemd's EnvironmentFile=. See docs/settings.md.

    \(groups.joined(separator: "\n\n"))
    """
}

/// `basekeeper config`.
func showConfiguration(_ options: Options) throws {
  if options.has("markdown") { return say(settingsMarkdown) }
  if options.has("template") { return say(settingsTemplate) }
  var environment = options.environment
  if options["env-file"] == nil { environment.readStandardFile() }
  let rows = settingGroups.flatMap(\.settings).filter { settings[$0.name] != nil }.map { environment.row(of: $0) }
  for line in aligned(rows) { say(line) }
  let configuration = try Configuration(environment)
  for warning in configuration.warnings { complain("warning: \(warning)") }
}

/// A text with its control characters escaped, so that it stays on one line.
private func printable(_ text: String) -> String {
  text.unicodeScalars.map { $0.properties.generalCategory == .control ? $0.escaped(asASCII: true) : "\($0)" }.joined()
}

/// Rows of texts in aligned columns.
func aligned(_ rows: [[String]]) -> [String] {
  let widths = (rows.first ?? []).indices.map { column in min(60, rows.map { $0[column].count }.max() ?? 0) }
  return rows.map { row in
    zip(row, widths).map { text, width in text + String(repeating: " ", count: max(0, width - text.count)) }
      .joined(separator: "  ").trimmingEnd()
  }
}

extension Environment {
  /// A setting's name, its value, and where the value comes from.
  fileprivate func row(of setting: Setting) -> [String] {
    if let text = text(setting.name) {
      return [
        setting.name, setting.isSecret ? setting.masked(text) : printable(text),
        values[setting.name]?.source.description ?? "",
      ]
    }
    if setting.isSecret, let path = secretFile(setting.name), let named = values[setting.name + "_FILE"] {
      let value = contents(of: path).map { setting.masked(String(decoding: $0, as: UTF8.self)) } ?? "(cannot be read)"
      return [setting.name, value, "\(path), named by \(setting.name)_FILE in \(named.source)"]
    }
    return [setting.name, setting.standard ?? "(\(setting.otherwise))", "default"]
  }
}

extension Setting {
  /// The values it takes; nil if they cannot be listed.
  fileprivate var choices: String? {
    switch shape {
    case .number, .flag, .choice: values
    case .text, .secret, .networks, .compose: nil
    }
  }

  /// A secret as it may be shown: a database's URL without its password, of any other only the length.
  fileprivate func masked(_ secret: String) -> String {
    let trimmed = secret.withoutLineEnd
    guard name.hasPrefix("DATABASE_") else { return "(\(trimmed.utf8.count) bytes)" }
    return (try? ConnectionString(trimmed).text(withSecrets: false)) ?? "(cannot be read)"
  }
}
