internal import Access
internal import Domain
internal import Ground
internal import HTTP

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

private struct UserOfBase: NamedInput {
  let base: NamedBaseUUID
  let user: String

  init(_ path: Both<NamedBaseUUID, NamedPerson>, _: Parts) {
    (base, user) = (path.first, path.second.named)
  }
}

private struct GroupOfBase: NamedInput {
  let base: NamedBaseUUID
  let group: NamedGroup
  init(_ path: Both<NamedBaseUUID, NamedGroup>, _: Parts) { (base, group) = (path.first, path.second) }
}

/// Basekeeper has no views, so no view is shared.
private struct TeamShareList: Overview, JSONEncodable {
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

/// Everyone outside the workspace who has access: people, groups, and guests with an accepted invite link.
private struct BaseShareList: Overview, JSONEncodable {
  let withUsers: [UserShare]
  let withGroups: [GroupShare]
  let guests: [InviteLinkGuest]

  func write(to json: inout JSONWriter) {
    json.object { $0.add("share_list", entries) }
  }

  private var entries: [BaseShareEntry] {
    withUsers.map(BaseShareEntry.user) + withGroups.map(BaseShareEntry.group) + guests.map(BaseShareEntry.guest)
  }

  private enum BaseShareEntry: JSONEncodable {
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

private func listShares(of admin: TeamAdmin, _ page: LongPage, _ app: App) async throws -> TeamShareList {
  TeamShareList(
    withUsers: try await UserShares(app).list(admin.reach, page.page),
    withGroups: try await GroupShares(app).list(admin.reach, page.page))
}

private func listBaseShares(
  of admin: TeamAdmin, _ base: Long<NamedBaseUUID>, _ app: App
) async throws -> BaseShareList {
  let found = try await AdministeredBases(app, admin.reach).find(base.of.named)
  return BaseShareList(
    withUsers: try await UserShares(app).list(of: found, base.page),
    withGroups: try await GroupShares(app).list(of: found, base.page),
    guests: try await InviteLinkGuests(app).listUncounted(of: found, base.page))
}

private func endUserShare(by admin: TeamAdmin, _ share: UserOfBase, _ app: App) async throws -> Success {
  let base = try await AdministeredBases(app, admin.reach).find(share.base.named)
  try await UserShares(app).end(base, with: share.user, by: admin.caller)
  return Success()
}

private func endGroupShare(by admin: TeamAdmin, _ share: GroupOfBase, _ app: App) async throws -> Success {
  let base = try await AdministeredBases(app, admin.reach).find(share.base.named)
  try await GroupShares(app).end(base, with: share.group.named, by: admin.caller)
  return Success()
}

private func removeGuest(by admin: TeamAdmin, _ guest: UserOfBase, _ app: App) async throws -> Success {
  let base = try await AdministeredBases(app, admin.reach).find(guest.base.named)
  try await InviteLinkGuests(app).remove(guest.user, from: base, by: admin.caller)
  return Success()
}
