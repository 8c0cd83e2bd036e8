import Ground

@testable import API
@testable import Domain
@testable import HTTP

/// A form: compared with a model, in a round trip, and with the same fields as multipart and as JSON.
func form(_ bytes: [UInt8]) throws {
  let fields = try? Fields(urlEncoded: bytes, in: "form")
  let model = modelOfForm(bytes)
  try expect((fields?.texts).map(flat) == model.map(flat), "the same fields as the model's")
  guard let texts = fields?.texts else { return }
  let again = texts.map { "\(escaped($0.name.utf8))=\(escaped($0.text.utf8))" }.joined(separator: "&")
  try expect(flat(try Fields(urlEncoded: Array(again.utf8), in: "form").texts ?? []) == flat(texts), "there and back")

  // A multipart header cannot have a name with a line end.
  let writable = texts.prefix(100).filter { !$0.name.utf8.contains { $0 == 10 || $0 == 13 } }
  guard !writable.isEmpty else { return }
  if !writable.contains(where: { $0.text.contains("--fuzz") }) {
    let body = Array(multipartBody(writable.map { Part(name: $0.name, content: Array($0.text.utf8), isFile: false) }))
    try expect(
      flat(try Fields(multipart: body, boundary: "fuzz").texts ?? []) == flat(Array(writable)),
      "the same fields as multipart")
  }
  // Nor can an object have a name twice.
  let counts = Dictionary(writable.map { (ExactText($0.name), 1) }, uniquingKeysWith: +)
  let single = writable.filter { counts[ExactText($0.name)] == 1 }
  let json = try Fields(json: JSONWriter.bytes(of: Members(texts: single)))
  for (name, text) in single {
    let read = try? json.optionalText(name, 0...10_000_000)
    try expect(read.map { areSame($0, normalized(text)) } ?? false, "the same field as JSON")
  }
}

private func modelOfForm(_ bytes: [UInt8]) -> [(name: String, text: String)]? {
  var fields: [(name: String, text: String)] = []
  for pair in bytes.split(separator: UInt8(ascii: "&")) {
    let name = pair.prefix { $0 != UInt8(ascii: "=") }
    let text = pair.dropFirst(name.count + 1)
    guard let name = modelOfDecoding(Array(name), plusIsBlank: true),
      let text = modelOfDecoding(Array(text), plusIsBlank: true)
    else { return nil }
    fields.append((string(name), string(text)))
  }
  return fields.count <= Fields.most ? fields : nil
}

/// A multipart body, with its Content-Type in the first line: in a round trip.
func multipart(_ bytes: [UInt8]) throws {
  let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
  let boundary = MediaType(string(line)).parameters["boundary"]
  guard let fields = try? Fields(multipart: Array(bytes.dropFirst(line.count + 1)), boundary: boundary) else { return }
  let parts = fields.contents
  try expect(parts.count <= 100, "no more parts than are allowed")
  let body = Array(multipartBody(parts))
  // A part may contain the delimiter that is used here.
  guard body.count < 100_000, !parts.contains(where: { string($0.content).utf8.contains(UInt8(ascii: "-")) }),
    !parts.contains(where: { $0.name.utf8.contains { $0 == 10 || $0 == 13 } }), !parts.isEmpty
  else { return }
  let again = try Fields(multipart: body, boundary: "fuzz").contents
  try expect(again == parts, "there and back")
}

/// Reads a multipart body, to measure the cost.
func readMultipart(_ bytes: [UInt8]) {
  let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
  let boundary = MediaType(string(line)).parameters["boundary"] ?? "x"
  _ = try? Fields(multipart: Array(bytes.dropFirst(line.count + 1)), boundary: boundary)
}

private struct Part: Equatable {
  let name: String
  let content: [UInt8]
  let isFile: Bool
}

private func multipartBody(_ parts: [Part]) -> [UInt8] {
  var body: [UInt8] = []
  for part in parts {
    body += "--fuzz\r\nContent-Disposition: form-data; name=\(quoted(part.name))".utf8
    body += (part.isFile ? "; filename=\"x\"" : "").utf8
    body += "\r\n\r\n".utf8 + part.content + Array("\r\n".utf8)
  }
  return body + Array("--fuzz--\r\n".utf8)
}

/// The getters: a number, a Boolean or a text is the same in each of the three encodings.
func getters(_ bytes: [UInt8]) throws {
  guard let fields = try? Fields(urlEncoded: bytes, in: "form"), let last = fields.texts?.last else { return }
  let (name, text) = last
  let isNumber = Int64(text) != nil && text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }
  let number = try? fields.integer(name, .min ... .max)
  try expect(number == (isNumber ? Int64(text) : nil), "a number is what has decimal digits alone")
  if let number { try expect((try? fields.integer(name, 1...9)) == ((1...9).contains(number) ? number : nil), "range") }
  let truth = try? fields.boolean(name)
  let expected: Bool? =
    switch Array(text.utf8).map({ $0 | 0x20 }) {
    case Array("true".utf8), Array("1".utf8): true
    case Array("false".utf8), Array("0".utf8): false
    default: nil
    }
  // `|` alone would turn other characters into letters, too.
  let isPlain = text.utf8.allSatisfy { (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) || $0 & 0xfe == 0x30 }
  try expect(truth == (isPlain ? expected : nil), "a truth is a word of four")
  let shorter = try? fields.optionalText(name, 0...10)
  try expect((shorter ?? nil).map { $0.unicodeScalars.count <= 10 } ?? true, "no text that is too long")
  try expect(fields.has(name), "what is there, is there")
  _ = try? fields.texts(name, 0...1000)
  _ = try? fields.optionalTime(name)
  _ = try? fields.file(name)
  _ = try? APITokenTerms(fields)
}

/// Gets the last of the fields, to measure the cost.
func get(_ bytes: [UInt8]) {
  guard let fields = try? Fields(urlEncoded: bytes, in: "form"), let name = fields.values.last?.name else { return }
  _ = (fields.has(name), try? fields.optionalText(name, 0...1000), try? fields.integer(name, 0...9))
  _ = (try? fields.boolean(name), try? fields.texts(name, 0...1000), fields.has("name"))
}

// MARK: Fields as they are

extension Fields {
  /// The fields with their texts; nil if one of them is not a text.
  fileprivate var texts: [(name: String, text: String)]? {
    var texts: [(name: String, text: String)] = []
    for (name, value) in values {
      guard case .json(.string(let text)) = value else { return nil }
      texts.append((name, text))
    }
    return texts
  }

  /// The bytes of each field, including files.
  fileprivate var contents: [Part] {
    values.compactMap { name, value in
      switch value {
      case .json(.string(let text)): Part(name: name, content: Array(text.utf8), isFile: false)
      case .file(_, let bytes): Part(name: name, content: bytes, isFile: true)
      default: nil
      }
    }
  }
}

private func flat(_ fields: [(name: String, text: String)]) -> [[UInt8]] {
  fields.flatMap { [Array($0.name.utf8), Array($0.text.utf8)] }
}

/// Fields as a JSON object, each name once.
private struct Members: JSONEncodable {
  let texts: [(name: String, text: String)]

  func write(to json: inout JSONWriter) {
    json.object { for (name, text) in texts { $0.add(named: name, text) } }
  }
}
