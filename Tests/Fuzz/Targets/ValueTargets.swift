import Ground

@testable import API
@testable import Access
@testable import Crypto
@testable import Domain
@testable import HTTP
@testable import Postgres

/// An address and a network: in a round trip.
func address(_ bytes: [UInt8]) throws {
  let text = string(bytes)
  if let address = IPAddress(text) {
    try expect(address.bytes.count == 4 || address.bytes.count == 16, "four bytes or sixteen")
    try expect(IPAddress(address.text) == address, "the same address, there and back")
    for bits in [0, 1, 7, 8, 9, 31, 32, 33, 64, 127, 128] {
      let masked = address.masked(to: bits)
      try expect(masked.masked(to: bits) == masked, "masked once is masked twice")
      for (index, byte) in masked.bytes.enumerated() where 8 * index >= bits { try expect(byte == 0, "zeros behind") }
    }
  }
  let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map(string)
  let isIPv4 =
    parts.count == 4
    && parts.allSatisfy { part in
      part.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8(part).map { String($0) == part } ?? false
    }
  if isIPv4 { try expect(IPAddress(text)?.bytes == parts.compactMap { UInt8($0) }, "four numbers are an address") }
  if let network = IPNetwork(text) {
    try expect(IPNetwork(network.text)?.text == network.text, "the same network, there and back")
  }
}

/// `5h`: compared with a model.
func duration(_ bytes: [UInt8]) throws {
  let text = string(bytes)
  let seconds = Lifetime.seconds(text, within: 60...Lifetime.longest)
  let digits = Array(text.utf8.dropLast())
  let units = [UInt8(ascii: "m"): 60.0, UInt8(ascii: "h"): 3600, UInt8(ascii: "d"): 86_400]
  let unit = text.utf8.last.flatMap { units[$0] }
  var expected: Int64?
  if let unit, !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }), let count = Double(string(digits)) {
    let product = count * unit
    if (60...Double(Lifetime.longest)).contains(product) { expected = Int64(product) }
  }
  try expect(seconds == expected, "the same seconds as the model's: \(text)")
  _ = Lifetime.seconds(text, within: .min ... .max)
}

/// A point in time: in a round trip.
func time(_ bytes: [UInt8]) throws {
  let text = string(bytes)
  guard let time = Timestamp(wire: text) else { return }
  try expect(time.microseconds % 1_000_000 == 0, "whole seconds")
  // An offset may lead out of the years with four digits, where there is no way back.
  if time.wire.utf8.count == 25, !time.wire.hasPrefix("-"), !time.wire.hasPrefix("0000") {
    try expect(Timestamp(wire: time.wire) == time, "the same time, there and back: \(time.wire)")
  }
  guard case .text = time.postgresParameter else { throw Finding(description: "a time is sent as text") }
}

/// Names, e-mail addresses, tokens of links, and the normal form of any text.
func text(_ bytes: [UInt8]) throws {
  let text = string(bytes)
  let normal = normalized(text)
  try expect(areSame(normalized(normal), normal), "a normal form is its own")
  try expect(normal == text, "a normal form is the same text")
  if let name = DisplayName(text) { try expect((1...255).contains(name.text.unicodeScalars.count), "1 to 255") }
  if let email = EmailAddress(text) { try expect(!email.localPart.isEmpty, "something before the @") }
  if let link = LinkToken(text) {
    try expect(LinkToken.isHandle(link.handle) && text.hasPrefix(link.handle), "a link's handle is its begin")
  }
  let code = Secret(recoveryCode: text)
  try expect(Secret(recoveryCode: code.clear) == code, "a recovery code, typed again as it is")
  guard !text.utf8.contains(0) else { return }
  let json = try Fields(json: JSONWriter.bytes(of: One(text: text)))
  try expect(areSame(try json.text("text", 0...100_000), normal), "a text is read as it was written")
}

private struct One: JSONEncodable {
  let text: String
  func write(to json: inout JSONWriter) { json.object { $0.add("text", text) } }
}

/// A file of people: in a round trip.
func csv(_ bytes: [UInt8]) throws {
  guard let text = String(validating: bytes, as: UTF8.self), let rows = UserFile.rows(text) else { return }
  let written = rows.map { row in row.map(quotedField).joined(separator: ",") }
  let again = UserFile.rows(written.map { $0 + "\r\n" }.joined())
  let kept = rows.filter { $0 != [""] }
  try expect(again == kept, "the same rows, there and back")
}

/// A quoted field, with its own quotation marks doubled (RFC 4180).
private func quotedField(_ text: String) -> String {
  var field = String.UnicodeScalarView()
  for scalar in text.unicodeScalars { field.append(contentsOf: scalar == "\"" ? [scalar, scalar] : [scalar]) }
  return "\"\(String(field))\""
}

// MARK: Tokens

/// Whatever can be decoded has one encoding, and whatever is encoded can be decoded.
func base64URL(_ bytes: [UInt8]) throws {
  if let decoded = Base64URL.decode(bytes) { try expect(encoded(decoded) == bytes, "the one encoding of its bytes") }
  try expect(Base64URL.decode(encoded(bytes)) == bytes, "the same bytes, there and back")
}

private func encoded(_ bytes: [UInt8]) -> [UInt8] {
  var text: [UInt8] = []
  Base64URL.append(bytes, to: &text)
  return text
}

private struct Keys {
  let vault: Vault
  let shared: SigningKey
  let pair: SigningKey
  let signer: TokenSigner

  init() throws {
    vault = try Vault(masterKey: "a master key that only fuzzers know, and nobody else")
    shared = try SigningKey(secret: "a signing secret that only fuzzers know, and nobody else")
    guard let pair = SigningKey(.edDSA, stored: [UInt8](repeating: 7, count: 32)) else {
      throw Finding(description: "32 bytes are a key")
    }
    self.pair = pair
    signer = TokenSigner(signing: shared, accepted: [shared, pair], vault: vault)
  }
}

private let keys = Result { try Keys() }

/// A token: raw, or with the fuzzer's payload or header and a valid signature, so that the reader of the claims gets to
/// see them. The first byte decides which.
func jwt(_ bytes: [UInt8]) throws {
  guard let kind = bytes.first else { return }
  let (keys, rest) = (try keys.get(), Array(bytes.dropFirst()))
  switch kind & 7 {
  case 0:
    let token = string(rest)
    try expect((try? keys.signer.verify(token, at: 0)) == nil, "nobody guesses a signature")
    try expect((try? keys.signer.verifyTemporary(token, at: 0)) == nil, "nobody guesses a signature")
  case 1: try judge(keys, keys.shared, payload: rest)
  case 2: try judge(keys, keys.pair, payload: rest)
  case 3: try judge(keys, keys.shared, header: rest)
  case 4: try judge(keys, keys.pair, header: rest)
  case 5:
    let temporary = keys.vault.key(for: "temporary API tokens 1")
    let signed = encoded(Array(#"{"alg":"HS256"}"#.utf8)) + [UInt8(ascii: ".")] + encoded(rest)
    let token = string(signed + [UInt8(ascii: ".")] + encoded(temporary.code(of: signed)))
    try expect((try? keys.signer.verify(token, at: end - 1)) == nil, "a temporary token is no base token")
    guard let claims = try? keys.signer.verifyTemporary(token, at: .min) else { return }
    try expect((try? keys.signer.verifyTemporary(token, at: claims.expiry)) == nil, "over when its time is over")
    // A time is written as a fraction, which has 53 bits.
    guard abs(claims.expiry) < 1 << 53 else { return }
    let again = keys.signer.sign(claims)
    guard again.utf8.count <= 8192 else { return }
    try expect((try keys.signer.verifyTemporary(again, at: .min)) == claims, "the same claims, there and back")
  default:
    // A valid token with one byte changed.
    var token = Array(keys.signer.sign(example).utf8)
    guard rest.count >= 3 else { return }
    let place = (Int(rest[0]) << 8 | Int(rest[1])) % token.count
    guard token[place] != rest[2] else { return }
    token[place] = rest[2]
    try expect((try? keys.signer.verify(string(token), at: end - 1)) == nil, "a changed token is refused")
  }
}

/// Verifies a token with the fuzzer's payload, to measure the cost.
func readToken(_ bytes: [UInt8]) {
  guard let keys = try? keys.get() else { return }
  let signed = keys.shared.header + encoded(bytes)
  let token = signed + [UInt8(ascii: ".")] + encoded(keys.shared.signature(of: signed))
  _ = try? keys.signer.verify(string(token), at: 0)
  _ = try? keys.signer.verify(string(bytes), at: 0)
}

private let end: Int64 = 4_000_000_000
private let example = BaseTokenClaims.visitor(
  expiry: end, dtableUUID: "650d8a0d-7e27-46a8-8b18-6cc6f3db2057", permission: "r", externalLinkID: 1)

private func judge(_ keys: Keys, _ key: SigningKey, payload: [UInt8]) throws {
  let signed = key.header + encoded(payload)
  let token = string(signed + [UInt8(ascii: ".")] + encoded(key.signature(of: signed)))
  try expect((try? keys.signer.verifyTemporary(token, at: .min)) == nil, "a base token is no temporary token")
  guard let expiry = (try? JSON(payload)).flatMap({ try? BaseTokenClaims($0, RegisteredClaims($0)) })?.expiry,
    abs(expiry) < 1 << 53,
    let claims = try? keys.signer.verify(token, at: expiry - 1)
  else { return }
  try expect((try? keys.signer.verify(token, at: expiry)) == nil, "over when its time is over")
  try expect((try? keys.signer.verify(token, at: .min)) == nil, "no token lives for ever")
  let again = keys.signer.sign(claims)
  guard again.utf8.count <= 8192 else { return }
  try expect((try keys.signer.verify(again, at: expiry - 1)) == claims, "the same claims, there and back")
}

private func judge(_ keys: Keys, _ key: SigningKey, header: [UInt8]) throws {
  let payload = JSONWriter.bytes(of: example)
  let signed = encoded(header) + [UInt8(ascii: ".")] + encoded(payload)
  let token = string(signed + [UInt8(ascii: ".")] + encoded(key.signature(of: signed)))
  guard (try? keys.signer.verify(token, at: end - 1)) != nil else { return }
  let text = string(header)
  try expect(text.contains(key.algorithm.rawValue) || text.contains("\\u"), "the header names the key's algorithm")
}

// MARK: Rows

/// A column's value from the database: read as every type that it could be; an array also in a round trip.
func row(_ bytes: [UInt8]) throws {
  guard let kind = bytes.first else { return }
  // Exactly as long as the content, so that reading beyond it is detected.
  let content = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count - 1, alignment: 1)
  defer { content.deallocate() }
  content.copyBytes(from: bytes.dropFirst())
  let arrays = PostgresType.arrays.sorted { $0.rawValue < $1.rawValue }
  let types = [.bool, .bytea, .int8, .int4, .int2, .text, .jsonb, .timestamptz] + arrays
  let cell = PostgresCell(
    column: "fuzz", type: types[Int(kind) % types.count], value: UnsafeRawBufferPointer(content))
  _ = try? Int64(cell)
  _ = try? Int32(cell)
  _ = try? Bool(cell)
  _ = try? String(cell)
  _ = try? Timestamp(cell)
  _ = try? Array<UInt8>(cell)
  _ = try? Optional<Int64>(cell)
  _ = try? Array<String>(cell)
  _ = try? Array<Bool>(cell)
  _ = try? Array<Timestamp>(cell)
  guard let numbers = try? Array<Int64>(cell) else { return }
  try expect(numbers.count <= content.count / 6, "no more numbers than there are bytes for")
  let again = array(of: numbers)
  let read = try again.withUnsafeBytes { try Array<Int64>(PostgresCell(column: "fuzz", type: .int8Array, value: $0)) }
  try expect(read == numbers, "the same numbers, there and back")
}

/// Reads an array from the database, to measure the cost.
func readNumbers(_ bytes: [UInt8]) {
  bytes.withUnsafeBytes { bytes in
    _ = try? Array<Int64>(PostgresCell(column: "fuzz", type: .int8Array, value: bytes))
    _ = try? Array<String>(PostgresCell(column: "fuzz", type: .textArray, value: bytes))
  }
}

private func array(of numbers: [Int64]) -> [UInt8] {
  var bytes = bigEndian(Int32(numbers.isEmpty ? 0 : 1)) + bigEndian(Int32(0)) + bigEndian(Int32(20))
  if numbers.isEmpty { return bytes }
  bytes += bigEndian(Int32(numbers.count)) + bigEndian(Int32(1))
  for number in numbers { bytes += bigEndian(Int32(8)) + bigEndian(number) }
  return bytes
}

private func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: number.bigEndian) { Array($0) }
}

extension PostgresType {
  fileprivate static let int8Array = PostgresType(rawValue: 1016)
  fileprivate static let textArray = PostgresType(rawValue: 1009)
}
