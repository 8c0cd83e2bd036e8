internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let teamShareRoutes = Table(.teamShares, [
  Route(.get,    "/api/v2.1/org/{org_id}/admin/shares/",                                    "teamListShares",       as: TeamAdmin.self, listShares, from: .standby),
  Route(.get,    "/api/v2.1/org/{org_id}/admin/users/{user_id}/shared-dtables/",             "teamListBasesSharedToUser", as: TeamAdmin.self, listSharedBases, from: .standby),
  Route(.get,    "/api/v2.1/org/{org_id}/admin/dtables/{base_uuid}/shares/",                "teamListBaseSharings", as: TeamAdmin.self, listBaseShares, from: .standby),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/dtables/{base_uuid}/shares/{user_id}/",      "teamDeleteUserShare",  as: TeamAdmin.self, endUserShare),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/dtables/{base_uuid}/group-shares/{group_id}/", "teamDeleteGroupShare", as: TeamAdmin.self, endGroupShare),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/dtables/{base_uuid}/invite-link-guests/{user_id}/", "teamDeleteInviteLinkGuest", as: TeamAdmin.self, removeGuest),
])

// MARK: Wire

private struct ShareWithUser: NamedInput {
  let base: NamedBaseUUID
  let user: String

  init(_ path: Both<NamedBaseUUID, NamedPerson>, _: Parts) {
    (base, user) = (path.first, path.second.named)
  }
}

private struct ShareWithGroup: NamedInput {
  let base: NamedBaseUUID
  let group: NamedGroup
  init(_ path: Both<NamedBaseUUID, NamedGroup>, _: Parts) { (base, group) = (path.first, path.second) }
}

/// Views are not kept, so none is shared.
private struct Shares: Overview, JSONEncodable {
  let withUsers: [UserShare]
  let withGroups: [GroupShare]

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("dtable_user_shares", withUsers)
      $0.add("dtable_group_shares", withGroups)
      $0.add("view_user_shares", [String]())
      $0.add("view_group_shares", [String]())
    }
  }
}

/// Everybody outside the workspace who may come in: people, groups, and who has accepted an invite link.
private struct BaseShares: Overview, JSONEncodable {
  let withUsers: [UserShare]
  let withGroups: [GroupShare]
  let guests: [InviteLinkGuest]

  func write(to json: inout JSONWriter) {
    json.object { $0.add("share_list", entries) }
  }

  private var entries: [Entry] {
    withUsers.map(Entry.user) + withGroups.map(Entry.group) + guests.map(Entry.guest)
  }

  private enum Entry: JSONEncodable {
    case user(UserShare)
    case group(GroupShare)
    case guest(InviteLinkGuest)

    func write(to json: inout JSONWriter) {
      json.object {
        switch self {
        case .user(let share):
          $0.add("type", "user")
          share.write(to: &$0)
        case .group(let share):
          $0.add("type", "group")
          share.write(to: &$0)
        case .guest(let guest):
          $0.add("type", "invite_link")
          guest.write(to: &$0)
        }
      }
    }
  }
}

// MARK: Operations

private func listSharedBases(
  of admin: TeamAdmin, _ user: PageOfPerson, _ app: App
) async throws -> NamedList<SharedBase> {
  try await app.sharedBases(of: user, admin.reach)
}

private func listShares(of admin: TeamAdmin, _ page: LongPage, _ app: App) async throws -> Shares {
  Shares(
    withUsers: try await app.userShares("share.team_id = \(admin.team)", page.limit),
    withGroups: try await app.groupShares("share.team_id = \(admin.team)", page.limit))
}

private func listBaseShares(of admin: TeamAdmin, _ base: Long<NamedBaseUUID>, _ app: App) async throws -> BaseShares {
  let (id, limit) = (try await app.base(base.of, admin.reach), base.page.limit)
  return BaseShares(
    withUsers: try await app.userShares("share.base_id = \(id)", limit),
    withGroups: try await app.groupShares("share.base_id = \(id)", limit),
    guests: try await app.guests("link.base_id = \(id) and \(InviteLinkGuest.isWelcome)", limit))
}

private func endUserShare(by admin: TeamAdmin, _ share: ShareWithUser, _ app: App) async throws -> Success {
  try await app.endShare(
    of: try await app.base(share.base, admin.reach), withUser: share.user, by: admin.caller)
  return Success()
}

private func endGroupShare(by admin: TeamAdmin, _ share: ShareWithGroup, _ app: App) async throws -> Success {
  try await app.endShare(
    of: try await app.base(share.base, admin.reach), with: share.group, by: admin.caller)
  return Success()
}

private func removeGuest(by admin: TeamAdmin, _ guest: ShareWithUser, _ app: App) async throws -> Success {
  try await app.removeGuest(guest.user, of: try await app.base(guest.base, admin.reach), by: admin.caller)
  return Success()
}
