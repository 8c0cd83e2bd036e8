internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

extension BaseLinkRecord {
  /// The link's secret or custom token, if it is in this response.
  var revealed: [Revealed] { secret.map { [.secret($0)] } ?? (isCustom ? [.linkName(handle)] : []) }

  /// The token of the link: the whole token in the response that creates it, only its handle in lists.
  var token: String { secret?.clear ?? handle }

  /// The path of the link below `place`. In lists, asterisks replace the secret.
  func path(below place: StaticString) -> String {
    linkPath(place, handle: handle, secret: isCustom ? handle : secret?.clear)
  }
}

/// The path of a link, with asterisks for an unknown secret.
func linkPath(_ place: StaticString, handle: String, secret: String?) -> String {
  "\(place)/\(secret ?? handle + String(repeating: "*", count: 32))/"
}

struct ExternalLink: Output, JSONEncodable {
  let link: BaseLinkRecord
  /// The name of the only permission in this list.
  var permission = "read-only"

  var revealed: [Revealed] { link.revealed }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("id", link.id)
      $0.add(
        "url", address: link.path(below: link.isCustom ? "/dtable/external-links/custom" : "/dtable/external-links"))
      $0.add("token", link.token)
      $0.add("is_custom", link.isCustom)
      $0.add("permission", permission)
      $0.add("is_protected", link.isProtected)
      $0.add("is_expired", link.isExpired)
      $0.add("expire_date", link.end?.wire ?? "")
      $0.add("create_at", link.created)
      $0.add("view_cnt", link.views)
      $0.add("creator", link.creator)
      $0.add("creator_name", link.creatorName)
      $0.add("from_dtable", link.baseName)
      $0.add("from_base_uuid", link.baseUUID)
    }
  }
}

struct InviteLink: Output, JSONEncodable {
  let link: BaseLinkRecord

  var revealed: [Revealed] { link.revealed }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("username", link.creator)
      $0.add("permission", link.permission.rawValue)
      $0.add("token", link.token)
      $0.add("link", address: link.path(below: "/dtable/links"))
      $0.add("dtable", link.baseName)
      $0.add("dtable_name", link.baseName)
      $0.add("dtable_id", link.base)
      $0.add("dtable_uuid", link.baseUUID)
      $0.add("workspace_id", link.workspace)
      $0.add("password", String?.none)
      $0.add("is_protected", link.isProtected)
      $0.add("is_expired", link.isExpired)
      $0.add("expire_date", link.end?.wire ?? "")
      $0.add("ctime", link.created)
    }
  }
}

/// The invite link that a path names by its handle or its whole token.
struct NamedLink: PathInput {
  static let variable = "invite_link_token"
  let handle: String
  init(_ segment: String) { handle = LinkToken(segment)?.handle ?? segment }
}

/// The external link that a path names.
struct NamedExternalLink: PathInput {
  static let variable = "external_link_token"
  let link: NamedLink
  init(_ segment: String) { link = NamedLink(segment) }
}

extension BaseLinkTerms {
  /// A password is none of the names of the caller's team.
  init(_ fields: Fields, _ hashing: Hashing) async throws {
    let text = try fields.optionalText("password", upTo: 255)
    let days = try fields.patch("expire_days", 0...3650)
    var password: PasswordHash?
    if let text { password = try await hashing.hash(new: text, names: hashing.names(of: hashing.team)) }
    self.init(password: password, days: days)
  }
}
