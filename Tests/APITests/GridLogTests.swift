import API
import Access
import Foundation
import HTTP
import TestSupport
import Testing

/// What a base says of what was done in it; copies of its tables; its rows by filters, and as a whole.
@Suite struct GridLog {
  private static func activities(_ query: String, _ world: World) async throws -> (list: [[String: Any]], count: Int) {
    let answer = try await world.grid(.get, "activities/\(query)")
    #expect(answer.status == 200, "\(answer.text)")
    return (
      try #require(answer["activities"] as? [[String: Any]]), try #require(answer["total_count"] as? Int)
    )
  }

  @Test func `every row that was made, changed or deleted has its activities, the newest first`() async throws {
    try await World.with { world async throws in
      let rows = #"[{"Name": "a", "State": "open"}, {"Name": "b"}, {"Name": "c"}]"#
      let added = try await world.grid(.post, "rows/", #"{"table_name": "Table1", "rows": \#(rows)}"#)
      let ids = try #require(added["row_ids"] as? [[String: String]]).compactMap { $0["_id"] }
      let change = #"{"row_id": "\#(ids[0])", "row": {"Name": "A", "Age": 3, "State": null}}"#
      let update = #"{"table_name": "Table1", "updates": [\#(change)]}"#
      #expect(try await world.grid(.put, "rows/", update).status == 200)
      let gone = #"{"table_name": "Table1", "row_ids": ["\#(ids[0])", "\#(World.linked[0])"]}"#
      #expect(try await world.grid(.delete, "rows/", gone).status == 200)
      let of = try await Self.activities("?row_id=\(ids[0])", world)
      #expect(of.count == 3)
      #expect(of.list.map { $0["op_type"] as? String } == ["delete_row", "modify_row", "insert_row"])
      #expect(of.list.allSatisfy { ($0["detail"] as? [String: Any])?["row_name"] as? String != nil })
      let cells = try #require((of.list[1]["detail"] as? [String: Any])?["row_data"] as? [[String: Any]])
      #expect(cells.map { $0["column_name"] as? String } == ["Name", "Age", "State"])
      #expect(cells[0]["value"] as? String == "A" && cells[0]["old_value"] as? String == "a")
      #expect(cells[2]["value"] as? String == "" && cells[2]["old_value"] as? String == "1")
      let options = (cells[2]["column_data"] as? [String: Any])?["options"] as? [[String: Any]]
      #expect(options?.map { $0["name"] as? String } == ["open"])
      // All rows, page by page: 1 deleted, 1 changed, 3 made.
      let all = try await Self.activities("", world)
      #expect(all.count == 5)
      var seen: [String] = []
      for page in 1...4 {
        let part = try await Self.activities("?page=\(page)&per_page=2", world)
        #expect(part.count == 5)
        seen += part.list.map { "\($0["op_type"] ?? "") \($0["row_id"] ?? "")" }
      }
      #expect(seen == all.list.map { "\($0["op_type"] ?? "") \($0["row_id"] ?? "")" } && seen.count == 5)
      #expect(try await Self.activities("?row_id=nonsense", world).count == 0)
      // Who only has a link does not see what is gone.
      for path in ["activities/", "activities/?row_id=\(ids[0])", "operations/"] {
        #expect(try await world.grid(.get, path, as: .readingBaseToken).text.contains("delete_row"))
        let shown = try await world.grid(.get, path, as: .visitingBaseToken)
        #expect(shown.status == 200 && !shown.text.contains("delete_row"), "\(path)")
      }
      #expect(try await Self.activities("?row_id=\(World.linked[0])", world).count == 0)
    }
  }

  @Test func `each request that changes something is one operation`() async throws {
    try await World.with { world async throws in
      let requests: [(HTTP.Method, String, String, String)] = [
        (.post, "rows/", #""table_name": "Table1", "rows": [{"Name": "a"}]"#, "append_rows"),
        (
          .put, "rows/", #""table_name": "Table1", "updates": [{"row_id": "\#(World.row)", "row": {"Age": 2}}]"#,
          "modify_rows"
        ),
        (.put, "lock-rows/", #""table_name": "Table1", "row_ids": ["\#(World.row)"]"#, "lock_rows"),
        (.post, "columns/", #""table_name": "Table1", "column_name": "x", "column_type": "text""#, "insert_column"),
        (
          .put, "links/",
          #""link_id": "Lk03", "table_id": "Tab3", "other_table_id": "Tab3", "other_rows_ids_map": {"\#(World.linked[0])": []}"#,
          "update_rows_links"
        ),
        (.post, "tables/duplicate-table/", #""table_name": "Table1", "is_duplicate_records": true"#, "duplicate_table"),
        (.delete, "rows/", #""table_name": "Table1", "row_ids": ["\#(World.row)"]"#, "delete_rows"),
      ]
      for (method, path, body, _) in requests {
        #expect(try await world.grid(method, path, "{\(body)}").status == 200, "\(path)")
      }
      let answer = try await world.grid(.get, "operations/?page=1&per_page=25")
      let operations = try #require(answer["operations"] as? [[String: Any]])
      let texts = operations.compactMap { $0["operation"] as? String }
      let contents = try texts.map { text in
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      }
      #expect(contents.map { $0["op_type"] as? String } == requests.reversed().map(\.3))
      #expect((contents[0]["rows"] as? [String: Any])?.keys.first == World.row)
      #expect(operations[0]["author"] as? String == "00000000000000000000000000000001@auth.local")
      #expect(operations[0]["app"] as? String == "writer")
      #expect(operations[0]["dtable_uuid"] as? String == World.projects)
      #expect(((operations[0]["op_time"] as? Int) ?? 0) > 1_700_000_000_000)
      let second = try await world.grid(.get, "operations/?page=2&per_page=3")
      let numbers = (second["operations"] as? [[String: Any]])?.map { $0["op_id"] as? Int }
      #expect(numbers == operations[3...5].map { $0["op_id"] as? Int })
    }
  }

  @Test func `a copied table has its columns, views and rows, but other keys of rows, and no links`() async throws {
    try await World.with { world async throws in
      let numbered = #"{"table_name": "Table3", "column_name": "No", "column_type": "auto-number"}"#
      #expect(try await world.grid(.post, "columns/", numbered).status == 200)
      let empty = try await world.grid(.post, "tables/duplicate-table/", #"{"table_name": "Table3"}"#)
      #expect(empty["name"] as? String == "Table3(copy)" && (empty["rows"] as? [Any])?.isEmpty == true)
      let full = try await world.grid(
        .post, "tables/duplicate-table/", #"{"table_id": "Tab3", "is_duplicate_records": true}"#)
      #expect(full["name"] as? String == "Table3(copy) (1)")
      let rows = try #require(full["rows"] as? [[String: Any]])
      #expect(rows.map { $0["0000"] as? String } == ["Row 1", "Row 2", "Row 3"])
      #expect((full["id_row_map"] as? [String: Any])?.count == 3)
      #expect(Set(rows.compactMap { $0["_id"] as? String }).isDisjoint(with: World.linked))
      let name = "table_name=Table3(copy)%20(1)"
      #expect(try await world.cells("No", name) == ["Row 1": "0001", "Row 2": "0002", "Row 3": "0003"])
      let more = #"{"table_name": "Table3(copy) (1)", "rows": [{"Name": "new"}]}"#
      #expect(try await world.grid(.post, "rows/", more).status == 200)
      #expect(try await world.cells("No", name)["new"] == "0004")
      #expect(try await world.rows(name).allSatisfy { $0["Others"] == nil })
      #expect(try await world.database.count("data_table where base_id = 1 and row_count = 4") == 1)
    }
    try await World.with(setting: { $0.rows.ofBase = 7 }) { world async throws in
      let refused = try await world.grid(
        .post, "tables/duplicate-table/", #"{"table_id": "Tab3", "is_duplicate_records": true}"#)
      #expect(refused.status == 400 && refused.text.contains("rows_limit_exceeded"), "\(refused.text)")
      #expect(try await world.database.count("data_table where base_id = 1") == 3)
    }
  }

  @Test func `rows are filtered by a body, with GET and with POST, in a view or not`() async throws {
    try await World.with { world async throws in
      func names(_ method: HTTP.Method, _ query: String, _ body: String) async throws -> [String?] {
        let answer = try await world.grid(method, "filtered-rows/?table_name=Table1\(query)", body)
        #expect(answer.status == 200, "\(answer.text)")
        return try #require(answer["rows"] as? [[String: Any]]).map { $0["Name"] as? String }
      }
      let first = #"{"column_name": "Age", "filter_predicate": "equal", "filter_term": 1}"#
      let open = #"{"column_name": "State", "filter_predicate": "is_not", "filter_term": "open"}"#
      for method in [HTTP.Method.get, .post] {
        #expect(try await names(method, "", #"{"filters": [\#(first)]}"#) == ["First"])
        #expect(try await names(method, "&view_id=0000", #"{"filters": [\#(first), \#(open)]}"#) == [])
        let either = #"{"filters": [\#(first), \#(open)], "filter_conjunction": "Or"}"#
        #expect(try await names(method, "", either) == ["First", "Second"])
        #expect(try await names(method, "&limit=1&start=1", either) == ["Second"])
      }
      for body in [
        #"{"filters": [{"column_name": "nosuch", "filter_predicate": "is", "filter_term": "x"}]}"#,
        #"{"filters": [{"column_name": "Age", "filter_predicate": "contains", "filter_term": "x"}]}"#,
        #"{"filters": 1}"#, #"{"filters": [], "filter_conjunction": "Xor"}"#,
      ] {
        #expect(try await world.grid(.get, "filtered-rows/?table_name=Table1", body).status == 400)
      }
    }
  }

  @Test func `a whole base has the rows of all of its tables`() async throws {
    try await World.with { world async throws in
      let whole = try await world.grid(.get, "")
      let tables = try #require(whole["tables"] as? [[String: Any]])
      #expect(tables.map { ($0["rows"] as? [Any])?.count } == [2, 0, 3])
      #expect(whole.text.contains(#""display_value":"Row 3""#))
      try await world.database.execute(
        """
        insert into data_row (base_id, table_key, id, position, creator, modifier, cells)
        select 1, 'Tab2', gen_random_uuid(), n, 'x', 'x', '{}' from generate_series(1, 10000) as n
        """)
      #expect(try await world.grid(.get, "").status == 400)
    }
  }
}
