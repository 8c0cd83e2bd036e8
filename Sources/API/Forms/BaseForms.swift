internal import Access
package import Domain
package import Ground
internal import HTTP

extension BaseRecord: JSONEncodable {
  package func write(to json: inout JSONWriter) { json.object(write) }

  func write(to object: inout JSONWriter.Members) {
    object.add("id", id)
    object.add("workspace_id", workspace)
    object.add("uuid", uuid)
    object.add("name", name)
    object.add("creator", creator)
    object.add("modifier", modifier)
    object.add("created_at", created)
    object.add("updated_at", updated)
    object.add("color", color)
    object.add("text_color", String?.none)
    object.add("icon", icon)
    object.add("folder_id", folder)
    object.add("is_encrypted", false)
    object.add("in_storage", true)
    if let deleted {
      object.add("deleted", true)
      object.add("delete_time", deleted)
    }
  }
}

/// A base under the key that its operation uses: `{"table": {...}}` or `{"dtable": {...}}`.
struct KeyedBase: Output, JSONEncodable {
  let key: StaticString
  let base: BaseRecord
  func write(to json: inout JSONWriter) { json.object { $0.add(key, base) } }
}

extension AdministeredBase: Output, JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      base.write(to: &$0)
      $0.add("org_id", team?.value ?? -1)
      $0.add("org_name", teamName ?? "")
      $0.add("email", owner?.wire ?? group.map { "\($0.value)@seafile_group" } ?? "")
      $0.add("group_id", group?.value ?? -1)
      $0.add("owner", ownerName)
      $0.add("owner_deleted", isOwnerDeleted)
      $0.add("creator_email", creator)
      $0.add("rows_count", rows)
      $0.add("file_size", 0)
    }
  }
}

/// The person that a path names, and the page of a list about them.
struct PageOfPerson: NamedInput {
  let named: String
  let page: Page
  init(_ person: NamedPerson, _ parts: Parts) throws { (named, page) = (person.named, try Page(parts)) }
}

/// The base that a path names by `base_uuid`.
struct NamedBaseUUID: PathInput {
  static let variable = "base_uuid"
  let named: String
  init(_ segment: String) { named = segment }
}

/// The base that a path names by `base_id`.
struct NumberedBase: PathInput {
  static let variable = "base_id"
  let named: String
  init(_ segment: String) { named = segment }
}

/// The text to search for in names, ignoring case.
struct Search: Input {
  let text: String
  init(_ parts: Parts) throws { text = try parts.query().text("query", 1...255) }
}
