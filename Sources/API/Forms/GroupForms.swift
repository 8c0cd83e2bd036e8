internal import Access
package import Domain
package import Ground
internal import HTTP

/// The group that a path names by `group_id`.
struct NamedGroup: PathInput {
  static let variable = "group_id"
  let named: String
  init(_ segment: String) { named = segment }
}

/// A group that an administrator makes for another person.
struct NewOwnedGroup: Input {
  let name: GroupName
  let owner: String

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    (name, owner) = (try fields.name("group_name"), try fields.text("group_owner", 1...255))
  }
}

/// SeaTable's lists for administrators show a group's owner as its creator.
extension AdministeredGroup: Output, JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      $0.add("id", id)
      $0.add("group_id", id)
      $0.add("name", name)
      $0.add("group_name", name)
      $0.add("created_at", created)
      $0.add("ctime", created)
      $0.add("owner", owner?.wire ?? "")
      $0.add("owner_name", ownerName)
      $0.add("creator_email", owner?.wire ?? "")
      $0.add("creator_name", ownerName)
      $0.add("creator_contact_email", ownerEmail)
      $0.add("admins", admins.map(UserID.init(postgresValue:)))
      $0.addGroupAvatar()
      $0.add("parent_group_id", 0)
      $0.add("quota", -1)
      $0.add("size", 0)
    }
  }
}
