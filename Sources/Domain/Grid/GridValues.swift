public import Grid
public import Postgres

extension RowID: PostgresEncodable, PostgresDecodable, PostgresElement {
  /// The text of a UUID: write `\(id)::uuid`.
  public var postgresParameter: PostgresParameter { .text(uuid) }

  /// Reads a `uuid`.
  public init(_ cell: PostgresCell) throws(PostgresError) {
    guard let id = RowID(bytes: try [UInt8](cell)) else { throw .unexpected("a row's key has not 16 bytes") }
    self = id
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
