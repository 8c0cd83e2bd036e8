internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

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
  var id: ID<Invitation>? { ID(text: named) }
  init(_ segment: String) { named = segment }
}

/// What lets somebody without a team come into one.
private struct Invitation: RowDecodable, Output, JSONEncodable {
  let id: ID<Invitation>
  let team: ID<Team>
  let teamName: String
  let user: UserID
  let name: String
  let email: String
  let inviter: UserID
  let inviterName: String
  let created: Timestamp
  let end: Timestamp

  /// Whether it shows the person: not to the team, which knows no more than the address before it is accepted.
  private var showsPerson = true

  var withoutPerson: Invitation {
    var invitation = self
    invitation.showsPerson = false
    return invitation
  }

  /// Holds for the rows of `team_invitation` that can be accepted.
  static let isOpen: SQL = """
    expires_at > now() and exists (select from live_account where live_account.id = team_invitation.account_id)
    """

  /// Gives the invitations of a statement that selects rows of `team_invitation`.
  static func select(_ rows: SQL) -> SQL {
    """
    select invitation.id, invitation.team_id, team.name as team_name, account.uid, account.name, account.email,
           inviter.uid as inviter_uid, inviter.name as inviter_name, invitation.created_at, invitation.expires_at
    from (\(rows)) as invitation
    join team on team.id = invitation.team_id
    join account on account.id = invitation.account_id and account.deleted_at is null
    join account as inviter on inviter.id = invitation.created_by
    order by invitation.id
    """
  }

  init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    team = try row["team_id"]
    teamName = try row["team_name"]
    user = try row["uid"]
    name = try row["name"]
    email = try row["email"]
    inviter = try row["inviter_uid"]
    inviterName = try row["inviter_name"]
    created = try row["created_at"]
    end = try row["expires_at"]
  }

  func write(to json: inout JSONWriter) {
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

// MARK: Operations

private func listInvitations(of admin: TeamAdmin, _ page: Page, _ app: App) async throws -> NamedList<Invitation> {
  let open: SQL = "team_id = \(admin.team) and \(Invitation.isOpen)"
  let count = try await app.db.count("select count(*) from team_invitation where \(open)")
  let invitations: [Invitation] = try await app.db.rows(
    Invitation.select("select * from team_invitation where \(open) order by id \(page.limit)"))
  return NamedList("invitation_list", invitations.map(\.withoutPerson), count: ("count", count))
}

/// Invites a person without a team, by the address that an administrator gave them; again, for another thirty days.
private func invite(by admin: TeamAdmin, _ invitee: Invitee, _ app: App) async throws -> Invitation {
  let made: Invitation? = try await app.change(by: admin.caller) {
    try await $0.row(
      """
      with made as (
        insert into team_invitation (team_id, account_id, created_by)
        select \(admin.team), id, \(admin.caller.account)
        from live_account as person
        where lower(email) = lower(\(invitee.email.text)) and team_id is null
          and exists (select from account where account.id = person.id and email_given_by <> 'self')
        on conflict (team_id, account_id) do update
        set created_by = excluded.created_by, expires_at = excluded.expires_at
        returning *
      )
      \(Invitation.select("select * from made"))
      """)
  }
  guard let made else { throw Refusal.notFound(.user(invitee.email.text)) }
  return made.withoutPerson
}

private func withdraw(by admin: TeamAdmin, _ invitation: NamedInvitation, _ app: App) async throws -> Success {
  try await app.end(invitation, within: admin.reach.invitations, by: admin.caller)
  return Success()
}

private func listOwnInvitations(
  of caller: SignedIn, _ page: Page, _ app: App
) async throws -> NamedList<Invitation> {
  NamedList(
    "invitation_list",
    try await app.db.rows(
      Invitation.select(
        """
        select * from team_invitation where account_id = \(caller.account) and \(Invitation.isOpen)
        order by id \(page.limit)
        """)))
}

/// Puts the caller into the team.
private func accept(by invitee: TeamInvitee, _ invitation: NamedInvitation, _ app: App) async throws -> Success {
  let caller = invitee.caller
  try await app.change(by: caller, endsOwnAccess: true, statementTime: .seconds(120)) {
    let team: ID<Team>? = try await $0.row(
      """
      select team_id as id from team_invitation
      where id = \(invitee.invitation) and account_id = \(caller.account) and expires_at > now()
      for update
      """)
    guard let team else { throw Refusal.notFound(.invitation(invitation.named)) }
    guard try await $0.put(caller.account, into: team) else { throw DomainError.refused("You are already in a team.") }
  }
  return Success()
}

private func decline(by invitee: TeamInvitee, _ invitation: NamedInvitation, _ app: App) async throws -> Success {
  try await app.end(invitation, within: invitee.invitations, by: invitee.caller)
  return Success()
}

extension App {
  fileprivate func end(_ invitation: NamedInvitation, within scope: Scope<TeamInvitation>, by caller: SignedIn)
    async throws
  {
    let count = try await change(by: caller) {
      try await $0.run("delete from team_invitation where id = \(invitation.id) and \(scope)")
    }
    guard count == 1 else { throw Refusal.notFound(.invitation(invitation.named)) }
  }
}
