internal import Glibc

/// Turns the log's JSON lines into lines for people, in columns: the local time, the level, the message, and the
/// fields.
///
///     15:04:05.123  info     request           GET     200      0.8 ms  /api2/ping/  address=127.0.0.1 request_id=…
///
/// Whatever JSON escapes stays escaped, so that no field can move a terminal's cursor.
struct LogText: Sendable {
  let hasColours: Bool

  /// In colour on a terminal, unless NO_COLOR is set (no-color.org).
  static var ofProcess: LogText {
    let isPlain = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    return LogText(hasColours: !isPlain && isatty(STDOUT_FILENO) == 1)
  }

  func lines(_ json: [UInt8]) -> [UInt8] {
    json.split(separator: UInt8(ascii: "\n")).flatMap { Array((line(FlatJSON.members(of: $0)) + "\n").utf8) }
  }

  private func line(_ members: [(name: String, value: String)]) -> String {
    var rest = members
    func take(_ name: String) -> String {
      guard let index = rest.firstIndex(where: { $0.name == name }) else { return "" }
      return rest.remove(at: index).value
    }
    let (time, level, message) = (localTime(take("time")), take("level"), take("message"))
    var parts = ["\(faint(time))  \(coloured(padded(level, 7), level))", padded(message, 16)]
    if message == "request" {
      let (method, status, route) = (take("method"), take("status"), take("route"))
      let time = milliseconds(take("microseconds"))
      parts += [padded(method, 6), coloured(padded(status, 3), status.hasPrefix("5") ? "error" : ""), time, route]
    }
    let fields = rest.filter { $0.value != "null" }.map { "\(faint($0.name + "="))\(quoted($0.value))" }
    return (parts + [fields.joined(separator: " ")]).joined(separator: "  ").trimmingEnd()
  }

  /// `2026-11-24T09:47:41.123Z` as the local time of day.
  private func localTime(_ text: String) -> String {
    let given = text.split { !$0.isNumber }.compactMap { Int32($0) }
    guard given.count == 7 else { return text }
    var parts = tm()
    (parts.tm_year, parts.tm_mon, parts.tm_mday) = (given[0] - 1900, given[1] - 1, given[2])
    (parts.tm_hour, parts.tm_min, parts.tm_sec) = (given[3], given[4], given[5])
    var time = timegm(&parts)
    localtime_r(&time, &parts)
    let numbers = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }
    return numbers.joined(separator: ":") + text.suffix(5).dropLast()
  }

  private func milliseconds(_ microseconds: String) -> String {
    guard let number = Int(microseconds) else { return padded("", 11) }
    let tenths = (number + 50) / 100
    let text = "\(tenths / 10).\(tenths % 10) ms"
    return String(repeating: " ", count: max(0, 11 - text.count)) + text
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private func quoted(_ text: String) -> String { text.contains(" ") || text.isEmpty ? "\"\(text)\"" : text }

  private func faint(_ text: String) -> String { hasColours ? "\u{1b}[2m\(text)\u{1b}[0m" : text }

  private func coloured(_ text: String, _ level: String) -> String {
    let colours = ["debug": "2", "info": "32", "warning": "33", "error": "31"]
    guard hasColours, let colour = colours[level] else { return text }
    return "\u{1b}[\(colour)m\(text)\u{1b}[0m"
  }
}

extension String {
  /// Without the blanks at its end.
  func trimmingEnd() -> String {
    var text = self
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }
}

/// The members of an object that `JSONWriter` has written: strings without their quotes, everything else as it is.
private enum FlatJSON {
  static func members(of line: ArraySlice<UInt8>) -> [(name: String, value: String)] {
    var rest = line.dropFirst()  // {
    var members: [(name: String, value: String)] = []
    while rest.first == UInt8(ascii: "\"") {
      let name = text(&rest)
      rest = rest.dropFirst()  // :
      members.append((name, rest.first == UInt8(ascii: "\"") ? text(&rest) : other(&rest)))
      rest = rest.dropFirst()  // , or }
    }
    return members
  }

  /// A string, in which only escaped quotes and backslashes are unescaped.
  private static func text(_ rest: inout ArraySlice<UInt8>) -> String {
    var bytes: [UInt8] = []
    rest = rest.dropFirst()
    while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
      if byte == UInt8(ascii: "\\"), let next = rest.first, next != UInt8(ascii: "u") {
        bytes.append(next)
        rest = rest.dropFirst()
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A number, a word, or an object or array whole.
  private static func other(_ rest: inout ArraySlice<UInt8>) -> String {
    var bytes: [UInt8] = []
    var depth = 0
    while let byte = rest.first {
      if byte == UInt8(ascii: "\"") {
        bytes += "\"\(text(&rest))\"".utf8
        continue
      }
      if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") { depth += 1 }
      if depth == 0 && (byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}")) { break }
      if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { depth -= 1 }
      bytes.append(byte)
      rest = rest.dropFirst()
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
