internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

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

private struct NewLink: HashedInput {
  let base: LinkedBase
  let permission: Permission
  let terms: LinkTerms

  init(_: NoPath, _ parts: Parts, _ hashing: Hashing) async throws {
    let fields = try parts.body()
    base = try LinkedBase(fields)
    permission = try fields.choice("permission")
    terms = try await LinkTerms(fields, hashing)
  }
}

/// All that opens a link.
private struct WholeLink: PathVariable {
  static let variable = "invite_link_token"
  let token: String
  init(_ segment: String) { token = segment }
}

private struct Acceptance: NamedInput {
  let token: String
  let password: String?

  init(_ link: WholeLink, _ parts: Parts) throws {
    (token, password) = (link.token, try parts.body().optionalText("password", 0...1024))
  }
}

private struct AcceptedBase: Output, JSONEncodable {
  let base: SharedBase
  func write(to json: inout JSONWriter) { json.object { $0.add("dtable", base) } }
}

// MARK: Operations

private func listLinks(of admin: BaseAdmin, _ base: Long<LinkedBase>, _ app: App) async throws -> NamedList<InviteLink>
{
  let links = try await app.links(
    "select * from base_link where kind = 'invite' and base_id = \(admin.base) order by id \(base.page.limit)")
  return NamedList("invite_link_list", links.map(InviteLink.init))
}

private func makeLink(by admin: BaseAdmin, _ new: NewLink, _ app: App) async throws -> InviteLink {
  InviteLink(
    link: try await app.makeLink(
      .invite, to: admin.base, named: admin.baseName, new.permission, new.terms, by: admin.caller))
}

private func deleteLink(by admin: LinkAdmin, _ link: NamedLink, _ app: App) async throws -> Success {
  try await app.deleteLink(.invite, link, within: admin.links, by: admin.caller)
  return Success()
}

/// Those who may come in now: not by a link that has expired, nor from outside where the team lets nobody in.
private func listGuests(of admin: BaseAdmin, _ page: Page, _ app: App) async throws -> NamedList<InviteLinkGuest> {
  let own: SQL = "link.base_id = \(admin.base) and \(InviteLinkGuest.isWelcome)"
  let count = try await app.db.count(
    "select count(*) from invite_link_guest as guest join base_link as link on link.id = guest.link_id where \(own)")
  return NamedList("guest_list", try await app.guests(own, page.limit), count: ("count", count))
}

private func removeGuest(by admin: BaseAdmin, _ guest: NamedPerson, _ app: App) async throws -> Success {
  try await app.removeGuest(guest.named, of: admin.base, by: admin.caller)
  return Success()
}

/// Whoever accepts a link may open the base as long as the link lives; what it allows then, too. Who was taken out of the
/// base does not come back by a link that was there then.
private func acceptLink(by caller: SignedIn, _ acceptance: Acceptance, _ app: App) async throws -> AcceptedBase {
  let opened = try await OpenedLink.open(.invite, acceptance.token, password: acceptance.password, app)
  guard opened.team == caller.team || opened.isForOtherTeams else {
    throw DomainError.forbidden("The team of this base does not admit people from other teams.")
  }
  try await app.change(by: caller) {
    try await $0.run(
      """
      insert into invite_link_guest (link_id, account_id) values (\(opened.link), \(caller.account))
      on conflict (link_id, account_id) do nothing
      """)
  }
  guard let base = try await app.basesShared(with: caller.account, only: opened.base, page: "limit 1").first else {
    throw Refusal.notFound(.link)
  }
  return AcceptedBase(base: base)
}
