internal import Access
internal import Crypto
internal import Domain
internal import HTTP
internal import Postgres

/// Somebody who gets an account.
struct NewPerson: Sendable {
  var email: EmailAddress
  var name: String
  let password: PasswordHash
  /// The password, where it was generated because none was given.
  let generated: Secret?
  var hasWorkspace = false
  var isTeamAdmin = false
  var isSystemAdmin = false
  var isActive = true
  var loginID: String?
  var idInTeam = ""
  var unit = ""
  var role = "default"

  /// Whoever is given no password gets one, which the answer tells.
  init(email: EmailAddress, name: String?, password given: String?, _ hashing: Hashing) async throws {
    let generated = given == nil ? Secret.generatedPassword() : nil
    let names = [email.text, email.localPart] + (name.map { [$0] } ?? [])
    let clear = try generated?.clear ?? NewPassword(given ?? "", names: names).clear
    (self.email, self.generated) = (email, generated)
    self.name = name ?? DisplayName(email.localPart)?.text ?? "unnamed"
    password = try await hashing.hash(clear)
  }

  /// From the fields that all operations share, the address under its name in that operation.
  init(
    _ fields: Fields, email field: String = "email", name nameField: String = "name", _ hashing: Hashing
  ) async throws {
    let email = try parsed(field, EmailAddress(try fields.text(field, 1...254)))
    let name = try fields.optionalName(nameField)
    let password = try fields.optionalText("password", upTo: 1024)
    let hasWorkspace = try fields.optionalBoolean("with_workspace") ?? false
    try await self.init(email: email, name: name, password: password, hashing)
    self.hasWorkspace = hasWorkspace
  }
}

extension App {
  /// Makes an account, in a team or in none.
  func add(_ new: NewPerson, to team: ID<Team>?, by caller: SignedIn) async throws -> Person {
    try await change(by: caller) { try await add(new, to: team, in: $0) }
  }

  /// The same as a part of something greater.
  func add(_ new: NewPerson, to team: ID<Team>?, in transaction: Transaction) async throws -> Person {
    try await transaction.run(
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
    let made: Person? = try await transaction.row(
      Person.select("select * from account where lower(email) = lower(\(new.email.text))"))
    guard var made else { throw Refusal.notFound(.user(new.email.text)) }
    made.newPassword = new.generated
    return made
  }
}
