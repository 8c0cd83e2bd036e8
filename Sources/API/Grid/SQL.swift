internal import Access
internal import Domain
internal import Grid
internal import Ground
internal import HTTP

// swift-format-ignore
let sqlRoutes = Table(.sql, [
  Route(.post, "/api-gateway/api/v2/dtables/{base_uuid}/sql/", "querySQL", as: BaseReader.self, runStatement, body: .rows)
    .also("/dtable-db/api/v1/query/{base_uuid}/"),
])

// MARK: Inputs

/// A statement: `sql`, `parameters`, `convert_keys`. `server_only`, which asks the real server for its slower store, is
/// ignored.
struct SentStatement: Input {
  let statement: ClientStatement

  /// An `Idempotency-Key` is for statements that write: a SELECT has a new answer each time.
  var isDoneOnce: Bool { statement.writes }

  init(_ parts: Parts) throws {
    let body = try parts.grid()
    guard let sql = body.slice("sql")?.string else { throw FieldsError.invalid("sql") }
    statement = try ClientStatement(
      sql, parameters: try Self.parameters(body), form: try body.boolean("convert_keys") == true ? .names : .keys,
      isStrict: parts.isStrict)
  }

  /// The most values of all parameters, with those in lists.
  private static let most = 100_000

  /// The parameters as trees. An object, or a list inside of another, is none: there is nothing in it.
  private static func parameters(_ body: GridBody) throws -> [JSON] {
    var count = 0
    return try (body.optionalList("parameters") ?? []).map { parameter throws in
      count += 1
      guard !parameter.isObject else { return .object([]) }
      guard let items = parameter.elements(upTo: most) else { return try parameter.json() }
      count += items.count
      guard count <= most else { throw FieldsError.invalid("parameters") }
      return .array(try items.map { try $0.isObject || $0.elements(upTo: 0) != nil ? .object([]) : $0.json() })
    }
  }
}

// MARK: Outputs

/// The answer to a statement: columns and rows, or if it has written, neither.
struct StatementOutput: Output {
  let answer: StatementAnswer?

  func response(publicURL: String) -> Response {
    var json = JSONWriter()
    json.object { json in
      json.add("success", true)
      json.add("error_message", "")
      json.add("is_join_stmt", answer?.isJoin ?? false)
      json.add("metadata", answer.map { MetadataList(columns: $0.columns) } ?? MetadataList(columns: nil))
      json.add("results", WrittenValue(bytes: answer?.results))
    }
    return Response(200, type: "application/json", json.bytes)
  }
}

private struct MetadataList: JSONEncodable {
  let columns: [ResultColumn]?
  func write(to json: inout JSONWriter) {
    if let columns { json.array(columns) } else { json.raw("null".utf8) }
  }
}

/// JSON that was written already; null if there is none.
private struct WrittenValue: JSONEncodable {
  let bytes: [UInt8]?
  func write(to json: inout JSONWriter) { json.raw(bytes ?? Array("null".utf8)) }
}

// MARK: Operations

/// Runs a statement. Whoever only reads cannot become the writer that a statement takes which writes.
func runStatement(by reader: BaseReader, _ sent: SentStatement, _ app: App) async throws -> StatementOutput {
  let statements = Statements(app, of: reader.bearer.base)
  guard sent.statement.writes else { return StatementOutput(answer: try await statements.select(sent.statement)) }
  try await statements.run(sent.statement, by: BaseWriter(reader))
  return StatementOutput(answer: nil)
}
