/// One variable of the environment: a row of `settingGroups`. What reads it, `basekeeper config`, the help, the manual
/// page, docs/settings.md and .env.template are made of the row.
struct Setting: Sendable {
  /// What values it takes.
  enum Shape: Sendable {
    /// A text that looks like this: `HOST:PORT`.
    case text(String)
    /// A text that nobody else should read; a variable with `_FILE` behind the name may name a file that holds it.
    case secret(String)
    case number(ClosedRange<Int>)
    /// Yes or no.
    case flag
    case choice([String])
    case networks
    /// Read by compose.yaml, and not by the program.
    case compose
  }

  let name: String
  let shape: Shape
  /// What holds where it is not set, written as it would be set; nil where that cannot be written so.
  let standard: String?
  /// What holds where it is not set, in words.
  let otherwise: String
  /// Whether .env.template sets it.
  let isInTemplate: Bool
  /// One or more sentences without the last full stop.
  let meaning: String

  /// A row. Where there is a `standard`, it is its own word for itself.
  init(
    _ name: String, _ shape: Shape, _ standard: String?, otherwise: String? = nil, isInTemplate: Bool = false,
    _ meaning: String
  ) {
    (self.name, self.shape, self.standard, self.meaning) = (name, shape, standard, meaning)
    (self.otherwise, self.isInTemplate) = (otherwise ?? standard ?? "not set", isInTemplate)
  }

  var isSecret: Bool { if case .secret = shape { true } else { false } }

  /// The values it takes, in words: `1 to 256`.
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

/// Every setting that the program reads, by its name.
let settings = Dictionary(
  uniqueKeysWithValues: settingGroups.flatMap(\.settings).filter { if case .compose = $0.shape { false } else { true } }
    .map { ($0.name, $0) })
