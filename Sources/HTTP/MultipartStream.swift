internal import Glibc
internal import Ground

/// A `multipart/form-data` body that comes piece by piece. Texts are read whole, and files as they come.
///
/// It keeps the last piece alone, and reads each byte once.
public struct MultipartStream: Sendable {
  /// What comes next.
  public enum PartEvent: Sendable {
    /// A field with its text.
    case text(name: String, String)
    /// A file begins: its field, and what it is called.
    case file(name: String, fileName: String)
    /// The next bytes of the file.
    case bytes([UInt8])
    /// The file is complete.
    case fileEnd
  }

  private enum PartPlace: Sendable {
    case start, delimiter, header, text(String), file, end
  }

  /// The longest header of a part, and the longest text.
  private static let most = 8_192
  private static let mostParts = 100
  private static let lineEnd = Array("\r\n".utf8)

  private var pieces: BodyStream.Iterator
  private let delimiter: [UInt8]
  private var buffer: ArraySlice<UInt8> = []
  private var place = PartPlace.start
  private var parts = 0

  /// Reads the body of a request that has such a one, and comes piece by piece.
  ///
  /// - Throws: `FieldsError`.
  public init(of request: Request) throws(FieldsError) {
    let type = MediaType(request.headers[.contentType] ?? "")
    guard type.name == "multipart/form-data" else { throw .unsupportedMediaType(type.name) }
    guard let stream = request.stream else { throw .malformed("The body is missing.") }
    delimiter = try Fields.delimiter(type.parameters["boundary"])
    pieces = stream.makeAsyncIterator()
  }

  /// What comes next; nil at the end.
  ///
  /// - Throws: `FieldsError` where the body is malformed or ends early, `BodyStream.Interrupted` where its sender is gone.
  public mutating func next() async throws -> PartEvent? {
    while true {
      switch place {
      case .start: try await readStart()
      case .delimiter: try await readDelimiter()
      case .header: if let event = try await readHeader() { return event }
      case .text(let name): return try await readText(of: name)
      case .file: return try await readFile()
      case .end:
        while try await pieces.next() != nil {}  // whatever is behind the last delimiter means nothing
        return nil
      }
    }
  }

  // MARK: Between parts

  /// The first delimiter has no line end before it.
  private mutating func readStart() async throws {
    guard try await has(delimiter.count - 2), buffer.starts(with: delimiter.dropFirst(2)) else {
      throw FieldsError.malformed("The multipart body does not begin with its boundary.")
    }
    buffer = buffer.dropFirst(delimiter.count - 2)
    place = .delimiter
  }

  private mutating func readDelimiter() async throws {
    var blanks = 0
    while try await has(1), buffer.first == 0x20 || buffer.first == 0x09 {
      buffer = buffer.dropFirst()
      blanks += 1
      guard blanks < Self.most else { throw Self.unended }
    }
    guard try await has(2) else { throw Self.unended }
    if blanks == 0, buffer.starts(with: "--".utf8) { return place = .end }
    guard buffer.starts(with: Self.lineEnd) else { throw Self.unended }
    buffer = buffer.dropFirst(2)
    parts += 1
    guard parts <= Self.mostParts else { throw FieldsError.malformed("The multipart body has too many parts.") }
    place = .header
  }

  private mutating func readHeader() async throws -> PartEvent? {
    var range = buffer.firstRange(of: Self.lineEnd + Self.lineEnd)
    while range == nil {
      guard buffer.count <= Self.most, try await fill() else {
        throw FieldsError.malformed("A part of the multipart body has no header, or a long one.")
      }
      range = buffer.firstRange(of: Self.lineEnd + Self.lineEnd)
    }
    guard let range, range.lowerBound - buffer.startIndex <= Self.most else {
      throw FieldsError.malformed("A part of the multipart body has no header, or a long one.")
    }
    let disposition = try Fields.disposition(of: buffer[..<range.lowerBound])
    guard let disposition, let name = disposition["name"], !name.utf8.contains(0) else {
      throw FieldsError.malformed("A part of the multipart body has no name.")
    }
    buffer = buffer[range.upperBound...]
    guard let fileName = Self.extended(disposition["filename*"]) ?? disposition["filename"] else {
      place = .text(name)
      return nil
    }
    place = .file
    return .file(name: name, fileName: fileName)
  }

  /// A value with its encoding and language in front (RFC 8187): `utf-8''na%C3%AFve.txt`; nil if it is none in UTF-8.
  private static func extended(_ text: String?) -> String? {
    let parts = text?.utf8.split(separator: UInt8(ascii: "'"), maxSplits: 2, omittingEmptySubsequences: false)
    guard let parts, parts.count == 3, parts[0].isWord("utf-8") else { return nil }
    return percentDecoded(parts[2], plusIsBlank: false)
  }

  // MARK: Inside parts

  private mutating func readText(of name: String) async throws -> PartEvent {
    var end = delimiterPlace()
    while end == nil {
      guard buffer.count <= Self.most + delimiter.count else {
        throw FieldsError.malformed("\(name.prefix(50)) is too long.")
      }
      guard try await fill() else { throw Self.unended }
      end = delimiterPlace()
    }
    let content = buffer[..<(end ?? buffer.endIndex)]
    guard content.count <= Self.most else { throw FieldsError.malformed("\(name.prefix(50)) is too long.") }
    guard let text = String(validating: content, as: UTF8.self) else {
      throw FieldsError.malformed("\(name.prefix(50)) is not UTF-8.")
    }
    buffer = buffer.dropFirst(content.count + delimiter.count)
    place = .delimiter
    return .text(name: name, text)
  }

  private mutating func readFile() async throws -> PartEvent {
    while true {
      if let end = delimiterPlace() {
        let bytes = buffer[..<end]
        guard bytes.isEmpty else {
          buffer = buffer[end...]
          return .bytes(Array(bytes))
        }
        buffer = buffer.dropFirst(delimiter.count)
        place = .delimiter
        return .fileEnd
      }
      // The end of what has come may be the beginning of a delimiter.
      let count = buffer.count - delimiter.count + 1
      if count > 0 {
        let bytes = Array(buffer.prefix(count))
        buffer = buffer.dropFirst(count)
        return .bytes(bytes)
      }
      guard try await fill() else { throw Self.unended }
    }
  }

  /// Where the next delimiter begins in what has come. It has a line end at its beginning alone, so that no byte is looked
  /// at more than twice.
  private func delimiterPlace() -> Int? {
    buffer.withUnsafeBytes { bytes -> Int? in
      guard let start = bytes.baseAddress else { return nil }
      var place = 0
      while place + delimiter.count <= bytes.count {
        let room = bytes.count - delimiter.count + 1 - place
        guard let found = memchr(start + place, Int32(delimiter[0]), room) else { return nil }
        place = UnsafeRawPointer(found) - start
        if memcmp(found, delimiter, delimiter.count) == 0 { return buffer.startIndex + place }
        place += 1
      }
      return nil
    }
  }

  private static let unended = FieldsError.malformed("The multipart body does not end with its boundary.")

  // MARK: Filling

  /// Whether there are so many more bytes.
  private mutating func has(_ count: Int) async throws -> Bool {
    while buffer.count < count { guard try await fill() else { return false } }
    return true
  }

  /// Adds the next piece; false if there is none.
  private mutating func fill() async throws -> Bool {
    guard let piece = try await pieces.next() else { return false }
    if buffer.isEmpty { buffer = piece[...] } else { buffer = ArraySlice(Array(buffer) + piece) }
    return true
  }
}
