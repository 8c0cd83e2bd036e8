internal import Access
internal import Crypto
package import Domain
package import Ground
internal import HTTP

// swift-format-ignore
let accountTokenRoutes = Table(.accountTokens, [
  Route(.get,    "/api/v2.1/user/account-tokens/",            "listAccountTokens",   as: SignedIn.self, listTokens),
  Route(.post,   "/api/v2.1/user/account-tokens/",            "createAccountToken",  as: SignedIn.self, makeToken),
  Route(.delete, "/api/v2.1/user/account-tokens/",            "deleteAccountTokens", as: SignedIn.self, endOthers),
  Route(.delete, "/api/v2.1/user/account-tokens/{token_id}/", "deleteAccountToken",  as: TokenOwner.self, of: \.named, endToken),
  Route(.put,    "/api/v2.1/user/password/",                  "updatePassword",      as: ChoosingPassword.self, changePassword),
])

// MARK: Wire

extension AccountTokenTerms {
  init(_ fields: Fields) throws {
    self.init(
      name: try fields.optionalName("name") ?? "", days: try fields.optionalInteger("expire_days", 1...36_500))
  }
}

/// A new account token, and the password again, if its life is not to depend on the token that is shown.
private struct NewAccountToken: Input {
  let terms: AccountTokenTerms
  let proof: PasswordProof?

  init(_ parts: Parts) throws {
    terms = try AccountTokenTerms(parts.body())
    proof = try PasswordProof(ifGivenIn: parts)
  }
}

private struct NumberedToken: PathInput {
  static let variable = "token_id"
  let named: String
  init(_ segment: String) { named = segment }
}

/// A token that is to end, and the password again, for any other than the one that is shown.
private struct EndedToken: NamedInput {
  let named: String
  let proof: PasswordProof?

  init(_ token: NumberedToken, _ parts: Parts) throws {
    (named, proof) = (token.named, try PasswordProof(ifGivenIn: parts))
  }
}

/// The old password and a code of the second factor, as for everything that is dear, and the new password.
private struct PasswordChange: Input {
  let proof: PasswordProof
  let new: String

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    proof = PasswordProof(password: try fields.text("old_password", 1...1024), code: parts.oneTimePassword)
    new = try fields.text("new_password", 1...1024)
  }
}

/// The token in place of the one that was shown, for the only time.
private struct ChangedPassword: Output, JSONEncodable {
  let secret: Secret

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("success", true)
      $0.add("token", secret.clear)
    }
  }
}

extension AccountTokenRecord: Output, JSONEncodable {
  var revealed: [Revealed] { secret.map { [.secret($0)] } ?? [] }

  package func write(to json: inout JSONWriter) {
    json.object {
      $0.add("id", id)
      $0.add("name", name)
      $0.add("created_at", created)
      $0.add("expires_at", expires)
      $0.add("last_access", lastUsed)
      $0.add("last_address", lastAddress)
      $0.add("last_client", lastClient)
      $0.add("is_current", isCurrent)
      if let secret { $0.add("token", secret.clear) }
    }
  }
}

// MARK: Operations

private func listTokens(
  of caller: SignedIn, _ page: LongPage, _ app: App
) async throws -> NamedList<AccountTokenRecord> {
  NamedList("account_tokens", try await AccountTokens(app, of: caller).list(page.page))
}

private func makeToken(
  by caller: SignedIn, _ new: NewAccountToken, _ app: App
) async throws -> Created<AccountTokenRecord> {
  let confirmed: ConfirmedPassword? =
    if let proof = new.proof { try await OwnPassword(app, of: caller).confirm(proof) } else { nil }
  return Created(try await AccountTokens(app, of: caller).make(new.terms, confirmed))
}

private func endOthers(by caller: SignedIn, _ proof: PasswordProof, _ app: App) async throws -> Success {
  try await AccountTokens(app, of: caller).endOthers(proof)
  return Success()
}

private func endToken(by owner: TokenOwner, _ ended: EndedToken, _ app: App) async throws -> Success {
  try await AccountTokens(app, of: owner.caller).end(owner.token, named: ended.named, ended.proof)
  return Success()
}

private func changePassword(
  of choosing: ChoosingPassword, _ change: PasswordChange, _ app: App
) async throws -> ChangedPassword {
  let password = OwnPassword(app, of: choosing.caller)
  return ChangedPassword(
    secret: try await password.change(change.proof, to: change.new, named: "new_password"))
}
