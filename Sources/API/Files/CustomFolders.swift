internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP

// swift-format-ignore
let customFolderRoutes = Table(.customFolders, [
  Route(.get,    "/api/v2.1/dtable/custom/app-asset-dir/",     "getCustomFiles",              as: APITokenBearer.self, listFolder),
  Route(.get,    "/api/v2.1/dtable/custom/app-asset-file/",    "getCustomFileMetadata",       as: APITokenBearer.self, describeFile),
  Route(.delete, "/api/v2.1/dtable/custom/app-asset-file/",    "deleteBaseCustomFolderAsset", as: APITokenWriter.self, deleteFile),
  Route(.get,    "/api/v2.1/dtable/custom/app-upload-link/",   "getCustomUploadLink",         as: APITokenWriter.self, makeUploadLink),
  Route(.get,    "/api/v2.1/dtable/custom/app-download-link/", "getCustomDownloadLink",       as: APITokenBearer.self, makeDownloadLink),
])

// MARK: Wire

/// A custom folder by its path.
private struct CustomFolderPath: Input {
  let folder: FileFolder

  init(_ parts: Parts) throws {
    guard let folder = FileFolder(custom: try parts.query().text("path", 0...1_000)) else {
      throw FieldsError.invalid("path")
    }
    self.folder = folder
  }
}

/// A file by the path of its folder and its name.
private struct CustomFilePath: Input {
  let place: FilePlace?

  init(_ parts: Parts) throws {
    let query = try parts.query()
    place = FilePlace(custom: "\(try query.text("path", 0...1_000))/\(try query.text("name", 1...255))")
  }
}

private struct FolderContent: Output, JSONEncodable {
  let folders: [String]
  let files: [String]

  private struct FolderEntry: JSONEncodable {
    let name: String
    func write(to json: inout JSONWriter) { json.object { $0.add("name", name) } }
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("dir", folders.map(FolderEntry.init))
      $0.add("file", files.map(FolderEntry.init))
    }
  }
}

private struct FolderFile: Output, JSONEncodable {
  let file: StoredFile

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("dirent") {
        $0.add("is_file", true)
        $0.add("obj_name", file.name)
        $0.add("file_size", file.size)
        $0.add("last_update", file.uploaded)
        $0.add("uuid", file.id)
      }
    }
  }
}

/// A link for uploads into a folder. SeaTable's description wraps it, and its Python client expects it unwrapped.
private struct FolderUploadLink: Output, JSONEncodable {
  let secret: Secret
  let bearer: APITokenBearer
  let folder: FileFolder

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.add("dirent") { add(to: &$0) }
      add(to: &json)
    }
  }

  private func add(to json: inout JSONWriter.Members) {
    json.add("upload_link", address: "/seafhttp/upload-api/\(secret.clear)")
    json.add("workspace_id", bearer.workspace)
    json.add("parent_path", "/asset/\(bearer.uuid.text)/custom")
    json.add("relative_path", "/" + folder.path.split(separator: "/").dropFirst().joined(separator: "/"))
  }
}

// MARK: Operations

private func listFolder(by bearer: APITokenBearer, _ named: CustomFolderPath, _ app: App) async throws -> FolderContent
{
  let found = try await Files(app, of: bearer.base).list(named.folder)
  return FolderContent(folders: found.folders, files: found.files)
}

private func describeFile(by bearer: APITokenBearer, _ named: CustomFilePath, _ app: App) async throws -> FolderFile {
  guard let place = named.place, let file = try await Files(app, of: bearer.base).find(place) else {
    throw FileError.gone
  }
  return FolderFile(file: file)
}

private func deleteFile(by writer: APITokenWriter, _ named: NamedFile, _ app: App) async throws -> Success {
  guard let place = FilePlace(custom: named.path) else { throw FileError.gone }
  try await Files(app, of: writer.bearer.base).delete(place, by: writer)
  return Success()
}

private func makeUploadLink(
  for writer: APITokenWriter, _ named: CustomFolderPath, _ app: App
) async throws -> FolderUploadLink {
  let secret = try await FileLinks(app, for: writer.bearer).upload(into: named.folder)
  return FolderUploadLink(secret: secret, bearer: writer.bearer, folder: named.folder)
}

private func makeDownloadLink(
  for bearer: APITokenBearer, _ named: NamedFile, _ app: App
) async throws -> DownloadLink {
  let (file, secret) = try await FileLinks(app, for: bearer).download(
    FilePlace(custom: named.path), named: named.path)
  return DownloadLink(secret: secret, name: file.name, isWrapped: true)
}
