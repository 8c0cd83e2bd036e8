internal import Crypto
public import HTTP
internal import Postgres

/// A back end that verifies base tokens. It can be a person who is signed in, for the bases of their team; a system
/// administrator, for all bases; or a program with an API token, for that token's base.
public struct TokenVerifier: Principal {
  /// `token-verifier`
  public static let name = "token-verifier"

  /// On whose behalf it asks.
  public let subject: Subject
  private let reach: Knowledge

  private enum Knowledge: Sendable {
    case everything
    case team(ID<Team>?, of: ID<Account>)
    case base(ID<Base>)
  }

  /// Whether it may learn about a token.
  public func mayKnow(_ bearer: BaseTokenBearer) -> Bool {
    switch reach {
    case .everything: true
    case .team(let team, let account):
      team == nil ? bearer.claims.accountID == account.value : bearer.team == team
    case .base(let base): bearer.base == base
    }
  }

  /// Proves an account token or an API token.
  public static func authorise(_ path: NoPath, _ request: Request, _ app: App) async throws -> TokenVerifier {
    let credential = try Credential(request)
    if let hash = try? credential.accountToken(), let person = try await person(with: hash, app) {
      return TokenVerifier(
        subject: .person(person.caller),
        reach: person.isSystemAdmin ? .everything : .team(person.caller.team, of: person.caller.account))
    }
    do {
      let program = try await APITokenBearer.authorise(path, request, app)
      return TokenVerifier(subject: program.subject, reach: .base(program.base))
    } catch {
      let known = error as? KnownRefusal
      guard (known?.refusal ?? error as? Refusal) == .badAPIToken else { throw error }
      throw (known?.asker ?? Asker()).refused(.badAccountToken)
    }
  }

  private static func person(with hash: SecretHash, _ app: App) async throws -> VerifyingPerson? {
    try await app.db.lookup(
      "select \(SignedIn.columns), account.is_system_admin from \(SignedIn.live(app)) where token.hash = \(hash.bytes)")
  }

  private struct VerifyingPerson: RowDecodable {
    let caller: SignedIn
    let isSystemAdmin: Bool

    init(_ row: Row) throws(PostgresError) {
      caller = try SignedIn(row)
      isSystemAdmin = try row["is_system_admin"]
    }
  }
}
