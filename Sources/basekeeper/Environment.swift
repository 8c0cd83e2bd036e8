internal import Glibc
internal import HTTP

/// The process's environment: typed reading that gathers every problem, so that the operator sees all of them at once.
struct Environment {
  private let values: [String: String]
  private(set) var problems: [String] = []
  private(set) var known: Set<String> = []

  init(_ values: [String: String]) { self.values = values }

  /// The variables of this process.
  static var ofProcess: Environment {
    var values: [String: String] = [:]
    let block = contents(of: "/proc/self/environ") ?? []
    for entry in block.split(separator: 0) {
      let pair = String(decoding: entry, as: UTF8.self).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2 { values[String(pair[0])] = String(pair[1]) }
    }
    return Environment(values)
  }

  /// Variables of our prefix that nothing has read: most likely misspelt.
  var unknown: [String] {
    values.keys.filter { $0.hasPrefix("BASEKEEPER_") && !known.contains($0) }.sorted()
  }

  /// A text; empty counts as not set.
  mutating func text(_ name: String) -> String? {
    known.insert(name)
    return values[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// A secret: from the variable, or from the file that `NAME_FILE` names, without the line end at its end.
  mutating func secret(_ name: String) -> String? {
    if let value = text(name) { return value }
    guard let path = text(name + "_FILE") else { return nil }
    guard let bytes = contents(of: path), let content = String(validating: bytes, as: UTF8.self) else {
      problems.append("\(name)_FILE: cannot read \(path)")
      return nil
    }
    return content.hasSuffix("\n") ? String(content.dropLast()) : content
  }

  /// A number within a range.
  mutating func integer(_ name: String, in range: ClosedRange<Int>, default standard: Int) -> Int {
    guard let text = text(name) else { return standard }
    guard let value = Int(text), range.contains(value) else {
      problems.append("\(name): \"\(text)\" is not a whole number from \(range.lowerBound) to \(range.upperBound)")
      return standard
    }
    return value
  }

  /// `1` or `0`.
  mutating func flag(_ name: String, default standard: Bool = false) -> Bool {
    guard let text = text(name) else { return standard }
    if text != "0" && text != "1" { problems.append("\(name): \"\(text)\" is neither 0 nor 1") }
    return text == "1"
  }

  /// Networks, with commas or blanks between; `none` for none where others are the default.
  mutating func networks(_ name: String, default standard: [IPNetwork]) -> [IPNetwork] {
    guard let text = text(name) else { return standard }
    if text == "none" { return [] }
    guard let networks = IPNetwork.list(text) else {
      problems.append("\(name): \"\(text)\" is not a list of networks like 10.0.0.0/8, 192.0.2.1, 2001:db8::/32")
      return standard
    }
    return networks
  }

  /// One of an enumeration's words.
  mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, default standard: Choice
  ) -> Choice {
    guard let text = text(name) else { return standard }
    guard let value = Choice(rawValue: text) else {
      problems.append("\(name): \"\(text)\" is none of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
      return standard
    }
    return value
  }

  /// Notes a value that cannot be used.
  mutating func refuse(_ name: String, _ reason: String) { problems.append("\(name): \(reason)") }
}

/// A whole file; nil where it cannot be read.
func contents(of path: String) -> [UInt8]? {
  let file = open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { return nil }
  defer { close(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = read(file, &buffer, buffer.count)
    guard count > 0 else { return count == 0 ? bytes : nil }
    bytes.append(contentsOf: buffer[..<count])
  }
}
