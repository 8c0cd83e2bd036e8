import API
import Access
import Foundation
import HTTP
import TestSupport
import Testing

/// Answers with rows have an end, whatever rows hold.
@Suite struct LargeAnswers {
  private static let most = 100_000
  private static let large = String(repeating: "a", count: 30_000)

  /// Requests whose answers would have the three large rows of a table, or what is linked with them.
  private static let requests: [(method: HTTP.Method, path: String, body: String?)] = [
    (.get, "rows/?table_name=Table1", nil),
    (.get, "rows/?table_name=Table1&view_name=Default%20View&convert_keys=true", nil),
    (.get, "", nil),
    (.get, "rows/\(World.row)/?table_name=Table2", nil),
    (.post, "sql/", #"{"sql": "SELECT * FROM Table1"}"#),
  ]

  @Test(arguments: requests.indices)
  func `an answer that would be too large is refused, and what fits is not`(_ place: Int) async throws {
    let request = Self.requests[place]
    try await World.with(setting: { $0.statements.bytes = Self.most }) { world async throws in
      try await world.database.execute(
        """
        insert into data_row (base_id, table_key, id, position, creator, modifier, cells)
        select 1, '0000', gen_random_uuid(), 10 + n, 'a', 'a', '{"0000": "\(Self.large)"}' from generate_series(1, 2) n;
        insert into data_row (base_id, table_key, id, position, creator, modifier, cells)
        values (1, 'Tab2', '11111111-0000-4000-8000-000000000001', 1, 'a', 'a', '{"0000": "small"}');
        """)
      let fits = try await world.grid(request.method, request.path, request.body)
      #expect(fits.status == 200, "\(fits.text.prefix(300))")
      try await world.database.execute(
        """
        insert into data_row (base_id, table_key, id, position, creator, modifier, cells)
        select 1, '0000', gen_random_uuid(), 20 + n, 'a', 'a', '{"0000": "\(Self.large)"}' from generate_series(1, 2) n;
        update data_row set cells = jsonb_build_object('0000', repeat('a', 100000)) where table_key = 'Tab2';
        """)
      let refused = try await world.grid(request.method, request.path, request.body)
      #expect(refused.status == 400)
      #expect(
        refused.text.contains("The answer is too large: it may have 100000 bytes."), "\(refused.text.prefix(300))")
    }
  }

  @Test func `linked rows count, too, and a copied table shows as many rows as fit`() async throws {
    try await World.with(setting: { $0.statements.bytes = Self.most }) { world async throws in
      let column =
        #"{"table_name": "Table1", "column_name": "Far", "column_type": "link", "column_data": "#
        + #"{"table": "Table1", "other_table": "Table2"}}"#
      let made = try await world.grid(.post, "columns/", column)
      let link = try #require(made["data", "link_id"] as? String, "\(made.text)")
      func add(_ count: Int) async throws {
        try await world.database.execute(
          """
          with made as (
            insert into data_row (base_id, table_key, id, position, creator, modifier, cells)
            select 1, 'Tab2', gen_random_uuid(), 100 + n, 'a', 'a', '{"0000": "\(Self.large)"}'
            from generate_series(1, \(count)) n
            returning id
          )
          insert into data_link (base_id, link_id, a, b, position)
          select 1, '\(link)', '11111111-0000-4000-8000-000000000001', id, 1 from made
          """)
      }
      let query = #"{"table_name": "Table1", "link_column_name": "Far", "rows": [{"row_id": "\#(World.row)"}]}"#
      for (count, status) in [(2, 200), (2, 400)] {
        try await add(count)
        for request in [
          (HTTP.Method.get, "rows/?table_name=Table1&convert_keys=true", nil),
          (.get, "rows/\(World.row)/?table_name=Table1", nil), (.post, "query-links/", query),
        ] {
          let answer = try await world.grid(request.0, request.1, request.2)
          #expect(answer.status == status, "\(request.1): \(answer.text.prefix(300))")
        }
      }
      let copy = #"{"table_name": "Table2", "is_duplicate_records": true}"#
      let copied = try await world.grid(.post, "tables/duplicate-table/", copy)
      #expect(copied.status == 200 && (copied["rows"] as? [Any])?.count == 3, "\(copied.text.prefix(300))")
      #expect(try await world.database.count("data_row where base_id = 1 and cells ->> '0000' like 'aaa%'") == 8)
    }
  }
}
