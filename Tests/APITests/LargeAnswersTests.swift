import API
import Access
import Foundation
import Grid
import Ground
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

  @Test func `what a request does to very many bytes is done, and noted as far as there is room`() async throws {
    try await World.with { world async throws in
      let large = """
        insert into data_row (base_id, table_key, id, position, creator, modifier, cells)
        select 1, 'Tab2', ('22222222-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 100 + n, 'a', 'a',
               jsonb_build_object('0000', repeat('a', 1000000))
        from generate_series(1, 20) n
        on conflict (base_id, table_key, id) do update set cells = excluded.cells
        """
      try await world.database.execute(large)
      let ids = (1...20).compactMap { RowID(uuid: "22222222-0000-4000-8000-\(zeroPadded($0, to: 12))".utf8)?.text }
      let updates = ids.map { #"{"row_id": "\#($0)", "row": {"Name": "b"}}"# }.joined(separator: ",")
      let requests: [(method: HTTP.Method, path: String, body: String)] = [
        (.put, "rows/", #"{"table_name": "Table2", "updates": [\#(updates)]}"#),
        (.post, "sql/", #"{"sql": "UPDATE Table2 SET Name = 'c'"}"#),
        (.delete, "rows/", #"{"table_name": "Table2", "row_ids": ["\#(ids.joined(separator: "\",\""))"]}"#),
        (.post, "sql/", #"{"sql": "DELETE FROM Table2"}"#),
      ]
      for (place, request) in requests.enumerated() {
        try await world.database.execute(large)
        let done = try await world.grid(request.method, request.path, request.body)
        #expect(done.status == 200, "\(done.text)")
        let noted = """
          data_operation where base_id = 1 and cardinality(row_ids) >= 20
            and (select count(*) from jsonb_object_keys(operation -> 'rows')) between 10 and 19
          """
        #expect(try await world.database.count(noted) == place + 1, "\(request.path)")
      }
      #expect(try await world.database.count("data_row where table_key = 'Tab2' and base_id = 1") == 0)
      for path in ["operations/", "activities/"] {
        let log = try await world.grid(.get, path)
        #expect(log.status == 200 && log.text.utf8.count < 500_000, "\(path)")
      }
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
