internal import Glibc
internal import Ground

/// The variables that settings are read from: those of this process, of a file, and of the command line. The command
/// line takes precedence, then the process. Typed reading collects every problem, so that the operator sees all of them
/// at once.
struct Environment {
  /// Where a value comes from.
  enum ValueSource: Equatable, CustomStringConvertible {
    case commandLine(String)
    case process
    case file(String, line: Int)

    var description: String {
      switch self {
      case .commandLine(let option): option
      case .process: "the environment"
      case .file(let path, let line): "\(path):\(line)"
      }
    }
  }

  struct SettingValue {
    let text: String
    let source: ValueSource
  }

  /// The file that is read if the command line names none and no setting says where the data are.
  static let standardFile = "/etc/basekeeper/basekeeper.env"

  private(set) var values: [String: SettingValue] = [:]
  private(set) var problems: [String] = []
  /// The file that was read.
  private(set) var file: String?

  /// The variables of this process, and those of a file.
  init(file: String? = nil, dataDirectory: String? = nil) {
    for entry in (contents(of: "/proc/self/environ") ?? []).split(separator: 0) {
      let pair = String(decoding: entry, as: UTF8.self).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2 { values[String(pair[0])] = SettingValue(text: String(pair[1]), source: .process) }
    }
    if let dataDirectory {
      values["BASEKEEPER_DATA_DIR"] = SettingValue(text: dataDirectory, source: .commandLine("--data-dir"))
    }
    if let file { read(file) }
  }

  /// Reads the standard file, if it exists and nothing has said yet where the data are.
  mutating func readStandardFile() {
    if !saysWhere && access(Self.standardFile, F_OK) == 0 { read(Self.standardFile) }
  }

  /// Whether a setting says where the data are.
  var saysWhere: Bool {
    ["DATABASE_URL", "DATABASE_URL_FILE", "BASEKEEPER_DATA_DIR"].contains { values[$0]?.text.isEmpty == false }
  }

  private mutating func read(_ path: String) {
    file = path
    guard let bytes = contents(of: path) else {
      problems.append("\(path): \(systemReason(errno))")
      return
    }
    let file = EnvironmentFile(bytes)
    problems += file.problems.map { "\(path):\($0.line): \($0.reason)" }
    var found: [String: SettingValue] = [:]
    for entry in file.entries {
      found[entry.name] = SettingValue(text: entry.value, source: .file(path, line: entry.line))
    }
    for (name, value) in found where values[name] == nil {
      values[name] = value
      setenv(name, value.text, 1)  // for libpq, which reads variables of its own
    }
  }

  // MARK: Reading

  /// A text; empty counts as not set.
  func text(_ name: String) -> String? { values[name].flatMap { $0.text.isEmpty ? nil : $0.text } }

  /// The value of a row, or its default; nil if it has neither.
  func value(_ name: String) -> String? { text(name) ?? row(name).standard }

  /// A secret, from the variable or from the file that `NAME_FILE` names, without its last line end; nil if not set.
  mutating func secret(_ name: String) -> String? {
    precondition(row(name).isSecret, "\(name) is no secret")
    if let value = text(name) { return value }
    guard let path = secretFile(name) else { return nil }
    guard let bytes = contents(of: path), let content = String(validating: bytes, as: UTF8.self) else {
      problems.append("\(name)_FILE: cannot read \(path)")
      return nil
    }
    return content.withoutLineEnd
  }

  /// The file that holds a secret; nil if none is named. A name without a folder means a credential that systemd has
  /// passed, or else a file beside the settings file.
  func secretFile(_ name: String) -> String? {
    guard let value = values[name + "_FILE"], !value.text.isEmpty else { return nil }
    if value.text.hasPrefix("/") { return value.text }
    let credential = text("CREDENTIALS_DIRECTORY").map { "\($0)/\(value.text)" }
    if let credential, access(credential, F_OK) == 0 { return credential }
    guard case .file(let path, _) = value.source, let slash = path.lastIndex(of: "/") else { return value.text }
    return path[...slash] + value.text
  }

  /// A number within the row's range; nil if it is not set and has no default.
  mutating func integer(_ name: String) -> Int? {
    guard case .number(let range) = row(name).shape else { preconditionFailure("\(name) is no number") }
    let standard = row(name).standard.flatMap { Int($0) }
    guard let text = text(name) else { return standard }
    guard let value = Int(text), range.contains(value) else {
      refuse(name, "\"\(text)\" is not a whole number from \(range.lowerBound) to \(range.upperBound)")
      return standard
    }
    return value
  }

  /// Whether a switch is on.
  mutating func flag(_ name: String) -> Bool {
    guard case .flag = row(name).shape else { preconditionFailure("\(name) is no switch") }
    let text = value(name) ?? ""
    switch text.lowercased() {
    case "yes", "true", "on", "1": return true
    case "no", "false", "off", "0": return false
    default:
      refuse(name, "\"\(text)\" is neither yes nor no (nor true, false, on, off, 1, 0)")
      return false
    }
  }

  /// Networks, separated by commas or blanks; `none` for an empty list.
  mutating func networks(_ name: String) -> [IPNetwork] {
    guard let text = value(name), text != "none" else { return [] }
    guard let networks = IPNetwork.list(text) else {
      refuse(name, "\"\(text)\" is not a list of networks such as 10.0.0.0/8, 192.0.2.1, 2001:db8::/32")
      return []
    }
    return networks
  }

  /// One of an enumeration's words; nil if the value is none of them.
  mutating func choice<Choice: RawRepresentable<String>>(_ name: String, _: Choice.Type = Choice.self) -> Choice? {
    guard case .choice(let words) = row(name).shape else { preconditionFailure("\(name) is no choice") }
    let text = value(name) ?? ""
    if let choice = Choice(rawValue: text) { return choice }
    let hint = nearest(to: text, among: words).map { ": did you mean \($0)?" } ?? ""
    refuse(name, "\"\(text)\" is not one of \(words.joined(separator: ", "))\(hint)")
    return nil
  }

  /// Notes a wrong value.
  mutating func refuse(_ name: String, _ reason: String) { problems.append("\(name): \(reason)") }

  private func row(_ name: String) -> Setting {
    guard let row = settings[name] else { preconditionFailure("\(name) is in no group of settings") }
    return row
  }

  // MARK: Unknown names

  /// A warning for each unknown variable that has our prefix or that looks like a misspelt setting, with the name that
  /// was probably meant.
  var strangers: [String] {
    let rows = settingGroups.flatMap(\.settings)
    let known = Set(rows.map(\.name) + rows.filter(\.isSecret).map { $0.name + "_FILE" })
    let ours = known.filter { settings[$0] != nil || $0.hasSuffix("_FILE") }.sorted()
    return values.filter { !known.contains($0.key) }.sorted { $0.key < $1.key }.compactMap { name, value in
      let meant = nearest(to: name, among: ours)
      guard meant != nil || name.hasPrefix("BASEKEEPER_") else { return nil }
      let place = value.source == .process ? "" : " (\(value.source))"
      return "\(name)\(place) is not a setting of Basekeeper: "
        + (meant.map { "did you mean \($0)?" } ?? "`basekeeper config` lists them all")
    }
  }
}

extension String {
  /// Without its last line end, of Unix or of Windows (which to Swift is one character).
  var withoutLineEnd: String {
    var scalars = unicodeScalars[...]
    if scalars.last == "\n" { scalars.removeLast() }
    if scalars.last == "\r" { scalars.removeLast() }
    return String(scalars)
  }
}
