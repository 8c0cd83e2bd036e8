internal import Ground

/// A file of `NAME=value` lines, read by the rules of systemd's `EnvironmentFile=` (systemd.exec(5)), so that one file
/// means the same to the unit and to a command.
///
/// A line that begins with `#` or `;` is a comment. An unquoted value loses the blanks around it and the backslashes
/// before its characters. In single quotes everything stays as it is; in double quotes a backslash escapes `"`, `\`,
/// `` ` `` and `$`. Quotes may contain line ends, and a value may have several quoted pieces. A backslash at the end of a
/// line joins it with the next. Nothing is expanded.
struct EnvironmentFile {
  struct Assignment: Equatable {
    let name: String
    let value: String
    /// The line of the name, from 1.
    let line: Int
  }

  /// In the order of the file. If a name is repeated, the last entry counts.
  private(set) var entries: [Assignment] = []
  /// Lines that are no settings, from 1, and why.
  private(set) var problems: [(line: Int, reason: String)] = []

  init(_ bytes: [UInt8]) {
    var reader = Reader(bytes: bytes[...])
    while let entry = reader.next() {
      switch entry {
      case .success(let entry): entries.append(entry)
      case .failure(let problem): problems.append((problem.line, problem.reason))
      }
    }
  }
}

private struct Misfit: Error {
  let line: Int
  let reason: String
}

private struct Reader {
  var bytes: ArraySlice<UInt8>
  private var line = 1

  init(bytes: ArraySlice<UInt8>) { self.bytes = bytes }

  /// The next entry; nil at the end.
  mutating func next() -> Result<EnvironmentFile.Assignment, Misfit>? {
    while let first = bytes.first {
      if first.isBlank || isLineEnd(first) {
        _ = take()
      } else if first == UInt8(ascii: "#") || first == UInt8(ascii: ";") {
        takeLine()
      } else {
        return entry()
      }
    }
    return nil
  }

  private mutating func entry() -> Result<EnvironmentFile.Assignment, Misfit> {
    let begin = line
    var name: [UInt8] = []
    while let byte = bytes.first, byte != UInt8(ascii: "=") {
      if isLineEnd(byte) { break }
      name.append(byte)
      _ = take()
    }
    guard bytes.first == UInt8(ascii: "=") else { return .failure(Misfit(line: begin, reason: "not NAME=value")) }
    _ = take()
    while let last = name.last, last.isBlank { name.removeLast() }
    let value = value()
    guard isName(name) else {
      let text = String(decoding: name, as: UTF8.self)
      let hint = text.hasPrefix("export ") ? ": leave out \"export\"" : ""
      return .failure(Misfit(line: begin, reason: "\"\(text)\" is not a variable name\(hint)"))
    }
    guard !value.contains(0), let text = String(validating: value, as: UTF8.self) else {
      return .failure(Misfit(line: begin, reason: "the value is not text in UTF-8"))
    }
    return .success(EnvironmentFile.Assignment(name: String(decoding: name, as: UTF8.self), value: text, line: begin))
  }

  /// Quoted pieces, and then an unquoted one to the end of the line.
  private mutating func value() -> [UInt8] {
    var value: [UInt8] = []
    while let byte = bytes.first {
      switch byte {
      case UInt8(ascii: "'"): singleQuoted(&value)
      case UInt8(ascii: "\""): doubleQuoted(&value)
      case _ where isLineEnd(byte):
        _ = take()
        return value
      case _ where byte.isBlank: _ = take()
      default: return value + bare()
      }
    }
    return value
  }

  private mutating func bare() -> [UInt8] {
    var value: [UInt8] = []
    var blanks: [UInt8] = []
    while let byte = take() {
      if isLineEnd(byte) { break }
      if byte.isBlank {
        blanks.append(byte)
        continue
      }
      value += blanks
      blanks = []
      if byte != UInt8(ascii: "\\") {
        value.append(byte)
      } else if let escaped = take(), !isLineEnd(escaped) {
        value.append(escaped)
      }
    }
    return value
  }

  private mutating func singleQuoted(_ value: inout [UInt8]) {
    _ = take()
    while let byte = take(), byte != UInt8(ascii: "'") { value.append(byte) }
  }

  private mutating func doubleQuoted(_ value: inout [UInt8]) {
    _ = take()
    while let byte = take(), byte != UInt8(ascii: "\"") {
      guard byte == UInt8(ascii: "\\") else {
        value.append(byte)
        continue
      }
      guard let escaped = take(), escaped != UInt8(ascii: "\n") else { continue }
      if !"\"\\`$".utf8.contains(escaped) { value.append(byte) }
      value.append(escaped)
    }
  }

  private mutating func take() -> UInt8? {
    guard let byte = bytes.popFirst() else { return nil }
    if byte == UInt8(ascii: "\n") { line += 1 }
    return byte
  }

  private mutating func takeLine() {
    while let byte = take(), !isLineEnd(byte) {}
  }

  private func isName(_ name: [UInt8]) -> Bool {
    guard let first = name.first, !first.isDigit else { return false }
    return name.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "_") }
  }

  private func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
}
