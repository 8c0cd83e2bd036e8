internal import Access
package import Domain
package import Ground
internal import HTTP

// swift-format-ignore
let accountRoutes = Table(.account, [
  Route(.get, "/api2/account/info/",           "getAccountInfo",     as: SignedIn.self, showAccount),
  Route(.get, "/api/v2.1/user/",               "getUserInfo",        as: SignedIn.self, showAccount),
  Route(.put, "/api/v2.1/user/",               "updateUserInfo",     as: SignedIn.self, changeName),
  Route(.put, "/api/v2.1/user/contact-email/", "updateEmailAddress", as: SignedIn.self, changeAddress),
])

// MARK: Wire

private struct NewName: Input {
  let name: DisplayName
  init(_ parts: Parts) throws { name = try parts.body().name("name") }
}

private struct NewAddress: Input {
  let email: EmailAddress
  let proof: PasswordProof?

  init(_ parts: Parts) throws {
    proof = try PasswordProof(ifGivenIn: parts)
    email = try parsed("new_contact_email", EmailAddress(try parts.body().text("new_contact_email", 1...254)))
  }
}

private struct Message: Output, JSONEncodable {
  let text: String
  func write(to json: inout JSONWriter) { json.object { $0.add("msg", text) } }
}

/// Basekeeper stores no files, and limits the rows of a base, but not those of a person.
extension OwnAccountRecord: Output, JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      if let team {
        $0.add("org_id", team)
        $0.add("is_org_staff", isTeamAdmin ? 1 : 0)
      } else {
        $0.add("is_cloud_personal_account", true)
      }
      $0.add("email", user)
      $0.add("name", name)
      $0.add("login_id", loginID ?? "")
      $0.add("contact_email", email)
      $0.add("institution", "")
      $0.addAvatar()
      $0.add("is_staff", isSystemAdmin)
      $0.add("space_usage", "0%")
      $0.add("total", -1)
      $0.add("usage", 0)
      $0.add("row_usage_rate", "0%")
      $0.add("row_total", -1)
      $0.add("row_usage", rows)
      $0.add("api_calls_limit", -1)
      $0.add("api_calls_usage_rate", "0%")
      $0.add("enable_chargebee", false)
      $0.add("enable_subscription", false)
      $0.add("dtable_updates_email_interval", 0)
      $0.add("dtable_collaborate_email_interval", 0)
    }
  }
}

// MARK: Operations

private func showAccount(of caller: SignedIn, _: NoInput, _ app: App) async throws -> OwnAccountRecord {
  try await OwnAccount(app, of: caller).show()
}

private func changeName(of caller: SignedIn, _ new: NewName, _ app: App) async throws -> OwnAccountRecord {
  let account = OwnAccount(app, of: caller)
  try await account.rename(to: new.name)
  return try await account.show()
}

private func changeAddress(of caller: SignedIn, _ new: NewAddress, _ app: App) async throws -> Message {
  try await OwnAccount(app, of: caller).changeAddress(to: new.email, new.proof)
  return Message(text: "The address was changed to \(new.email.text).")
}
