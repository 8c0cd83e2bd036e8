internal import Ground

/// A kind of thing of which somebody or something may have only so many. The database keeps to it: see
/// `keep_within_cap` in `Migrations/schema.sql`.
public enum Cap: String, CaseIterable, Sendable {
  /// Live bases in the workspace of a person.
  case basesPerPerson = "bases_per_person"
  /// Live bases in the workspace of a group.
  case basesPerGroup = "bases_per_group"
  /// Groups that a person owns.
  case groupsPerPerson = "groups_per_person"
  /// Folders in a workspace.
  case foldersPerWorkspace = "folders_per_workspace"
  /// API tokens of a base that are not revoked.
  case tokensPerBase = "tokens_per_base"
  /// Shares of a base, with people and with groups together.
  case sharesPerBase = "shares_per_base"
  /// Links to a base, external and invite links together.
  case linksPerBase = "links_per_base"
  /// Invite links of a group.
  case linksPerGroup = "links_per_group"
  /// Links that a person has made, of all kinds together.
  case linksPerPerson = "links_per_person"

  /// The setting with the number: `BASEKEEPER_MAX_BASES_PER_PERSON`.
  public var setting: String { "BASEKEEPER_MAX_\(rawValue.uppercased())" }

  /// The cap that a violated constraint of the database stands for; nil if it is none.
  public init?(constraint: String) {
    guard constraint.hasPrefix("cap_") else { return nil }
    self.init(rawValue: String(constraint.dropFirst(4)))
  }
}

/// How many of each kind there may be.
public struct Caps: Sendable {
  /// The numbers, as the database reads them: a JSON object. What is not in it is not capped.
  let text: String

  /// Caps nothing.
  public static let none = Caps([:])

  /// Makes caps. Kinds that are missing or 0 are not capped.
  public init(_ numbers: [Cap: Int64]) {
    var json = JSONWriter()
    json.object {
      for (cap, number) in numbers.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where number > 0 {
        $0.add(named: cap.rawValue, number)
      }
    }
    text = String(decoding: json.bytes, as: UTF8.self)
  }
}
