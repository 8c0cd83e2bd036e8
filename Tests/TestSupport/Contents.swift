internal import Postgres

/// A look behind the service.
extension TestDatabase {
  /// Every row of every table, as text; byte strings in hexadecimal.
  public func dump() async throws -> String {
    let dump: Text? = try await db.onLoop {
      try await $0.row(
        """
        select string_agg(
          query_to_xml(format('select t::text as row from public.%I as t order by 1', table_name), false, false, '')::text,
          '' order by table_name) as text
        from information_schema.tables
        where table_schema = 'public' and table_type = 'BASE TABLE'
        """)
    }
    return dump?.text ?? ""
  }

  /// The same for the same rows, and different for others.
  public func fingerprint() async throws -> Int { try await dump().hashValue }

  /// How many rows there are of `table where condition`.
  public func count(_ source: String) async throws -> Int {
    let count: Count? = try await db.onLoop {
      try await $0.row(
        """
        select (xpath('//count/text()', query_to_xml('select count(*) from ' || \(source), false, false, '')))[1]::text
          ::bigint as count
        """)
    }
    return count?.count ?? 0
  }

  private struct Text: RowDecodable {
    let text: String
    init(_ row: Row) throws(PostgresError) { text = try row["text"] }
  }

  private struct Count: RowDecodable {
    let count: Int
    init(_ row: Row) throws(PostgresError) { count = try row["count"] }
  }
}
