import API
import Access
import Foundation
import HTTP
import TestSupport
import Testing

/// The rows of a base's tables.
@Suite struct GridRows {
  private static let first = World.row
  private static let second = "EREREQAAQACAAAAAAAAAAg"

  // MARK: Adding

  @Test func `rows are added at the end, in their order, and their keys are given back`() async throws {
    try await World.with { world async throws in
      let added = try await world.grid(
        .post, "rows/", #"{"table_name": "Table1", "rows": [{"Name": "c", "Age": "7"}, {"Name": "d"}, {"x": 1}, {}]}"#)
      #expect(added.status == 200)
      #expect(added["inserted_row_count"] as? Int == 2)
      #expect((added["row_ids"] as? [[String: String]])?.count == 2)
      #expect(added["first_row", "0000"] as? String == "c")
      #expect(added["first_row", "Age1"] as? Int == 7)
      #expect(added["first_row", "_creator"] as? String == "00000000000000000000000000000001@auth.local")
      #expect(try await world.rows().map { $0["Name"] as? String } == ["First", "Second", "c", "d"])
      let nothing = try await world.grid(.post, "rows/", #"{"table_name": "Table1", "rows": []}"#)
      #expect(nothing["inserted_row_count"] as? Int == 0 && isNull(nothing["first_row"]))
      #expect(try await world.database.count("data_table where row_count = 4 and next_position = 5") == 1)
      #expect(try await world.database.count("data_operation where base_id = 1 and op_type = 'append_rows'") == 1)
    }
  }

  @Test func `an option that rows name is made once, also by requests at the same time`() async throws {
    try await World.with(connections: 8) { world async throws in
      let answers = try await world.fifty { number in
        try await world.grid(.post, "rows/", #"{"table_id": "0000", "rows": [{"Name": "\#(number)", "State": "new"}]}"#)
      }
      #expect(answers.allSatisfy { $0.status == 200 }, "\(answers.first { $0.status != 200 }?.text ?? "")")
      let columns = try await world.grid(.get, "columns/?table_name=Table1")
      #expect(columns.text.components(separatedBy: #""name":"new""#).count == 2)
      #expect(try await world.cells("State").values.filter { $0 == "new" }.count == 50)
      #expect(try await world.database.count("data_table where row_count = 52") == 1)
    }
  }

  @Test func `an option that a request has made is known to the next ones, which change no table`() async throws {
    try await World.with { world async throws in
      func send(_ method: HTTP.Method, _ path: String, _ body: String) async throws {
        let answer = try await world.grid(method, path, body)
        #expect(answer.status == 200, "\(answer.text)")
      }
      #expect(try await world.rows().count > 0)  // The loop remembers the tables.
      let add = #"{"table_name": "Table1", "rows": [{"Name": "a", "State": "new"}]}"#
      try await send(.post, "rows/", add)
      let made = "data_operation where op_type = 'modify_column_options'"
      #expect(try await world.database.count(made) == 1)
      try await send(.post, "rows/", add)
      let change = #"{"table_name": "Table1", "updates": [{"row_id": "\#(Self.first)", "row": {"State": "new"}}]}"#
      try await send(.put, "rows/", change)
      try await send(.post, "sql/", #"{"sql": "UPDATE Table1 SET State = 'new'"}"#)
      #expect(try await world.database.count(made) == 1)
    }
  }

  @Test func `a strict request is refused for what would be lost`() async throws {
    try await World.with { world async throws in
      for row in [#""Nmae": 1"#, #""Age": "x""#, #""State": "new""#] {
        let body = #"{"table_name": "Table1", "rows": [{"Name": "a"}, {\#(row)}]}"#
        let refused = try await world.grid(.post, "rows/", body, headers: [.strict: "1"])
        #expect(refused.status == 400)
        #expect((refused["error_msg"] as? String)?.hasPrefix("Row 1, column ") == true, "\(refused.text)")
        #expect(refused["error_message"] as? String == refused["error_msg"] as? String)
        #expect(try await world.rows().count == 2)
        #expect(try await world.grid(.post, "rows/", body).status == 200)
        try await world.database.execute("delete from data_row where position > 2")
      }
    }
  }

  @Test func `a repeated request with the same idempotency key adds its rows once`() async throws {
    try await World.with { world async throws in
      let key = [Headers.HeaderName.idempotencyKey: "0123456789abcdef"]
      let body = #"{"table_name": "Table1", "rows": [{"Name": "once", "State": "made"}]}"#
      let first = try await world.grid(.post, "rows/", body, headers: key)
      let again = try await world.grid(.post, "rows/", body, headers: key)
      #expect(first.status == 200 && again.text == first.text)
      #expect(again.headers["Idempotency-Replayed"] == "true")
      #expect(try await world.rows().count == 3)
      // Keys of one holder are not those of another.
      #expect(try await world.grid(.post, "rows/", as: .personalBaseToken, body, headers: key).status == 200)
      #expect(try await world.rows().count == 4)
    }
  }

  // MARK: Changing and deleting

  @Test func `cells that are not named stay, and empty ones are emptied`() async throws {
    try await World.with { world async throws in
      let changed = try await world.grid(
        .put, "rows/",
        #"""
        {"table_name": "Table1", "updates": [
          {"row_id": "\#(Self.first)", "row": {"Name": "x", "Age": null}},
          {"row_id": "\#(Self.first)", "row": {"Age": 5}},
          {"row_id": "\#(Self.second)", "row": {"Age": 3, "State": ""}}]}
        """#)
      #expect(changed.status == 200, "\(changed.text)")
      #expect(try await world.cells("Age") == ["x": "5", "Second": "3"])
      #expect(try await world.cells("State") == ["x": "open", "Second": "null"])
      let old = "data_operation where operation #>> '{rows,11111111-0000-4000-8000-000000000001,old,0000}' = 'First'"
      #expect(try await world.database.count(old) == 1)
    }
  }

  @Test func `a change of a row that is not there changes nothing`() async throws {
    try await World.with { world async throws in
      for id in ["IiIiIgAAQACAAAAAAAAAAQ", "nonsense"] {
        let refused = try await world.grid(
          .put, "rows/",
          #"""
          {"table_name": "Table1", "updates": [
            {"row_id": "\#(Self.first)", "row": {"Name": "x"}}, {"row_id": "\#(id)", "row": {"Name": "y"}}]}
          """#)
        #expect(refused.status == 400)
      }
      #expect(try await world.rows().map { $0["Name"] as? String } == ["First", "Second"])
    }
  }

  @Test func `rows are deleted with a body, and those that are not there are not counted`() async throws {
    try await World.with { world async throws in
      try await world.database.execute(
        """
        update data_table set columns = columns || '[{"key": "Lnk1", "name": "Link", "type": "link", "data": {
          "link_id": "Lk01", "table_id": "0000", "other_table_id": "Tab2", "display_column_key": "0000"}}]'
        where base_id = 1 and key = '0000';
        insert into data_link (base_id, link_id, a, b, position) values
          (1, 'Lk01', '11111111-0000-4000-8000-000000000001', gen_random_uuid(), 1),
          (1, 'Lk01', '11111111-0000-4000-8000-000000000002', gen_random_uuid(), 2)
        """)
      let deleted = try await world.grid(
        .delete, "rows", #"{"table_name": "Table1", "row_ids": ["\#(Self.first)", "IiIiIgAAQACAAAAAAAAAAQ", "x"]}"#)
      #expect(deleted.text == #"{"success":true,"deleted_rows":1}"#)
      #expect(try await world.rows().count == 1)
      #expect(try await world.database.count("data_table where base_id = 1 and row_count = 1") == 1)
      #expect(try await world.database.count("data_link where base_id = 1 and link_id = 'Lk01'") == 1)
      let missing = try await world.grid(.get, "rows/\(Self.first)/?table_name=Table1")
      #expect(missing.status == 404)
      #expect(missing["error_message"] as? String == "row _id not exits")
    }
  }

  @Test func `nobody else changes, deletes or unlocks a locked row`() async throws {
    try await World.with { world async throws in
      let ids = #"{"table_name": "Table1", "row_ids": ["\#(Self.first)"]}"#
      #expect(try await world.grid(.put, "lock-rows/", ids).status == 200)
      #expect(try await world.rows().first?["_locked"] as? Bool == true)
      let change = #"{"table_name": "Table1", "updates": [{"row_id": "\#(Self.first)", "row": {"Name": "x"}}]}"#
      for (method, path, body) in [
        (.put, "rows/", change), (.delete, "rows/", ids), (.put, "unlock-rows/", ids), (.put, "lock-rows/", ids),
      ] as [(HTTP.Method, String, String)] {
        #expect(try await world.grid(method, path, as: .personalBaseToken, body).status == 403, "\(method) \(path)")
      }
      #expect(try await world.grid(.put, "rows/", change).status == 200)
      #expect(try await world.grid(.put, "unlock-rows/", ids).status == 200)
      #expect(try await world.grid(.delete, "rows/", as: .personalBaseToken, ids).status == 200)
    }
  }

  // MARK: Listing

  @Test func `a page of rows begins and ends where it should`() async throws {
    try await World.with { world async throws in
      let rows = (1...1000).map { #"{"Name": "\#($0)", "Age": \#($0)}"# }.joined(separator: ",")
      let added = try await world.grid(.post, "rows/", #"{"table_name": "Table2", "rows": [\#(rows)]}"#)
      #expect(added["inserted_row_count"] as? Int == 1000)
      let more = try await world.grid(.post, "rows/", #"{"table_name": "Table2", "rows": [{"Name": "last"}]}"#)
      #expect(more.status == 200)
      func names(_ query: String) async throws -> [String] {
        try await world.rows("table_name=Table2&\(query)").compactMap { $0["Name"] as? String }
      }
      #expect(try await names("") == (1...1000).map { "\($0)" })
      #expect(try await names("start=998&limit=2") == ["999", "1000"])
      #expect(try await names("start=1000&limit=5000") == ["last"])
      #expect(try await names("start=2000") == [])
      #expect(try await names("limit=2&order_by=Name&direction=desc") == ["last", "999"])
    }
  }

  @Test func `a view hides columns, filters and sorts`() async throws {
    try await World.with { world async throws in
      let rows = #"[{"Name": "c", "Age": 3}, {"Name": "d", "Age": 40}, {"Name": "e", "State": "closed"}]"#
      #expect(try await world.grid(.post, "rows/", #"{"table_name": "Table1", "rows": \#(rows)}"#).status == 200)
      func names(_ change: String) async throws -> [String] {
        let changed = try await world.grid(.put, "views/Second/?table_name=Table1", change)
        #expect(changed.status == 200, "\(changed.text)")
        return try await world.rows("table_name=Table1&view_name=Second").compactMap { $0["Name"] as? String }
      }
      let older = #"{"column_key": "Age1", "filter_predicate": "greater", "filter_term": 2}"#
      let open = #"{"column_key": "Sta1", "filter_predicate": "is", "filter_term": "1"}"#
      #expect(try await names(#"{"filters": [\#(older)]}"#) == ["c", "d"])
      #expect(
        try await names(#"{"filters": [\#(older), \#(open)], "filter_conjunction": "Or"}"#) == ["First", "c", "d"])
      #expect(try await names(#"{"filter_conjunction": "And"}"#) == [])
      let sorted = #"{"filters": [], "sorts": [{"column_key": "Age1", "sort_type": "down"}]}"#
      #expect(try await names(sorted) == ["d", "c", "First", "Second", "e"])
      #expect(try await names(#"{"sorts": [], "hidden_columns": ["Age1"]}"#).count == 5)
      #expect(try await world.rows("table_name=Table1&view_id=Vw01").allSatisfy { $0["Age"] == nil })
      #expect(try await world.grid(.get, "rows/?table_name=Table1&view_name=None").status == 404)
    }
  }

  @Test func `tables are found by their names first, and then by their keys`() async throws {
    try await World.with { world async throws in
      for query in ["table_name=Table1", "table_id=0000", "table_name=Table1&table_id=zzzz"] {
        #expect(try await world.rows(query).count == 2, "\(query)")
      }
      for query in ["table_name=None", "table_id=zzzz", ""] {
        let refused = try await world.grid(.get, "rows/?\(query)")
        #expect(refused.status == 404)
        #expect(refused["error_msg"] as? String == "table not found")
      }
    }
  }

  @Test func `what is no list of rows is refused`() async throws {
    try await World.with { world async throws in
      for body in [
        "", "[]", "{", #"{"table_name": "Table1"}"#, #"{"table_name": "Table1", "rows": {}}"#,
        #"{"table_name": "Table1", "rows": [1]}"#, #"{"table_name": 1, "rows": []}"#,
        #"{"table_name": "Table1", "rows": [{"Name": "a", "Name": "b"}]}"#,
      ] {
        let refused = try await world.grid(.post, "rows/", body)
        #expect(refused.status == 400, "\(body)")
        #expect(refused["error_message"] is String, "\(body)")
      }
      #expect(try await world.rows().count == 2)
    }
  }
}
