/// An environment variable: a row of `settingGroups`. The parser, `basekeeper config`, the help, the manual page,
/// docs/settings.md and .env.template are made from the rows.
struct Setting: Sendable {
  /// The values it takes.
  enum ValueForm: Sendable {
    /// A text of this form: `HOST:PORT`.
    case text(String)
    /// A text that nobody else should read. The variable `NAME_FILE` may name a file that holds it.
    case secret(String)
    case number(ClosedRange<Int>)
    /// Yes or no.
    case flag
    case choice([String])
    case networks
    /// Read only by compose.yaml, not by the program.
    case compose
  }

  let name: String
  let shape: ValueForm
  /// The default, as one would set it; nil if it cannot be written so.
  let standard: String?
  /// The default in words.
  let otherwise: String
  /// Whether .env.template sets it.
  let isInTemplate: Bool
  /// One or more sentences, without a full stop at the end.
  let meaning: String

  /// A row. If `otherwise` is nil, it is the `standard`, or "none" without one.
  init(
    _ name: String, _ shape: ValueForm, _ standard: String?, otherwise: String? = nil, isInTemplate: Bool = false,
    _ meaning: String
  ) {
    (self.name, self.shape, self.standard, self.meaning) = (name, shape, standard, meaning)
    (self.otherwise, self.isInTemplate) = (otherwise ?? standard ?? "none", isInTemplate)
  }

  var isSecret: Bool { if case .secret = shape { true } else { false } }

  /// The values it takes, in words: `1 to 256`; empty for a setting of compose.yaml.
  var values: String {
    switch shape {
    case .text(let form), .secret(let form): form
    case .number(let range): "\(range.lowerBound) to \(range.upperBound)"
    case .flag: "yes or no"
    case .choice(let words): words.joined(separator: ", ")
    case .networks: "networks"
    case .compose: ""
    }
  }
}

/// Settings that belong together.
struct SettingGroup: Sendable {
  let title: String
  let settings: [Setting]
}

/// Every setting that the program reads, by name.
let settings = Dictionary(
  uniqueKeysWithValues: settingGroups.flatMap(\.settings).filter { if case .compose = $0.shape { false } else { true } }
    .map { ($0.name, $0) })
