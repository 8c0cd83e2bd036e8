internal import Foundation
public import HTTP

/// The encoding of a request's fields.
public enum Encoding: String, CaseIterable, Sendable {
  case form, multipart, json
}

/// The service's response.
public struct Answer: Sendable {
  /// The status.
  public let status: Int
  /// The body as text.
  public let text: String
  /// The header.
  public let headers: [String: String]
  /// The log lines about security, as JSON.
  public let security: [String]

  /// The body as JSON.
  public var json: Any? { try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed) }

  /// A member of the body's object by its path: `answer["table", "name"]`.
  public subscript(path: String...) -> Any? {
    path.reduce(json) { value, name in (value as? [String: Any])?[name] }
  }
}

extension World {
  /// Sends a request through the whole service, but without a socket.
  public func call(
    _ method: HTTP.Method, _ path: String, as caller: Caller = .nobody, _ fields: [String: String] = [:],
    _ encoding: Encoding = .form, scheme: String = "Token", headers: [Headers.HeaderName: String] = [:],
    address: String = home
  ) async throws -> Answer {
    let credential = caller == .malformed ? "no-scheme" : credentials[caller].map { "\(scheme) \($0)" }
    return try await call(
      method, path, authorization: credential, fields, encoding, headers: headers, address: address)
  }

  /// The same with any `Authorization`.
  public func call(
    _ method: HTTP.Method, _ path: String, authorization: String?, _ fields: [String: String] = [:],
    _ encoding: Encoding = .form, headers: [Headers.HeaderName: String] = [:], address: String = home
  ) async throws -> Answer {
    let (type, body) = fields.isEmpty ? (nil, []) : encoded(fields, encoding)
    var all = Headers()
    for (name, value) in headers { all[name] = value }
    all[.authorization] = authorization
    all[.contentType] = type
    return try await send(method, path, all, body, from: address)
  }

  /// The same with any body.
  public func send(
    _ method: HTTP.Method, _ path: String, as caller: Caller, type: String?, body: [UInt8],
    headers more: [Headers.HeaderName: String] = [:]
  ) async throws -> Answer {
    var headers = Headers()
    for (name, value) in more { headers[name] = value }
    headers[.authorization] = credentials[caller].map { "Token \($0)" }
    headers[.contentType] = type
    return try await send(method, path, headers, body, from: Self.home)
  }

  /// The default address of callers.
  public static let home = "127.0.0.1"

  private func send(
    _ method: HTTP.Method, _ path: String, _ headers: Headers, _ body: [UInt8], from address: String
  ) async throws -> Answer {
    var request = Request(id: "test", method, try Target(path), headers: headers, body: body, address: address)
    TrustedProxies().resolveCaller(of: &request)  // as the server does without trusted proxies
    let (response, security) = try await respond(to: request)
    return Answer(
      status: response.status, text: String(decoding: response.body, as: UTF8.self),
      headers: Dictionary(response.headers.map { ($0.name, $0.value) }) { $1 }, security: security)
  }
}

private func encoded(_ fields: [String: String], _ encoding: Encoding) -> (type: String?, body: [UInt8]) {
  switch encoding {
  case .form:
    let pairs = fields.map { "\(escaped($0.key))=\(escaped($0.value))" }
    return ("application/x-www-form-urlencoded", Array(pairs.joined(separator: "&").utf8))
  case .multipart:
    let parts = fields.map { "--edge\r\nContent-Disposition: form-data; name=\"\($0.key)\"\r\n\r\n\($0.value)\r\n" }
    return ("multipart/form-data; boundary=edge", Array((parts.joined() + "--edge--\r\n").utf8))
  case .json:
    let data = try? JSONSerialization.data(withJSONObject: fields)
    return ("application/json", Array(data ?? Data()))
  }
}

private func escaped(_ text: String) -> String {
  text.utf8.map { byte in
    let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    return isPlain ? String(UnicodeScalar(byte)) : "%" + String(Int(byte) + 0x100, radix: 16).suffix(2)
  }.joined()
}
