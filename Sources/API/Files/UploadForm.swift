internal import Access
internal import Domain
internal import Ground
internal import HTTP

/// What a client sends to a link for uploads: one `file`, the `parent_dir` and `relative_path` that it goes to, and whether
/// it may `replace` another one. Clients send these in any order.
struct UploadForm: Input {
  /// How many bytes are taken from the client, and stored, at a time.
  static let pieceBytes = 65_536

  private let parts: MultipartStream

  init(_ parts: Parts) throws { self.parts = try parts.multipart() }

  /// Stores the file as it comes. Where that fails, nothing is left of it.
  func store(by uploader: FileUploader, _ app: App) async throws -> StoredFile {
    let upload = try await Upload(app, by: uploader, upTo: Int64(app.settings.files.bytes))
    do {
      let fields = try await receive(into: upload, app)
      return try await upload.finish(at: try fields.place(by: uploader), replacing: try fields.replaces())
    } catch {
      try? await upload.discard()  // what is left if that fails, too, is deleted by a job
      throw error
    }
  }

  /// Reads the body to its end.
  private func receive(into upload: Upload, _ app: App) async throws -> UploadFields {
    var (parts, fields, size) = (parts, UploadFields(), 0)
    while let event = try await parts.next() {
      switch event {
      case .text(let name, let text): try fields.add(name, text)
      case .file(let name, let fileName):
        guard fields.fileName == nil, name == "file" else { throw FieldsError.invalid("file") }
        fields.fileName = fileName
      case .bytes(let bytes):
        size += bytes.count
        guard size <= app.settings.files.bytes else { throw FileError.tooLarge(app.settings.files.bytes) }
        try await upload.add(bytes)
      case .fileEnd: break
      }
    }
    return fields
  }
}

/// The fields beside a file.
private struct UploadFields {
  var fileName: String?
  private var texts: [String: String] = [:]

  private static let known: Set = ["parent_dir", "relative_path", "replace"]

  /// Adds a field; if it comes twice, the last counts.
  mutating func add(_ name: String, _ text: String) throws {
    guard let known = Self.known.first(where: { $0.utf8.elementsEqual(name.utf8) }) else { return }
    guard let text = normalized(text, upTo: 2_000), !text.utf8.contains(0) else { throw FieldsError.invalid(known) }
    texts[known] = text
  }

  /// Whether a file with the same name is replaced.
  func replaces() throws(FieldsError) -> Bool {
    switch texts["replace"] ?? "" {
    case "", "0", "false", "False": return false
    case "1", "true", "True": return true
    default: throw .invalid("replace")
    }
  }

  /// Where the file goes: to where the link leads, and nowhere else.
  func place(by uploader: FileUploader) throws -> FilePlace {
    guard let fileName, let text = normalized(fileName, upTo: 255), let name = FileName(text) else {
      throw FieldsError.invalid("file")
    }
    let (link, parent) = (uploader.link, (texts["parent_dir"] ?? "").split(separator: "/").joined(separator: "/"))
    let own = "asset/\(link.uuid.text)" + (link.folder == nil ? "" : "/custom")
    guard parent.utf8.elementsEqual(own.utf8) else { throw FieldsError.invalid("parent_dir") }
    let path = texts["relative_path"] ?? ""
    let folder = link.folder == nil ? FileFolder(usual: path) : FileFolder(custom: path)
    guard let folder, link.folder == nil || link.folder == folder.path else {
      throw FieldsError.invalid("relative_path")
    }
    return FilePlace(folder: folder.path, name: name.text)
  }
}
