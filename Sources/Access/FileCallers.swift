internal import Crypto
public import HTTP
internal import Postgres

/// The bearer of an API token that allows writing, or of a temporary one of a person who may write in the base.
public struct APITokenWriter: Principal {
  /// `api-token-writer`
  public static let name = "api-token-writer"

  /// Who it is, and which base.
  public let bearer: APITokenBearer
  /// The program or the person.
  public var subject: Subject { bearer.subject }

  /// Proves an API token that may write.
  public static func authorise(_ path: NoPath, _ request: Request, _ app: App) async throws -> APITokenWriter {
    let bearer = try await APITokenBearer.authorise(path, request, app)
    guard bearer.permission == .readWrite else { throw bearer.source.refused(.notAllowed) }
    return APITokenWriter(bearer: bearer)
  }
}

/// Somebody with a link for uploads. It counts for minutes, and as long as what it was made with may write in the base.
public struct FileUploader: Principal {
  /// `upload-link`
  public static let name = "upload-link"
  /// False: the link proves the right.
  public static let isInAuthorization = false

  /// What the link is for.
  public let link: FileLinkUse
  /// Who has made it.
  public var subject: Subject { link.subject }
  /// Their uploads count for the base, too.
  public var calledBase: ID<Base>? { link.base }

  /// Proves a link for uploads.
  public static func authorise(_ path: FileLinkSegment, _: Request, _ app: App) async throws -> FileUploader {
    FileUploader(link: try await FileLinkUse.find(path, isUpload: true, app))
  }

  /// The same again: an upload takes a while.
  public func renewed(_ app: App) async throws -> FileUploader {
    FileUploader(link: try await FileLinkUse.find(link.path, isUpload: true, app))
  }
}

/// Somebody with a link for downloading one file. It counts for hours, and as long as what it was made with may read the
/// base.
public struct FileDownloader: Principal {
  /// `download-link`
  public static let name = "download-link"
  /// False: the link proves the right.
  public static let isInAuthorization = false
  /// People follow links wherever they find them. It changes nothing.
  public static let comesFromAnyPage = true

  /// What the link is for.
  public let link: FileLinkUse
  /// Who has made it.
  public var subject: Subject { link.subject }
  /// Their downloads count for the base, too.
  public var calledBase: ID<Base>? { link.base }

  /// Proves a link for downloads.
  public static func authorise(_ path: FileLinkSegment, _: Request, _ app: App) async throws -> FileDownloader {
    FileDownloader(link: try await FileLinkUse.find(path, isUpload: false, app))
  }
}

/// The secret of a link that a path names.
public struct FileLinkSegment: PathVariable {
  /// `file_link`
  public static let variable = "file_link"
  let secret: FileLinkSecret?
  /// Accepts any text.
  public init(_ segment: String) { secret = FileLinkSecret(segment) }
}

/// A link for uploads or downloads that counts, and what it is for.
public struct FileLinkUse: Sendable {
  /// The base.
  public let base: ID<Base>
  /// The base's UUID.
  public let uuid: BaseUUID
  /// The base's team, if it is in one.
  public let team: ID<Team>?
  /// The base's workspace.
  public let workspace: ID<Workspace>
  /// The folder of the file; of an upload, the custom folder, or nil: the usual ones.
  public let folder: String?
  /// The name of the file; nil for uploads.
  public let name: String?
  /// The person who has made the link; nil for a program.
  public let account: ID<Account>?
  /// Who has made the link.
  let subject: Subject
  let path: FileLinkSegment

  /// Asks the database once, so that nobody learns more of a link than that there is none.
  static func find(_ path: FileLinkSegment, isUpload: Bool, _ app: App) async throws -> FileLinkUse {
    guard let hash = path.secret?.hash else { throw Refusal.notFound(.link) }
    let least: Permission = isUpload ? .readWrite : .read
    let found: FoundFileLink? = try await app.db.lookup(
      """
      select link.base_id, base.uuid::text as base_uuid, base.team_id, base.workspace_id, link.folder, link.name,
             token.id as token_id, account.id as account_id, token.permission as token_permission,
             \(permissionOfAccount) as account_permission
      from file_link as link
      join base on base.id = link.base_id and base.deleted_at is null
      left join api_token as token
        on token.id = link.token_id and \(APITokenBearer.lasts("link.token_generation"))
        and \(APITokenBearer.mayCall(from: app.origin.address))
      left join live_account as account
        on account.id = link.account_id and account.generation = link.account_generation
        and (link.account_token_id is null or exists (
          select from account_token as token
          where token.id = link.account_token_id and token.account_id = account.id
            and \(app.settings.accountTokens.lasts)))
        \(app.settings.asksNothingFirst)
      where link.hash = \(hash.bytes) and link.is_upload = \(isUpload) and link.expires_at > now()
      """)
    guard let found, let permission = found.permission, permission >= least, let subject = found.subject else {
      throw Refusal.notFound(.link)
    }
    return FileLinkUse(
      base: found.base, uuid: found.uuid, team: found.team, workspace: found.workspace, folder: found.folder,
      name: found.name, account: found.account, subject: subject, path: path)
  }

  private struct FoundFileLink: RowDecodable {
    let base: ID<Base>
    let uuid: BaseUUID
    let team: ID<Team>?
    let workspace: ID<Workspace>
    let folder: String?
    let name: String?
    let token: ID<APIToken>?
    let account: ID<Account>?
    let permission: Permission?

    var subject: Subject? {
      if let token { return .holder(.program(token), of: base) }
      return account.map { .holder(.person($0), of: base) }
    }

    init(_ row: Row) throws(PostgresError) {
      base = try row["base_id"]
      uuid = try row["base_uuid"]
      team = try row["team_id"]
      workspace = try row["workspace_id"]
      folder = try row["folder"]
      name = try row["name"]
      token = try row["token_id"]
      account = try row["account_id"]
      let ofToken: Permission? = try row["token_permission"]
      let ofAccount: Permission? = try row["account_permission"]
      permission = ofToken ?? ofAccount
    }
  }
}
