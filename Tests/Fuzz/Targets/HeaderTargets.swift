import Ground

@testable import API
@testable import Access
@testable import Crypto
@testable import Domain
@testable import HTTP

private let router = Router(routes)

/// A request's target: compared with a model that works from the end, and in a round trip through its encoding.
func target(_ bytes: [UInt8]) throws {
  let raw = string(bytes)
  let parsed = try? Target(raw)
  if raw.hasPrefix("/") && raw.utf8.first == UInt8(ascii: "/") {
    let expected = modelOfSegments(Array(raw.utf8))
    try expect(parsed?.segments.map { Array($0.utf8) } == expected, "the same segments as the model's")
  }
  guard let parsed else { return }
  try expect(parsed.segments.allSatisfy { !$0.utf8.contains(0) }, "no NUL")
  for method in Method.allCases {
    guard case .route(let route, let captures) = router.find(method, parsed.segments) else { continue }
    try expect(captures.values.allSatisfy { !$0.isEmpty }, "no empty capture for \(route.path)")
  }
  let written = "/" + parsed.segments.map { escaped($0.utf8) }.joined(separator: "/") + "/"
  // A double slash at an end would give an empty segment there, which is dropped.
  guard parsed.segments.first?.isEmpty == false, parsed.segments.last?.isEmpty == false else { return }
  try expect(try Target(written).segments.elementsEqual(parsed.segments, by: areSame), "the same, there and back")
}

private func modelOfSegments(_ raw: [UInt8]) -> [[UInt8]]? {
  var path = Array(raw.prefix { $0 != UInt8(ascii: "#") }.prefix { $0 != UInt8(ascii: "?") })
  path = Array(path.drop { $0 == UInt8(ascii: "/") })
  if path.last == UInt8(ascii: "/") { path.removeLast() }
  guard !path.isEmpty else { return [] }
  var segments: [[UInt8]] = []
  for part in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
    guard let segment = modelOfDecoding(Array(part), plusIsBlank: false) else { return nil }
    segments.append(segment)
  }
  return segments
}

/// Percent-decoding by index; nil for a bad escape, NUL, or invalid UTF-8.
func modelOfDecoding(_ text: [UInt8], plusIsBlank: Bool) -> [UInt8]? {
  var decoded: [UInt8] = []
  var index = 0
  while index < text.count {
    if text[index] == UInt8(ascii: "%") {
      guard index + 2 < text.count else { return nil }
      let digits = text[index + 1...index + 2]
      guard digits.allSatisfy({ hexadecimalValue($0) != nil && $0 >= 0x30 }),
        let byte = UInt8(string(digits), radix: 16)
      else { return nil }
      decoded.append(byte)
      index += 3
    } else {
      decoded.append(plusIsBlank && text[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : text[index])
      index += 1
    }
  }
  guard !decoded.contains(0), String(decoding: decoded, as: UTF8.self).utf8.elementsEqual(decoded) else { return nil }
  return decoded
}

/// A text with every byte escaped.
func escaped(_ bytes: some Sequence<UInt8>) -> String { bytes.map { "%" + hexadecimal([$0]) }.joined() }

/// Lines of `name: value`: compared with a dictionary.
func headers(_ bytes: [UInt8]) throws {
  var headers = Headers()
  var model: [String: [String]] = [:]
  for line in bytes.split(separator: UInt8(ascii: "\n")) {
    let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1).map(string)
    guard parts.count == 2 else { continue }
    headers.add(parts[0], parts[1])
    if parts[0].utf8.allSatisfy({ $0 < 0x80 }) { model[parts[0].lowercased(), default: []].append(parts[1]) }
  }
  for name in Headers.HeaderName.allCases {
    let expected = model[name.rawValue]?.joined(separator: ", ")
    try expect(headers[name].map { Array($0.utf8) } == expected.map { Array($0.utf8) }, "what was added of \(name)")
  }
}

/// Adds a field for each line, to measure the cost.
func addHeaders(_ bytes: [UInt8]) {
  var headers = Headers()
  for line in bytes.split(separator: UInt8(ascii: "\n")) { headers.add(.forwardedFor, string(line)) }
  headers.add(string(bytes), "1")
  for name in [Headers.HeaderName.origin, .traceParent] {
    headers.add(name, string(bytes))
    _ = TraceParent(string(bytes))
    for sites in ["https://a.example", "*"] { _ = CrossOrigin(sites)?.permission(for: string(bytes), .shown) }
  }
  guard var request = (try? Target("/")).map({ Request(id: "fuzz", .get, $0, headers: headers) }) else { return }
  TrustedProxies(IPNetwork.list("127.0.0.0/8, ::1") ?? []).resolveCaller(of: &request)
}

/// Reads a credential, to measure the cost.
func readCredential(_ bytes: [UInt8]) {
  guard var request = (try? Target("/")).map({ Request(id: "fuzz", .get, $0) }) else { return }
  request.headers[.authorization] = string(bytes)
  _ = try? Credential(request).accountToken()
}

/// An Authorization: compared with a model that splits at spaces, and a token's checksum with another implementation.
func credential(_ bytes: [UInt8]) throws {
  var request = Request(id: "fuzz", .get, try Target("/"))
  let field = string(bytes)
  request.headers[.authorization] = field
  let parts = field.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
    .map { Substring($0) }
  let token = parts.count == 2 ? string(parts[1].utf8.drop { $0 == UInt8(ascii: " ") }) : ""
  let isOurs = ["token", "bearer"].contains(parts.first?.lowercased() ?? "")
  let credential = try? Credential(request)
  let expected = isOurs && !token.isEmpty && !token.utf8.contains(UInt8(ascii: " ")) ? token : nil
  try expect(credential?.text == expected, "the same credential as the model's")
  guard let credential else { return }
  let isToken = (try? credential.accountToken()) != nil
  let digits = Array(credential.text.utf8)
  let isWhole =
    digits.count == 40 && isHexadecimal(string(digits)) && UInt32(string(digits.suffix(8)), radix: 16) == crc(digits)
  try expect(isToken == isWhole, "a token is taken for one if and only if its checksum is right")
}

/// CRC-32 of the first 32 bytes, bit by bit.
private func crc(_ digits: [UInt8]) -> UInt32 {
  var code = ~UInt32(0)
  for byte in digits.prefix(32) {
    for bit in 0..<8 {
      let isOdd = (code ^ UInt32(byte >> UInt8(bit))) & 1 == 1
      code = isOdd ? code >> 1 ^ 0xedb8_8320 : code >> 1
    }
  }
  return ~code
}

/// A Content-Type: in a round trip through its only quoted form.
func mediaType(_ bytes: [UInt8]) throws {
  let type = MediaType(string(bytes))
  var written = type.name
  for (name, value) in type.parameters {
    guard !name.utf8.contains(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ";") }) else { return }
    written += "; \(name)=\(quoted(value))"
  }
  let again = MediaType(written)
  try expect(areSame(again.name, type.name), "the same type, there and back")
  try expect(again.parameters == type.parameters, "the same parameters, there and back")
}

/// A quoted string (RFC 9110, 5.6.4).
func quoted(_ text: String) -> String {
  var quoted = String.UnicodeScalarView("\"".unicodeScalars)
  for scalar in text.unicodeScalars {
    if scalar == "\"" || scalar == "\\" { quoted.append("\\") }
    quoted.append(scalar)
  }
  quoted.append("\"")
  return String(quoted)
}
