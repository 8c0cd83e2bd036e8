internal import Access
internal import Crypto
package import Domain
package import Ground
internal import HTTP

// swift-format-ignore
let inviteLinkRoutes = Table(.inviteLinks, [
  Route(.get,    "/api/v2.1/dtables/invite-links/",                             "listBaseInviteLinks", as: BaseAdmin.self, of: \.of.reference, listLinks),
  Route(.post,   "/api/v2.1/dtables/invite-links/",                             "createInviteLink",    as: BaseAdmin.self, of: \.base.reference, makeLink),
  Route(.delete, "/api/v2.1/dtables/invite-links/{invite_link_token}/",         "deleteInviteLink",    as: LinkAdmin.self, of: \.handle, deleteLink),
  Route(.post,   "/api/v2.1/dtables/invite-links/{invite_link_token}/accept/",  "acceptInviteLink",    as: SignedIn.self, acceptLink, once: false),
  Route(.get,    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/invite-link-guests/",           "listInviteLinkGuests",  as: BaseAdmin.self, listGuests),
  Route(.delete, "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/invite-link-guests/{user_id}/", "deleteInviteLinkGuest", as: BaseAdmin.self, removeGuest),
])

// MARK: Wire

/// The base that the link is for, by its workspace and its name.
private struct LinkedBase: Input {
  let workspace: ID<Workspace>
  let name: String
  var reference: BaseReference { .name(name, in: String(workspace.value)) }

  init(_ parts: Parts) throws { self = try LinkedBase(parts.query()) }

  init(_ fields: Fields) throws {
    workspace = ID(try fields.integer("workspace_id", 1...Int64.max))
    name = try fields.text("table_name", 1...255)
  }
}

private struct NewInviteLink: HashedInput {
  let base: LinkedBase
  let permission: Permission
  let terms: BaseLinkTerms

  init(_: NoPath, _ parts: Parts, _ hashing: Hashing) async throws {
    let fields = try parts.body()
    base = try LinkedBase(fields)
    permission = try fields.choice("permission")
    terms = try await BaseLinkTerms(fields, hashing)
  }
}

/// The whole token of a link.
private struct WholeInviteLink: PathVariable {
  static let variable = "invite_link_token"
  let token: String
  init(_ segment: String) { token = segment }
}

private struct InviteLinkAcceptance: NamedInput {
  let token: String
  let password: String?

  init(_ link: WholeInviteLink, _ parts: Parts) throws {
    (token, password) = (link.token, try parts.body().optionalText("password", 0...1024))
  }
}

private struct AcceptedBase: Output, JSONEncodable {
  let base: SharedBase
  func write(to json: inout JSONWriter) { json.object { $0.add("dtable", base) } }
}

extension InviteLinkGuest: JSONEncodable {
  package func write(to json: inout JSONWriter) { json.object(write) }

  func write(to object: inout JSONWriter.Members) {
    person.write(to: &object)
    object.add("permission", permission.rawValue)
    object.add("invite_link", link)
    object.add("dtable_uuid", base)
    object.add("accepted_at", accepted)
  }
}

extension SharedBase: JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      base.write(to: &$0)
      $0.add("permission", permission.rawValue)
      $0.add("starred", isFavorite)
      $0.add("may_administer", isAdministered)
      $0.add("from_user", sharer)
      $0.add("from_user_name", sharerName)
      $0.addAvatar("from_user_avatar")
      $0.add("rows_count", rows)
    }
  }
}

// MARK: Operations

private func listLinks(
  of admin: BaseAdmin, _ base: Long<LinkedBase>, _ app: App
) async throws -> NamedList<InviteLink> {
  let links = try await BaseLinks(app, .invite).list(to: admin.base, base.page)
  return NamedList("invite_link_list", links.map(InviteLink.init))
}

private func makeLink(by admin: BaseAdmin, _ new: NewInviteLink, _ app: App) async throws -> InviteLink {
  InviteLink(
    link: try await BaseLinks(app, .invite).make(
      to: admin.base, named: admin.baseName, new.permission, new.terms, by: admin.caller))
}

private func deleteLink(by admin: LinkAdmin, _ link: NamedLink, _ app: App) async throws -> Success {
  try await BaseLinks(app, .invite).delete(link.handle, within: admin.links, by: admin.caller)
  return Success()
}

private func listGuests(of admin: BaseAdmin, _ page: Page, _ app: App) async throws -> NamedList<InviteLinkGuest> {
  let (guests, count) = try await InviteLinkGuests(app).list(of: admin.base, page)
  return NamedList("guest_list", guests, count: ("count", count))
}

private func removeGuest(by admin: BaseAdmin, _ guest: NamedPerson, _ app: App) async throws -> Success {
  try await InviteLinkGuests(app).remove(guest.named, from: admin.base, by: admin.caller)
  return Success()
}

private func acceptLink(by caller: SignedIn, _ link: InviteLinkAcceptance, _ app: App) async throws -> AcceptedBase {
  AcceptedBase(base: try await InviteLinkGuests(app).accept(link.token, password: link.password, by: caller))
}
