internal import Access
package import Domain
package import Ground
internal import HTTP

// swift-format-ignore
let teamInvitationRoutes = Table(.teamInvitations, [
  Route(.get,    "/api/v2.1/org/{org_id}/admin/invitations/",                 "teamListInvitations",  as: TeamAdmin.self, listInvitations, from: .standby),
  Route(.post,   "/api/v2.1/org/{org_id}/admin/invitations/",                 "teamInviteUser",       as: TeamAdmin.self, invite),
  Route(.delete, "/api/v2.1/org/{org_id}/admin/invitations/{invitation_id}/", "teamDeleteInvitation", as: TeamAdmin.self, withdraw),
])

// swift-format-ignore
let invitationRoutes = Table(.invitations, [
  Route(.get,    "/api/v2.1/user/team-invitations/",                        "listTeamInvitations",   as: SignedIn.self, listOwnInvitations),
  Route(.post,   "/api/v2.1/user/team-invitations/{invitation_id}/accept/", "acceptTeamInvitation",  as: TeamInvitee.self, of: \.named, accept),
  Route(.delete, "/api/v2.1/user/team-invitations/{invitation_id}/",        "declineTeamInvitation", as: TeamInvitee.self, of: \.named, decline),
])

// MARK: Wire

private struct Invitee: Input {
  let email: EmailAddress
  init(_ parts: Parts) throws { email = try parsed("email", EmailAddress(try parts.body().text("email", 1...254))) }
}

private struct NamedInvitation: PathInput {
  static let variable = "invitation_id"
  let named: String
  init(_ segment: String) { named = segment }
}

/// An invitation as the invited person sees it.
extension TeamInvitationRecord: JSONEncodable {
  package func write(to json: inout JSONWriter) { write(to: &json, showsPerson: true) }

  fileprivate func write(to json: inout JSONWriter, showsPerson: Bool) {
    json.object {
      $0.add("id", id)
      $0.add("org_id", team)
      $0.add("org_name", teamName)
      $0.add("email", showsPerson ? user.wire : "")
      $0.add("name", showsPerson ? name : "")
      $0.add("contact_email", email)
      $0.add("inviter", inviter)
      $0.add("inviter_name", inviterName)
      $0.add("ctime", created)
      $0.add("expire_date", end)
    }
  }
}

/// An invitation as the team sees it: until it is accepted, only the address is shown.
private struct InvitationOfTeam: Output, JSONEncodable {
  let invitation: TeamInvitationRecord
  func write(to json: inout JSONWriter) { invitation.write(to: &json, showsPerson: false) }
}

// MARK: Operations

private func listInvitations(
  of admin: TeamAdmin, _ page: Page, _ app: App
) async throws -> NamedList<InvitationOfTeam> {
  let (invitations, count) = try await TeamInvitations(app).list(admin.reach, page)
  return NamedList("invitation_list", invitations.map(InvitationOfTeam.init), count: ("count", count))
}

private func invite(by admin: TeamAdmin, _ invitee: Invitee, _ app: App) async throws -> InvitationOfTeam {
  InvitationOfTeam(
    invitation: try await TeamInvitations(app).invite(invitee.email, into: admin.team, by: admin.caller))
}

private func withdraw(by admin: TeamAdmin, _ invitation: NamedInvitation, _ app: App) async throws -> Success {
  try await TeamInvitations(app).end(invitation.named, within: admin.reach.invitations, by: admin.caller)
  return Success()
}

private func listOwnInvitations(
  of caller: SignedIn, _ page: Page, _ app: App
) async throws -> NamedList<TeamInvitationRecord> {
  NamedList("invitation_list", try await TeamInvitations(app).list(to: caller, page))
}

private func accept(by invitee: TeamInvitee, _ invitation: NamedInvitation, _ app: App) async throws -> Success {
  try await TeamInvitations(app).accept(by: invitee, named: invitation.named)
  return Success()
}

private func decline(by invitee: TeamInvitee, _ invitation: NamedInvitation, _ app: App) async throws -> Success {
  try await TeamInvitations(app).end(invitation.named, within: invitee.invitations, by: invitee.caller)
  return Success()
}
