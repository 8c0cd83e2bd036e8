import Ground

@testable import HTTP

/// JSON: compared with a model, in a round trip, and as the fields of a body.
func json(_ bytes: [UInt8]) throws {
  let read = try? JSON(bytes)
  var model = Model(bytes)
  let expected = model?.document()
  try expect(read == expected, "the same value as the model's")
  guard let read else { return }
  let written = JSONWriter.bytes(of: read)
  try expect(try JSON(written) == read, "there and back")
  try expect(JSONWriter.bytes(of: try JSON(written)) == written, "byte by byte")
  let fields = try? Fields(json: bytes)
  guard case .object(let members) = read, members.count <= Fields.most else {
    return try expect(fields == nil, "fields are an object's")
  }
  for member in members { try expect(fields?.json(member.name) == member.value, "a field for each member") }
}

/// A slow reader of JSON: scalar by scalar, texts as UTF-16, numbers by their parts.
private struct Model {
  private let scalars: [Unicode.Scalar]
  private var index = 0

  init?(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    scalars = Array(text.unicodeScalars)
  }

  mutating func document() -> JSON? {
    guard let value = value(64), next == nil else { return nil }
    return value
  }

  /// The next scalar after whitespace.
  private var next: Unicode.Scalar? {
    mutating get {
      while index < scalars.count, [" ", "\n", "\r", "\t"].contains(scalars[index]) { index += 1 }
      return index < scalars.count ? scalars[index] : nil
    }
  }

  private mutating func value(_ room: Int) -> JSON? {
    switch next {
    case "\""?: return string().map(JSON.string)
    case "["? where room > 0: return list("]") { $0.value(room - 1) }.map(JSON.array)
    case "{"? where room > 0:
      let members = list("}") { model in
        guard model.next == "\"", let name = model.string(), model.next == ":" else { return nil as JSON.Member? }
        model.index += 1
        return model.value(room - 1).map { JSON.Member(name: name, value: $0) }
      }
      guard let members, Set(members.map { Array($0.name.utf8) }).count == members.count else { return nil }
      return .object(members)
    default:
      let word = String(
        String.UnicodeScalarView(scalars[index...].prefix { !" \n\r\t,:[]{}\"".unicodeScalars.contains($0) }))
      index += word.unicodeScalars.count
      let words = ["true": JSON.boolean(true), "false": .boolean(false), "null": .null]
      return words[word] ?? (isNumber(word) ? .number(word) : nil)
    }
  }

  /// The content of brackets, of which the opening one is next.
  private mutating func list<Element>(_ end: Unicode.Scalar, _ element: (inout Model) -> Element?) -> [Element]? {
    index += 1
    var elements: [Element] = []
    if next == end {
      index += 1
      return elements
    }
    while let one = element(&self) {
      elements.append(one)
      guard let mark = next, mark == end || mark == "," else { return nil }
      index += 1
      if mark == end { return elements }
    }
    return nil
  }

  private mutating func string() -> String? {
    var units: [UInt16] = []
    index += 1
    while index < scalars.count, scalars[index].value >= 0x20 {
      let scalar = scalars[index]
      index += 1
      if scalar == "\"" { return String(validating: units, as: UTF16.self) }
      guard scalar == "\\" else {
        units.append(contentsOf: String(scalar).utf16)
        continue
      }
      guard index < scalars.count else { return nil }
      let plain: [Unicode.Scalar: UInt16] = [
        "\"": 0x22, "\\": 0x5c, "/": 0x2f, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9,
      ]
      let letter = scalars[index]
      index += 1
      if let unit = plain[letter] {
        units.append(unit)
      } else {
        let digits = String(String.UnicodeScalarView(scalars[index...].prefix(4)))
        guard letter == "u", digits.utf8.count == 4, digits.allSatisfy(\.isHexDigit),
          let unit = UInt16(digits, radix: 16)
        else { return nil }
        units.append(unit)
        index += 4
      }
    }
    return nil
  }
}

/// `-12.5e+3`, by its parts.
private func isNumber(_ text: String) -> Bool {
  let lowered = text.lowercased()
  let halves = lowered.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
  let parts = halves[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
  let whole = parts[0].hasPrefix("-") ? parts[0].dropFirst() : parts[0]
  guard isDigits(whole), whole == "0" || !whole.hasPrefix("0"), parts.count == 1 || isDigits(parts[1]) else {
    return false
  }
  guard halves.count == 2 else { return true }
  let power = halves[1].hasPrefix("+") || halves[1].hasPrefix("-") ? halves[1].dropFirst() : halves[1]
  return isDigits(power)
}

private func isDigits(_ text: Substring) -> Bool {
  !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
}
