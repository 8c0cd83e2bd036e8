internal import Postgres

/// Access to the database behind the service.
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

  /// A hash of all rows.
  public func fingerprint() async throws -> Int { try await dump().hashValue }

  /// The number of rows of `table where condition`.
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

  /// Where a pattern is found in text columns, except in the logs.
  public func places(of pattern: String) async throws -> [(column: String, match: String)] {
    let places: [Place] = try await db.onLoop {
      try await $0.rows(
        """
        select column_name, match::text as match
        from (
          select table_name || '.' || column_name as column_name, query_to_xml(
            format('select distinct (regexp_matches(%I, %L))[1] as match from public.%I', column_name, \(pattern)::text,
              table_name), false, false, '') as matches
          from information_schema.columns
          where table_schema = 'public' and data_type = 'text' and table_name !~ '_log$'
            and table_name in (
              select table_name from information_schema.tables
              where table_schema = 'public' and table_type = 'BASE TABLE')
        ) as found
        cross join lateral unnest(xpath('//match/text()', matches)) as match
        """)
    }
    return places.map { ($0.column, $0.match) }
  }

  private struct Place: RowDecodable {
    let column: String
    let match: String
    init(_ row: Row) throws(PostgresError) { (column, match) = (try row["column_name"], try row["match"]) }
  }

  /// The rows of a table with their writing transactions and locations: unchanged as long as nothing is written.
  public func storage(of table: String) async throws -> String {
    let text: Text? = try await db.onLoop {
      try await $0.row(
        """
        select query_to_xml(
          format('select t::text as row, xmin, xmax, ctid from public.%I as t order by ctid', \(table)::text), false, false, '')
          ::text as text
        """)
    }
    return text?.text ?? ""
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
