internal import CZip

/// A ZIP file in memory, read with libzip.
struct ZipFile: ~Copyable {
  private let archive: OpaquePointer
  /// libzip reads from these bytes as long as the file is open.
  private let bytes: UnsafeMutableRawBufferPointer
  /// How many files it may have. Workbooks have some dozen.
  private static let mostEntries: zip_int64_t = 1000

  init(_ content: [UInt8]) throws(Spreadsheet.Unreadable) {
    bytes = .allocate(byteCount: content.count, alignment: 1)
    bytes.copyBytes(from: content)
    var error = zip_error_t()
    zip_error_init(&error)
    defer { zip_error_fini(&error) }
    guard let source = zip_source_buffer_create(bytes.baseAddress, zip_uint64_t(bytes.count), 0, &error) else {
      bytes.deallocate()
      throw .noSpreadsheet
    }
    guard let archive = zip_open_from_source(source, ZIP_RDONLY, &error) else {
      zip_source_free(source)
      bytes.deallocate()
      throw .noSpreadsheet
    }
    guard zip_get_num_entries(archive, 0) <= Self.mostEntries else {
      zip_discard(archive)
      bytes.deallocate()
      throw .tooLarge
    }
    self.archive = archive
  }

  deinit {
    zip_discard(archive)
    bytes.deallocate()
  }

  /// The content of an entry; nil if there is no such entry.
  ///
  /// - Throws: `tooLarge` if it unpacks to more than `longest` bytes, whatever the file claims.
  func entry(_ name: String, upTo longest: Int) throws(Spreadsheet.Unreadable) -> [UInt8]? {
    var about = zip_stat_t()
    guard zip_stat(archive, name, 0, &about) == 0 else { return nil }
    // What it claims is not believed, but one that claims too much is not unpacked at all.
    if about.valid & zip_uint64_t(ZIP_STAT_SIZE) != 0, about.size > zip_uint64_t(longest) { throw .tooLarge }
    guard let file = zip_fopen(archive, name, 0) else { return nil }
    defer { zip_fclose(file) }
    var content: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = zip_fread(file, &piece, zip_uint64_t(piece.count))
      guard count >= 0 else { throw .noSpreadsheet }
      guard count > 0 else { return content }
      guard content.count + Int(count) <= longest else { throw .tooLarge }
      content += piece[..<Int(count)]
    }
  }
}
