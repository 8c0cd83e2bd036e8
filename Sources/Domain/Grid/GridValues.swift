public import Grid
public import Postgres

extension RowID: PostgresEncodable, PostgresDecodable, PostgresElement {
  /// The text of a UUID: write `\(id)::uuid`.
  public var postgresParameter: PostgresParameter { .text(uuid) }

  /// Reads a `uuid`.
  public init(_ cell: PostgresCell) throws(PostgresError) {
    let (high, low) = try cell.uuid()
    self.init(high: high, low: low)
  }
}

extension GridKey: PostgresEncodable, PostgresElement {
  /// The key's text.
  public var postgresParameter: PostgresParameter { .text(text) }

  /// Keys are only sent as arrays.
  public static func array(_ cell: PostgresCell) throws(PostgresError) -> [GridKey] {
    throw .unexpected("an array of keys is never read")
  }
}
