package import Access
package import Crypto
internal import Postgres

/// Links by which one uploads into a base or downloads a file of it.
package struct FileLinks: Sendable {
  private let app: App
  private let bearer: APITokenBearer

  private static let uploadLife: SQL = "interval '10 minutes'"
  private static let downloadLife: SQL = "interval '6 hours'"

  /// Makes links for the bearer of an API token, which end with that.
  package init(_ app: App, for bearer: APITokenBearer) { (self.app, self.bearer) = (app, bearer) }

  /// A link for uploads: into a custom folder, or if that is nil, into those of the months.
  package func upload(into folder: FileFolder? = nil) async throws -> Secret {
    try await make(isUpload: true, folder?.path, nil, lasting: Self.uploadLife)
  }

  /// A link for downloading the file at a place.
  ///
  /// - Throws: `FileError.notFound` with the path that the caller has named.
  package func download(_ place: FilePlace?, named path: String) async throws -> (file: StoredFile, secret: Secret) {
    guard let place, let file = try await Files(app, of: bearer.base).find(place) else {
      throw FileError.notFound(path)
    }
    return (file, try await make(isUpload: false, file.folder, file.name, lasting: Self.downloadLife))
  }

  private func make(isUpload: Bool, _ folder: String?, _ name: String?, lasting: SQL) async throws -> Secret {
    let link = FileLinkSecret.generate()
    let (program, caller): (APITokenBearer.Program?, SignedIn?) =
      switch bearer.source {
      case .program(let program): (program, nil)
      case .person(let caller): (nil, caller)
      }
    let generation = caller.map { $0.signIn.generation ?? SignInClaims.firstGeneration }
    try await app.keep(
      .files,
      """
      insert into file_link (
        hash, is_upload, base_id, folder, name, token_id, token_generation, account_id, account_generation,
        account_token_id, expires_at)
      values (
        \(link.hash.bytes), \(isUpload), \(bearer.base), \(folder), \(name), \(program?.token), \(program?.generation),
        \(caller?.account), \(generation), \(caller?.signIn.accountToken), now() + \(lasting))
      """)
    return link.secret
  }
}
