internal import Access
internal import Crypto
package import Domain
package import Ground
internal import HTTP

/// The person that a path names by `user_id`.
struct NamedPerson: PathInput {
  static let variable = "user_id"
  let named: String
  init(_ segment: String) { named = segment }
}

extension Person {
  /// The generated password, which is shown only once.
  var revealed: [Revealed] { newPassword == nil ? [] : [.password(of: user)] }

  /// Writes what every form of a person on the wire has. A quota that was never set is `-2`.
  func write(to object: inout JSONWriter.Members) {
    object.add("email", user)
    object.add("name", name)
    object.add("contact_email", email)
    object.add("workspace_id", workspace)
    object.add("quota_usage", 0)
    object.add("quota_total", quota ?? -2)
    if let newPassword { object.add("new_password", newPassword.clear) }
  }
}

extension PublicPerson: Output, JSONEncodable {
  package func write(to json: inout JSONWriter) { json.object(write) }

  func write(to object: inout JSONWriter.Members) {
    object.add("email", user)
    object.add("name", name)
    object.add("contact_email", email)
    object.addAvatar()
  }
}

extension NewPerson {
  /// Whoever is given no password gets one, which the answer tells. One that is given is none of the names: those of the
  /// person, the team's, and what more they are called.
  init(
    email: EmailAddress, name: String?, password given: String?, in team: ID<Team>? = nil, names: [String] = [],
    _ hashing: Hashing
  ) async throws {
    var generated: Secret?
    let password: PasswordHash
    if let given {
      let names = [email.text, email.localPart] + [name].compactMap(\.self) + names
      password = try await hashing.hash(new: given, names: names + hashing.names(of: team))
    } else {
      let secret = Secret.generatedPassword()
      (generated, password) = (secret, try await hashing.hash(secret.clear))
    }
    self.init(
      email: email, name: name ?? DisplayName(email.localPart)?.text ?? "unnamed", password: password,
      generated: generated)
  }

  /// From the fields that all operations share. `field` and `nameField` are the names of the address and the name in
  /// the operation.
  init(
    _ fields: Fields, email field: String = "email", name nameField: String = "name", in team: ID<Team>? = nil,
    names: [String] = [], _ hashing: Hashing
  ) async throws {
    let email = try parsed(field, EmailAddress(try fields.text(field, 1...254)))
    let name = try fields.optionalName(nameField)
    let password = try fields.optionalText("password", upTo: 1024)
    let hasWorkspace = try fields.optionalBoolean("with_workspace") ?? false
    try await self.init(email: email, name: name, password: password, in: team, names: names, hashing)
    self.hasWorkspace = hasWorkspace
  }
}

extension PersonChange {
  /// From the fields that all operations share. Quotas are in megabytes.
  init(_ fields: Fields) throws {
    self.init()
    if let text = try fields.optionalText("contact_email", upTo: 254) {
      email = try parsed("contact_email", EmailAddress(text))
    }
    name = try fields.optionalName("name")
    idInTeam = try fields.removableName("id_in_org")
    quota = try fields.patch("quota_total", -2...1_000_000_000_000).map { $0 * 1_000_000 }
  }
}
