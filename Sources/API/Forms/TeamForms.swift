internal import Access

/// The team that a path names by `org_id`.
struct NamedTeam: PathInput {
  static let variable = "org_id"
  let named: String
  init(_ segment: String) { named = segment }
}
