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

extension AccountTokenTerms: Input {
  init(_ parts: Parts) throws { self = try AccountTokenTerms(parts.body()) }

  init(_ fields: Fields) throws {
    self.init(
      name: try fields.optionalName("name") ?? "", days: try fields.optionalInteger("expire_days", 1...36_500))
  }
}

private struct NumberedToken: PathInput {
  static let variable = "token_id"
  let named: String
  init(_ segment: String) { named = segment }
}

private struct PasswordChange: Input {
  let old: String
  let new: String

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    old = try fields.text("old_password", 1...1024)
    new = try fields.text("new_password", 1...1024)
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
  by caller: SignedIn, _ terms: AccountTokenTerms, _ app: App
) async throws -> Created<AccountTokenRecord> {
  Created(try await AccountTokens(app, of: caller).make(terms))
}

private func endOthers(by caller: SignedIn, _: NoInput, _ app: App) async throws -> Success {
  try await AccountTokens(app, of: caller).endOthers()
  return Success()
}

private func endToken(by owner: TokenOwner, _ token: NumberedToken, _ app: App) async throws -> Success {
  try await AccountTokens(app, of: owner.caller).end(owner.token, named: token.named)
  return Success()
}

private func changePassword(of choosing: ChoosingPassword, _ change: PasswordChange, _ app: App) async throws -> Success
{
  try await OwnPassword(app, of: choosing.caller).change(from: change.old, to: change.new, named: "new_password")
  return Success()
}
