internal import Glibc
public import HTTP

/// Writes the header of every answer. What does not change from one answer to the next is written once a second.
public struct AnswerWriter {
  private let edge: Edge
  /// The date, and the fields of the edge.
  private var common: [UInt8] = []
  private var date = ""
  private var second = 0

  /// A writer for this edge.
  public init(_ edge: Edge) { self.edge = edge }

  /// Adds an answer's header to the buffer.
  ///
  /// The response's fields take precedence over those of the edge. A field whose value has a line end is left out.
  /// `headers` are the request's, as far as they are known, and `id` is its ID. To an old client, which speaks HTTP/1.0, a
  /// body of unknown length ends with the connection. If that is kept, other answers may follow.
  public mutating func write(
    _ response: Response, for headers: Headers, id: String, isOld: Bool, isKept: Bool, to buffer: inout [UInt8]
  ) {
    refresh()
    buffer.append("HTTP/1.1 ")
    buffer.append(String(response.status))
    buffer.append(Self.phrase(response.status))
    if response.headers.contains(where: { field in edge.fields.contains { isSame($0.name, field.name) } }) {
      buffer.append(field: "Date", date)
      for (name, value) in edge.fields where !response.headers.contains(where: { isSame($0.name, name) }) {
        buffer.append(field: name, value)
      }
    } else {
      buffer.append(contentsOf: common)
    }
    for (name, value) in response.headers { buffer.append(field: name, value) }
    for (name, value) in edge.permission(for: headers, response.openness) { buffer.append(field: name, value) }
    buffer.append(field: "X-Request-Id", id)
    if Self.hasBody(response.status) {
      if let length = response.length {
        buffer.append(field: "Content-Length", "\(length)")
      } else if !isOld {
        buffer.append("Transfer-Encoding: chunked\r\n")
      }
    }
    if !isKept { buffer.append("Connection: close\r\n") } else if isOld { buffer.append("Connection: keep-alive\r\n") }
    buffer.append("\r\n")
  }

  /// Whether an answer with this status has a body, and so a length (RFC 9110, 8.6).
  public static func hasBody(_ status: Int) -> Bool { status >= 200 && status != 204 && status != 304 }

  private mutating func refresh() {
    let now = time(nil)
    guard now != second else { return }
    second = now
    date = httpDate(now)
    common.removeAll(keepingCapacity: true)
    common.append(field: "Date", date)
    for (name, value) in edge.fields { common.append(field: name, value) }
  }

  /// The rest of a status line, for people.
  private static func phrase(_ status: Int) -> StaticString {
    switch status {
    case 200: " OK\r\n"
    case 201: " Created\r\n"
    case 202: " Accepted\r\n"
    case 204: " No Content\r\n"
    case 206: " Partial Content\r\n"
    case 304: " Not Modified\r\n"
    case 400: " Bad Request\r\n"
    case 401: " Unauthorized\r\n"
    case 403: " Forbidden\r\n"
    case 404: " Not Found\r\n"
    case 408: " Request Timeout\r\n"
    case 409: " Conflict\r\n"
    case 413: " Content Too Large\r\n"
    case 416: " Range Not Satisfiable\r\n"
    case 429: " Too Many Requests\r\n"
    case 500: " Internal Server Error\r\n"
    case 503: " Service Unavailable\r\n"
    case ..<300: " Success\r\n"
    case ..<400: " Redirection\r\n"
    case ..<500: " Refused\r\n"
    default: " Failed\r\n"
    }
  }
}

/// A point in time as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
func httpDate(_ seconds: Int) -> String {
  var (seconds, parts) = (seconds, tm())
  gmtime_r(&seconds, &parts)
  return String(unsafeUninitializedCapacity: 30) { text in
    text.withMemoryRebound(to: CChar.self) { strftime($0.baseAddress, 30, "%a, %d %b %Y %H:%M:%S GMT", &parts) }
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ text: String) { append(contentsOf: text.utf8) }

  fileprivate mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { append(contentsOf: $0) }
  }

  fileprivate mutating func append(field name: String, _ value: String) {
    guard !value.utf8.contains(where: isControl) else { return }
    append(name)
    append(": ")
    append(value)
    append("\r\n")
  }
}

private func isSame(_ left: String, _ right: String) -> Bool {
  left.utf8.count == right.utf8.count && zip(left.utf8, right.utf8).allSatisfy { $0 | 0x20 == $1 | 0x20 }
}
