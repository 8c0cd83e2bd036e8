internal import Assets
public import HTTP

/// What `openapi.yaml` says, as far as the tests compare the service with it.
public struct Description: Sendable {
  /// The description of one operation.
  public struct Operation: Sendable {
    /// The method.
    public let method: Method
    /// The path, with its variables in braces.
    public let path: String
    /// The `operationId`.
    public let id: String
    /// The principal, from `x-principal`.
    public let principal: String
    /// The statuses of all responses, in the order of the document.
    public let statuses: [Int]
    /// The names of the described path parameters.
    public let variables: [String]
  }

  /// A response is not described.
  public struct Undescribed: Error, CustomStringConvertible {
    /// The operation and the status.
    public let description: String
  }

  /// The whole document.
  public let document: YAML
  /// The operations, in the order of the document.
  public let operations: [Operation]
  /// The statuses that every operation may return, as the document's introduction says; and 500, which none should:
  /// tests that break the service on purpose expect it.
  public static let everywhere: Set<Int> = [405, 409, 413, 414, 415, 422, 429, 431, 500, 501, 503]
  /// The description that is compiled into the program.
  public static let shared = Result { try Description(text) }

  /// The document's text.
  public static var text: String {
    let bytes = UnsafeBufferPointer(start: basekeeper_openapi.bytes, count: basekeeper_openapi.count)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Reads a document.
  public init(_ text: String) throws {
    let document = try YAML(text)
    self.document = document
    operations = try (document["paths"]?.entries ?? []).flatMap { path in
      try path.value.entries.filter { $0.key != "parameters" }.map { entry in
        guard let method = Method(rawValue: entry.key.uppercased()) else {
          throw Undescribed(description: "\(path.key): \(entry.key) is no method")
        }
        let parameters = [path.value["parameters"], entry.value["parameters"]].flatMap { $0?.elements ?? [] }
        return Operation(
          method: method, path: path.key, id: entry.value["operationId"]?.text ?? "",
          principal: entry.value["x-principal"]?.text ?? "",
          statuses: entry.value["responses"]?.entries.compactMap { Int($0.key) } ?? [],
          variables: parameters.map { Self.resolved($0, in: document) }
            .filter { $0["in"]?.text == "path" && $0["required"]?.text == "true" }.compactMap { $0["name"]?.text })
      }
    }
  }

  /// The target of a reference; the value itself if it is not one.
  private static func resolved(_ value: YAML, in document: YAML) -> YAML {
    guard let reference = value["$ref"]?.text else { return value }
    return reference.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] ?? .map([]) }
  }

  /// The operation of a request; a literal segment takes precedence over a variable one.
  func operation(_ method: Method, _ asked: [String]) -> Operation? {
    let method = method == .head ? .get : method
    return operations.filter { one in
      let segments = one.path.split(separator: "/")
      return one.method == method && segments.count == asked.count
        && zip(segments, asked).allSatisfy { $0.first == "{" || $0 == $1[...] }
    }
    .min { $0.variables.count < $1.variables.count }
  }

  /// Throws for a status that is not described.
  public func check(_ method: Method, _ segments: [String], _ status: Int) throws {
    guard let operation = operation(method, segments), !Self.everywhere.contains(status) else { return }
    guard operation.statuses.contains(status) else {
      throw Undescribed(description: "\(operation.id) answers \(status), which openapi.yaml does not have")
    }
  }
}
