internal import Crypto
public import HTTP
internal import Postgres

/// Somebody who may read the base that the path names by its UUID, with whichever credential: an account token, an API
/// token or a base token.
public struct FileReader: Principal {
  /// `file-reader`
  public static let name = "file-reader"

  /// The base.
  public let base: ID<Base>
  /// The base's workspace.
  public let workspace: ID<Workspace>
  /// Who it is.
  public let subject: Subject
  /// Their calls count for the base, too.
  public var calledBase: ID<Base>? { base }

  /// Proves one of the credentials.
  public static func authorise(
    _ path: BaseUUIDSegment, _ request: Request, _ app: App
  ) async throws -> FileReader {
    let credential = try Credential(request)
    let isAccountToken = try await isAccountToken(credential, app)
    if isAccountToken {
      let user = try await BaseUser.authorise(.second(path), request, app)
      return FileReader(base: user.base, workspace: user.workspace, subject: user.subject)
    }
    do {
      return try await reader(path, request, app)
    } catch {
      let known = error as? KnownRefusal
      guard [.badAPIToken, .badBaseToken].contains(known?.refusal ?? error as? Refusal) else { throw error }
      throw (known?.asker ?? Asker()).refused(.badAccountToken)
    }
  }

  /// Looks first, because a program's refusal may be noted.
  private static func isAccountToken(_ credential: Credential, _ app: App) async throws -> Bool {
    guard let hash = try? credential.accountToken() else { return false }
    let found: ID<Account>? = try await app.db.lookup(
      "select account_id as id from account_token where hash = \(hash.bytes)")
    return found != nil
  }

  private static func reader(_ path: BaseUUIDSegment, _ request: Request, _ app: App) async throws -> FileReader {
    let isSecret = Secret(token: try Credential(request).text) != nil
    if !isSecret, let bearer = try await baseToken(path, request, app) { return bearer }
    let bearer = try await APITokenBearer.authorise(NoPath(Segments([:])), request, app)
    guard bearer.uuid == path.uuid else { throw bearer.source.refused(.badAPIToken) }
    return FileReader(base: bearer.base, workspace: bearer.workspace, subject: bearer.subject)
  }

  /// Nil for what is no base token for the base, but may be a temporary API token.
  private static func baseToken(_ path: BaseUUIDSegment, _ request: Request, _ app: App) async throws -> FileReader? {
    do {
      let bearer = try await BaseTokenBearer.authorise(path, request, app)
      return FileReader(base: bearer.base, workspace: bearer.workspace, subject: bearer.subject)
    } catch {
      guard error as? Refusal == .badBaseToken else { throw error }
      return nil
    }
  }
}
