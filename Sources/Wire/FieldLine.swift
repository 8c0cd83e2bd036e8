internal import Ground
internal import HTTP

/// A line of a header or a trailer, `Name: value` (RFC 9112, 5).
struct FieldLine {
  let name: UnsafeRawBufferPointer
  /// The value without blanks around it.
  let value: UnsafeRawBufferPointer
  /// The value without the spaces before it, for the fields that frame a body: some proxies take them for others if
  /// there are tabs, or something behind the value.
  let raw: UnsafeRawBufferPointer

  init(_ line: UnsafeRawBufferPointer) throws(Rejection) {
    guard line.first?.isBlank != true else { throw .badRequest("The header has a folded line.") }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
      throw .badRequest("The header has a line without a colon.")
    }
    name = UnsafeRawBufferPointer(rebasing: line[..<colon])
    guard !name.isEmpty, name.allSatisfy(isTokenByte) else {
      throw .badRequest("The header has a field with an invalid name.")
    }
    let rest = line[(colon + 1)...]
    guard !rest.contains(where: isControl) else { throw .badRequest("The header has a control character.") }
    raw = UnsafeRawBufferPointer(rebasing: rest.drop { $0 == 0x20 })
    value = UnsafeRawBufferPointer(rebasing: rest.trimmed(of: \.isBlank))
  }
}

/// What a field is read for.
enum FieldMeaning {
  /// The service reads it.
  case kept(Headers.HeaderName)
  case host, contentLength, transferEncoding, connection, expect

  /// Nil if nobody reads a field of this name.
  init?(of name: UnsafeRawBufferPointer) {
    guard name.count < Self.byLength.count else { return nil }
    for (known, meaning) in Self.byLength[name.count] where zip(known, name).allSatisfy({ $0 == $1 | 0x20 }) {
      self = meaning
      return
    }
    return nil
  }

  /// All names in lower case, by their lengths.
  private static let byLength = {
    let framing: [(String, FieldMeaning)] = [
      ("host", .host), ("content-length", .contentLength), ("transfer-encoding", .transferEncoding),
      ("connection", .connection), ("expect", .expect),
    ]
    let all = framing + Headers.HeaderName.allCases.map { ($0.rawValue, .kept($0)) }
    let longest = all.map(\.0.utf8.count).max() ?? 0
    return (0...longest).map { count in
      all.filter { $0.0.utf8.count == count }.map { (Array($0.0.utf8), $0.1) }
    }
  }()
}

// MARK: Bytes

let cr: UInt8 = 0x0d

/// Whether a byte is a control character other than a tab.
func isControl(_ byte: UInt8) -> Bool { byte < 0x20 && byte != 0x09 || byte == 0x7f }

/// Whether a byte may be in a token (RFC 9110, 5.6.2).
func isTokenByte(_ byte: UInt8) -> Bool { byte.isLetterOrDigit || isOne(byte, of: "!#$%&'*+-.^_`|~") }

/// Whether the bytes may be a host with or without a port (RFC 3986, 3.2), or nothing.
func isHost(_ bytes: some Collection<UInt8>) -> Bool {
  bytes.first != UInt8(ascii: ":") && bytes.allSatisfy { $0.isLetterOrDigit || isOne($0, of: "-._~!$&'()*+,;=%:[]") }
}

private func isOne(_ byte: UInt8, of characters: StaticString) -> Bool {
  characters.withUTF8Buffer { $0.contains(byte) }
}
