package import Access
package import Ground
package import Postgres

/// The invitations of people without a team into teams.
package struct TeamInvitations: Sendable {
  private let app: App

  /// Works on the app's database.
  package init(_ app: App) { self.app = app }

  /// A page of the open invitations within reach, and how many there are.
  package func list(
    _ reach: Reach, _ page: Page
  ) async throws(PostgresError) -> (invitations: [TeamInvitationRecord], count: Int64) {
    let open: SQL = "\(reach.invitations) and \(TeamInvitationRecord.isOpen)"
    let count = try await app.db.count("select count(*) from team_invitation where \(open)")
    return (try await list(where: open, page), count)
  }

  /// A page of the open invitations of the caller.
  package func list(to caller: SignedIn, _ page: Page) async throws(PostgresError) -> [TeamInvitationRecord] {
    try await list(where: "account_id = \(caller.account) and \(TeamInvitationRecord.isOpen)", page)
  }

  private func list(where condition: SQL, _ page: Page) async throws(PostgresError) -> [TeamInvitationRecord] {
    try await app.db.rows(
      TeamInvitationRecord.select("select * from team_invitation where \(condition) order by id \(page.limit)"))
  }

  /// Invites a person without a team by the address that an administrator set. A repeated invitation is open for
  /// another 30 days.
  package func invite(
    _ email: EmailAddress, into team: ID<Team>, by caller: SignedIn
  ) async throws -> TeamInvitationRecord {
    let made: TeamInvitationRecord? = try await app.change(by: caller) {
      try await $0.row(
        """
        with made as (
          insert into team_invitation (team_id, account_id, created_by)
          select \(team), id, \(caller.account)
          from live_account as person
          where lower(email) = lower(\(email.text)) and team_id is null
            and exists (select from account where account.id = person.id and email_given_by <> 'self')
          on conflict (team_id, account_id) do update
          set created_by = excluded.created_by, expires_at = excluded.expires_at
          returning *
        )
        \(TeamInvitationRecord.select("select * from made"))
        """)
    }
    guard let made else { throw Refusal.notFound(.user(email.text)) }
    return made
  }

  /// Ends an invitation within the scope, by its ID as a path has it.
  package func end(_ named: String, within scope: Scope<TeamInvitation>, by caller: SignedIn) async throws {
    let count = try await app.change(by: caller) {
      try await $0.run(
        "delete from team_invitation where id = \(ID<TeamInvitation>(text: named)) and \(scope)")
    }
    guard count == 1 else { throw Refusal.notFound(.invitation(named)) }
  }

  /// Puts the invited person into the team.
  package func accept(by invitee: TeamInvitee, named: String) async throws {
    let caller = invitee.caller
    try await app.change(by: caller, endsOwnAccess: true, statementTime: .seconds(120)) {
      let team: ID<Team>? = try await $0.row(
        """
        select team_id as id from team_invitation
        where id = \(invitee.invitation) and account_id = \(caller.account) and expires_at > now()
        for update
        """)
      guard let team else { throw Refusal.notFound(.invitation(named)) }
      guard try await $0.put(caller.account, into: team) else {
        throw DomainError.refused("You are already in a team.")
      }
    }
  }
}

/// An invitation into a team.
package struct TeamInvitationRecord: RowDecodable, Sendable {
  package let id: ID<TeamInvitation>
  package let team: ID<Team>
  package let teamName: String
  package let user: UserID
  package let name: String
  package let email: String
  package let inviter: UserID
  package let inviterName: String
  package let created: Timestamp
  package let end: Timestamp

  /// A condition on `team_invitation`, true for those that can be accepted.
  static let isOpen: SQL = """
    expires_at > now() and exists (select from live_account where live_account.id = team_invitation.account_id)
    """

  /// Selects the invitations of the rows that a statement on `team_invitation` selects.
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

  package init(_ row: Row) throws(PostgresError) {
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
}
