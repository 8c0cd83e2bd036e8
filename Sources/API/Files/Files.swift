internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP

// swift-format-ignore
let fileRoutes = Table(.files, [
  Route(.get,    "/api/v2.1/dtable/app-upload-link/",              "getUploadLink",       as: APITokenWriter.self, makeUploadLink),
  Route(.post,   "/seafhttp/upload-api/{file_link}/",              "uploadFile",          as: FileUploader.self,   upload, once: false, body: .upload),
  Route(.get,    "/api/v2.1/dtable/app-download-link/",            "getFileDownloadLink", as: APITokenBearer.self, makeDownloadLink),
  Route(.get,    "/seafhttp/files/{file_link}/{file_name}/",       "downloadFile",        as: FileDownloader.self, download),
  Route(.get,    "/workspace/{workspace_id}/asset/{base_uuid}/{asset_folder}/{asset_month}/{file_name}/", "showFile", as: FileReader.self, showFile),
  Route(.delete, "/api/v2.1/dtable/app-asset/",                    "deleteBaseAsset",     as: APITokenWriter.self, deleteFile),
])

// MARK: Inputs

/// The path of a file, as SeaTable's clients name it: with a slash at its beginning or without.
struct NamedFile: Input {
  let path: String

  init(_ parts: Parts) throws { path = try parts.query().text("path", 1...2_000) }
}

/// The file that a path names by its folder, its month and its name.
private struct ShownFile: NamedInput {
  let path: String
  let wish: FileWish

  init(_ place: Both<Both<WorkspaceOfFile, AssetFolder>, Both<AssetMonth, LastSegment>>, _ parts: Parts) throws {
    path = "\(place.first.second.text)/\(place.second.first.text)/\(place.second.second.text)"
    wish = FileWish(parts)
  }
}

/// A file that its link names; what it is called in the path does not matter.
private struct LinkedFile: NamedInput {
  let wish: FileWish

  init(_: LastSegment, _ parts: Parts) throws { wish = FileWish(parts) }
}

/// The workspace in the address of a file: where its base was when the address was made. The base alone counts.
private struct WorkspaceOfFile: PathVariable {
  static let variable = "workspace_id"
  init(_: String) {}
}

private struct AssetFolder: PathVariable {
  static let variable = "asset_folder"
  let text: String
  init(_ segment: String) { text = segment }
}

private struct AssetMonth: PathVariable {
  static let variable = "asset_month"
  let text: String
  init(_ segment: String) { text = segment }
}

private struct LastSegment: PathVariable {
  static let variable = "file_name"
  let text: String
  init(_ segment: String) { text = segment }
}

// MARK: Outputs

/// A link for uploads, and where they go.
private struct UploadLink: Output, JSONEncodable {
  let secret: Secret
  let bearer: APITokenBearer
  let month: String

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("upload_link", address: "/seafhttp/upload-api/\(secret.clear)")
      $0.add("workspace_id", bearer.workspace)
      $0.add("parent_path", "/asset/\(bearer.uuid.text)")
      $0.add("img_relative_path", "images/\(month)")
      $0.add("file_relative_path", "files/\(month)")
    }
  }
}

/// A link for downloading a file.
struct DownloadLink: Output, JSONEncodable {
  let secret: Secret
  let name: String
  /// Whether SeaTable wraps it.
  let isWrapped: Bool

  func write(to json: inout JSONWriter) {
    json.object { json in
      if isWrapped { json.add("dirent") { add(to: &$0) } }
      add(to: &json)
    }
  }

  private func add(to json: inout JSONWriter.Members) {
    json.add("download_link", address: "/seafhttp/files/\(secret.clear)/\(percentEncoded(name))")
  }
}

/// A file that was uploaded.
private struct UploadedFile: JSONEncodable {
  let file: StoredFile

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("name", file.name)
      $0.add("id", String(hexadecimal(file.digest).prefix(40)))
      $0.add("size", file.size)
    }
  }
}

// MARK: Operations

private func makeUploadLink(for writer: APITokenWriter, _: NoInput, _ app: App) async throws -> UploadLink {
  let month = String(app.now().wire.prefix(7))
  return UploadLink(secret: try await FileLinks(app, for: writer.bearer).upload(), bearer: writer.bearer, month: month)
}

private func upload(by uploader: FileUploader, _ form: UploadForm, _ app: App) async throws -> Listing<UploadedFile> {
  Listing(elements: [UploadedFile(file: try await form.store(by: uploader, app))])
}

private func makeDownloadLink(
  for bearer: APITokenBearer, _ named: NamedFile, _ app: App
) async throws -> DownloadLink {
  let (file, secret) = try await FileLinks(app, for: bearer).download(FilePlace(named.path), named: named.path)
  return DownloadLink(secret: secret, name: file.name, isWrapped: false)
}

private func download(by downloader: FileDownloader, _ linked: LinkedFile, _ app: App) async throws -> FileAnswer {
  let link = downloader.link
  let files = Files(app, of: link.base)
  guard let folder = link.folder, let name = link.name,
    let file = try await files.find(FilePlace(folder: folder, name: name))
  else { throw Refusal.notFound(.link) }
  return FileAnswer(file: file, wish: linked.wish, files: files)
}

private func showFile(to reader: FileReader, _ shown: ShownFile, _ app: App) async throws -> FileAnswer {
  let files = Files(app, of: reader.base)
  guard let place = FilePlace(shown.path), let file = try await files.find(place) else { throw FileError.gone }
  return FileAnswer(file: file, wish: shown.wish, files: files)
}

private func deleteFile(by writer: APITokenWriter, _ named: NamedFile, _ app: App) async throws -> Success {
  guard let place = FilePlace(named.path) else { throw FileError.gone }
  try await Files(app, of: writer.bearer.base).delete(place, by: writer)
  return Success()
}
