internal import Ground

extension Fields {
  private static let mostParts = 100

  /// Parses `multipart/form-data` (RFC 7578, RFC 2046). Every part must have a name; a part with a file name is a file.
  init(multipart bytes: [UInt8], boundary: String?) throws(FieldsError) {
    var values: [(name: String, value: Value)] = []
    for part in try Self.parts(of: bytes, delimiter: try Self.delimiter(boundary)) {
      values.append(try Self.field(of: part))
    }
    try self.init(values)
  }

  /// What ends each part.
  static func delimiter(_ boundary: String?) throws(FieldsError) -> [UInt8] {
    guard let boundary, (1...70).contains(boundary.utf8.count), boundary.utf8.allSatisfy({ (0x20...0x7e).contains($0) })
    else { throw .malformed("The multipart body has no usable boundary.") }
    return Array("\r\n--\(boundary)".utf8)
  }

  /// The parts between the delimiters, up to the delimiter that ends in `--`.
  private static func parts(of bytes: [UInt8], delimiter: [UInt8]) throws(FieldsError) -> [ArraySlice<UInt8>] {
    // The first delimiter has no line end before it, so the delimiter is compared without its own.
    var rest = bytes[...]
    guard rest.starts(with: delimiter[2...]) else {
      throw .malformed("The multipart body does not begin with its boundary.")
    }
    rest = rest.dropFirst(delimiter.count - 2)
    var parts: [ArraySlice<UInt8>] = []
    while !rest.starts(with: "--".utf8) {
      guard parts.count < mostParts else { throw .malformed("The multipart body has too many parts.") }
      rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
      guard rest.starts(with: lineEnd), let end = rest.firstRange(of: delimiter) else {
        throw .malformed("The multipart body does not end with its boundary.")
      }
      parts.append(rest[rest.index(rest.startIndex, offsetBy: 2)..<max(end.lowerBound, rest.startIndex + 2)])
      rest = rest[end.upperBound...]
    }
    return parts
  }

  private static func field(of part: ArraySlice<UInt8>) throws(FieldsError) -> (name: String, value: Value) {
    guard let headerEnd = part.firstRange(of: lineEnd + lineEnd) else {
      throw .malformed("A part of the multipart body has no header.")
    }
    let disposition = try disposition(of: part[..<headerEnd.lowerBound])
    guard let disposition, let name = disposition["name"], !name.utf8.contains(0) else {
      throw .malformed("A part of the multipart body has no name.")
    }
    let content = part[headerEnd.upperBound...]
    if let fileName = disposition["filename"] { return (name, .file(name: fileName, Array(content))) }
    guard let text = String(validating: content, as: UTF8.self) else {
      throw .malformed("\(name.prefix(50)) is not UTF-8.")
    }
    return (name, .text(text))
  }

  /// The parameters of a part's Content-Disposition; nil if its header has none.
  static func disposition(of header: ArraySlice<UInt8>) throws(FieldsError) -> [String: String]? {
    var disposition: [String: String]?
    var header = header
    while !header.isEmpty {
      let end = header.firstRange(of: lineEnd) ?? header.endIndex..<header.endIndex
      let line = header[..<end.lowerBound]
      header = header[end.upperBound...]
      guard line.prefix(while: { $0 != UInt8(ascii: ":") }).isWord("content-disposition") else { continue }
      guard let text = String(validating: line, as: UTF8.self) else {
        throw .malformed("The header of a part of the multipart body is not UTF-8.")
      }
      var rest = text.unicodeScalars.drop { $0 != ";" }
      disposition = MediaType.parameters(&rest)
    }
    return disposition
  }

  private static let lineEnd = Array("\r\n".utf8)
}

extension ArraySlice<UInt8> {
  /// The range of the pattern's first occurrence.
  func firstRange(of pattern: [UInt8]) -> Range<Int>? {
    guard let first = pattern.first else { return nil }
    var start = startIndex
    while let index = self[start...].firstIndex(of: first), index + pattern.count <= endIndex {
      if self[index..<index + pattern.count].elementsEqual(pattern) { return index..<index + pattern.count }
      start = index + 1
    }
    return nil
  }
}

extension Request {
  /// The body without the boundary of a multipart body: clients choose a new one each time they send the same content.
  public var bodyWithoutBoundary: [UInt8] {
    guard let type = headers[.contentType], let boundary = MediaType(type).parameters["boundary"], !boundary.isEmpty
    else { return body }
    return body.replacing(Array(boundary.utf8), with: [])
  }
}
