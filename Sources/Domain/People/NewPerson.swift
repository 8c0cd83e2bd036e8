internal import Access
package import Crypto
internal import Postgres

/// A person for whom an account is made.
package struct NewPerson: Sendable {
  package var email: EmailAddress
  package var name: String
  package let password: PasswordHash
  /// The password, if it was generated because none was given.
  package let generated: Secret?
  package var hasWorkspace = false
  package var isTeamAdmin = false
  package var isSystemAdmin = false
  package var isActive = true
  package var loginID: String?
  package var idInTeam = ""
  package var unit = ""
  package var role = "default"

  package init(email: EmailAddress, name: String, password: PasswordHash, generated: Secret?) {
    (self.email, self.name, self.password, self.generated) = (email, name, password, generated)
  }
}

extension Transaction {
  /// Makes an account, in a team or in none.
  func add(_ new: NewPerson, to team: ID<Team>?) async throws -> Person {
    try await run(
      """
      with made as (
        insert into account (team_id, email, name, password_hash, is_team_admin, is_system_admin, is_active, login_id,
                             id_in_org, unit, role)
        values (\(team), \(new.email.text), \(new.name), \(new.password), \(new.isTeamAdmin),
                \(new.isSystemAdmin), \(new.isActive), \(new.loginID), \(new.idInTeam), \(new.unit), \(new.role))
        returning id, team_id
      )
      insert into workspace (account_id, team_id) select id, team_id from made where \(new.hasWorkspace)
      """)
    let made: Person? = try await row(
      Person.select("select * from account where lower(email) = lower(\(new.email.text))"))
    guard var made else { throw Refusal.notFound(.user(new.email.text)) }
    made.newPassword = new.generated
    return made
  }
}
