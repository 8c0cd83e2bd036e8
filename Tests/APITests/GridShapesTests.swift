import API
import Access
import Domain
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

/// The tables, columns and views of a base, its limits, and what becomes of them with the base.
@Suite struct GridShapes {
  private static let age = #""table_name": "Table1", "column": "Age""#

  @Test func `a base that was never changed holds one table, and writes nothing to show it`() async throws {
    try await World.with { world async throws in
      try await world.database.execute("delete from data_table; delete from data_base; delete from data_row")
      let before = try await world.database.fingerprint()
      let metadata = try await world.grid(.get, "metadata/", as: .visitingBaseToken)
      #expect(metadata.text.contains(#""name":"Table1""#))
      #expect(try await world.rows().isEmpty)
      let after = try await world.database.fingerprint()
      #expect(after == before)
      // Both make it at the same time; it is made once.
      let answers = try await world.fifty { number in
        try await world.grid(.post, "rows/", #"{"table_name": "Table1", "rows": [{"Name": "\#(number)"}]}"#)
      }
      #expect(answers.allSatisfy { $0.status == 200 })
      #expect(try await world.rows().count == 50)
    }
  }

  @Test func `tables are created, renamed and deleted, with their rows`() async throws {
    try await World.with { world async throws in
      let made = try await world.grid(
        .post, "tables/", #"{"table_name": "New", "columns": [{"column_name": "No", "column_type": "auto-number"}]}"#)
      #expect(made.status == 200, "\(made.text)")
      #expect((made["columns"] as? [[String: Any]])?.first?["key"] as? String == "0000")
      #expect(try await world.grid(.post, "tables/", #"{"table_name": "New"}"#).status == 400)
      #expect(try await world.grid(.put, "tables/", #"{"table_name": "New", "new_table_name": "N"}"#).status == 200)
      #expect(try await world.grid(.post, "rows/", #"{"table_name": "New", "rows": [{}]}"#).status == 404)
      #expect(try await world.grid(.delete, "tables/", #"{"table_name": "Table1"}"#).status == 200)
      #expect(try await world.database.count("data_row where base_id = 1 and table_key = '0000'") == 0)
      #expect(try await world.grid(.delete, "tables/", #"{"table_name": "Table2"}"#).status == 200)
      #expect(try await world.grid(.delete, "tables/", #"{"table_name": "Table3"}"#).status == 200)
      #expect(try await world.database.count("data_row where base_id = 1") == 0)
      #expect(try await world.database.count("data_link where base_id = 1") == 0)
      #expect(try await world.grid(.delete, "tables/", #"{"table_name": "N"}"#).status == 400)
      #expect(try await world.database.count("data_base where base_id = 1 and version = 6") == 1)
    }
  }

  @Test func `columns are added, renamed, retyped and deleted, and their cells follow`() async throws {
    try await World.with { world async throws in
      let column = #"{"table_name": "Table1", "column_name": "No", "column_type": "auto-number"}"#
      let added = try await world.grid(.post, "columns/", column)
      #expect(added.status == 200, "\(added.text)")
      #expect(try await world.cells("No") == ["First": "0001", "Second": "0002"])
      #expect(try await world.grid(.post, "rows/", #"{"table_name": "Table1", "rows": [{"Name": "c"}]}"#).status == 200)
      #expect(try await world.cells("No")["c"] == "0003")
      let taken = try await world.grid(.post, "columns/", column)
      #expect(taken.status == 400 && taken.text == #""Column No exists.""#)
      func change(_ what: String) async throws -> Answer {
        try await world.grid(.put, "columns/", #"{\#(Self.age), \#(what)}"#)
      }
      let renamed = try await change(#""op_type": "rename_column", "new_column_name": "Name""#)
      #expect(renamed["error_type"] as? String == "column_already_exists")
      #expect(try await change(#""op_type": "modify_column_type", "new_column_type": "single-select""#).status == 200)
      #expect(try await world.cells("Age")["First"] == "1")
      #expect(
        try await change(#""op_type": "rename_column", "new_column_name": "Years""#)["name"] as? String == "Years")
      #expect(try await world.cells("Years")["First"] == "1")
      #expect(try await world.grid(.delete, "columns/", #"{"table_name": "Table1", "column": "Years"}"#).status == 200)
      #expect(try await world.database.count("data_row where base_id = 1 and cells ? 'Age1'") == 0)
    }
  }

  @Test func `a deleted option is gone from cells, and a renamed one has its new name there`() async throws {
    try await World.with { world async throws in
      let state = #""table_name": "Table1", "column": "State""#
      let renamed = try await world.grid(
        .put, "column-options/", #"{\#(state), "options": [{"id": "1", "name": "begun"}], "return_options": true}"#)
      #expect((renamed["options"] as? [[String: Any]])?.first?["name"] as? String == "begun", "\(renamed.text)")
      #expect(try await world.cells("State")["First"] == "begun")
      #expect(
        try await world.grid(.delete, "column-options/", #"{\#(state), "option_names": ["begun"]}"#).status == 200)
      #expect(try await world.cells("State")["First"] == "null")
    }
  }

  @Test func `a change of tables is in the audit log, and rows are not`() async throws {
    try await World.with { world async throws in
      let rename = #"{\#(Self.age), "op_type": "rename_column", "new_column_name": "Years"}"#
      #expect(try await world.grid(.put, "columns/", as: .personalBaseToken, rename).status == 200)
      let entry = """
        audit_log where operation = 'base_column_update' and kind = 'base' and target_id = 1 and actor_id = 3
          and chain = 1 and detail ->> 'column_name' = 'Age' and became ->> 'name' = 'Years' and request_id = 'test'
        """
      #expect(try await world.database.count(entry) == 1)
      let count = try await world.database.count("audit_log")
      #expect(try await world.grid(.post, "rows/", #"{"table_name": "Table1", "rows": [{"Name": "c"}]}"#).status == 200)
      #expect(try await world.database.count("audit_log") == count)
      _ = try await world.database.db.onLoop { try await AuditTrail.verify($0) }
    }
  }

  @Test func `a column that changes while rows are added leaves no cell that it cannot hold`() async throws {
    try await World.with(connections: 8) { world async throws in
      let answers = try await world.fifty { number in
        if number == 25 {
          let retype = #""op_type": "modify_column_type", "new_column_type": "text""#
          return try await world.grid(.put, "columns/", #"{\#(Self.age), \#(retype)}"#)
        }
        return try await world.grid(
          .post, "rows/", #"{"table_name": "Table1", "rows": [{"Name": "\#(number)", "Age": \#(number)}]}"#)
      }
      #expect(answers.allSatisfy { $0.status == 200 }, "\(answers.first { $0.status != 200 }?.text ?? "")")
      let numbers = "data_row where base_id = 1 and jsonb_typeof(cells -> 'Age1') = 'number'"
      #expect(try await world.database.count(numbers) == 0)
      #expect(try await world.rows().count == 51)
    }
  }

  // MARK: Limits

  @Test func `more rows than a base or a request may have are refused`() async throws {
    try await World.with(setting: { ($0.rows.ofBase, $0.rows.ofRequest, $0.rows.tables) = (7, 3, 3) }) {
      world async throws in
      func add(_ count: Int, to table: String) async throws -> Answer {
        let rows = Array(repeating: #"{"Name": "x"}"#, count: count).joined(separator: ",")
        return try await world.grid(.post, "rows/", #"{"table_name": "\#(table)", "rows": [\#(rows)]}"#)
      }
      #expect(try await add(4, to: "Table2").status == 400)
      #expect(try await add(1, to: "Table2").status == 200)
      let full = try await add(2, to: "Table1")
      #expect(full.status == 400)
      #expect((full["error_msg"] as? String)?.hasPrefix("rows_limit_exceeded") == true, "\(full.text)")
      #expect(try await add(1, to: "Table1").status == 200)
      #expect(try await world.grid(.post, "tables/", #"{"table_name": "Fourth"}"#).status == 400)
      #expect(try await world.rows("table_name=Table1&limit=1000").count == 3)
    }
  }

  @Test func `all calls for a base are counted together, and each answer says what is left`() async throws {
    var limits = AppSettings.Limits()
    limits.base = AppSettings.Limit(perMinute: 3)
    try await World.with(limits: limits) { world async throws in
      world.clock.stop()
      for (caller, left) in [(Caller.baseToken, "2"), (.readingBaseToken, "1"), (.visitingBaseToken, "0")] {
        let answer = try await world.grid(.get, "metadata/", as: caller)
        #expect(answer.status == 200)
        #expect(answer.headers["X-RateLimit-Limit"] == "3")
        #expect(answer.headers["X-RateLimit-Remaining"] == left)
      }
      #expect(try await world.grid(.get, "metadata/").status == 429)
      let older = "/dtable-server/api/v1/dtables/\(World.projects)/metadata/"
      #expect(try await world.call(.get, older, as: .baseToken).status == 429)
      #expect(try await world.call(.get, "/api/v2.1/base-tokens/verify/", as: .baseToken).status == 200)
    }
  }

  @Test func `columns, options and views of a base have an end`() async throws {
    try await World.with { world async throws in
      let name = String(repeating: "n", count: 240)
      func add(_ column: Int, _ count: Int) async throws -> Answer {
        let options = (0..<count).map { #"{"name": "\#(name)\#($0)"}"# }.joined(separator: ",")
        return try await world.grid(
          .post, "columns/",
          #"{"table_name": "Table2", "column_name": "C\#(column)", "column_type": "single-select", "#
            + #""column_data": {"options": [\#(options)]}}"#)
      }
      var statuses: [Int] = []
      for column in 1...5 { statuses.append(try await add(column, 8000).status) }
      #expect(statuses.first == 200 && statuses.last == 400, "\(statuses)")
      let refused = try await add(6, 8000)
      #expect(refused.text.contains("may have 8388608 bytes"), "\(refused.text.prefix(300))")
      #expect(try await add(7, 1).status == 200)
    }
  }

  // MARK: With the base

  @Test func `a copied base has the rows, and a purged one leaves nothing`() async throws {
    try await World.with { world async throws in
      let copied = try await world.call(
        .post, "/api/v2.1/dtable-copy/", as: .groupOwner,
        ["src_workspace_id": "9", "name": "Projects", "dst_workspace_id": "9"])
      #expect(copied.status == 200, "\(copied.text)")
      let rows = "data_row where base_id > 5 and cells ->> '0000' in ('First', 'Second')"
      #expect(try await world.database.count(rows) == 2)
      #expect(try await world.database.count("data_table where base_id > 5 and row_count = 2") == 1)
      let info = try await world.call(.get, "/api/v2.1/org/admin/info/", as: .teamAdmin)
      #expect(info["row_usage"] as? Int == 10)
      try await world.database.execute("update base set deleted_at = now() where id > 6 and name like 'Projects%'")
      let less = try await world.call(.get, "/api/v2.1/org/admin/info/", as: .teamAdmin)
      #expect(less["row_usage"] as? Int == 5)
      try await world.database.execute("delete from base where id > 6 and name like 'Projects%'")
      let cleared = try await world.onLoop { try? await Contents($0).deleteLeftBehind() }
      #expect(cleared == 1)
      for table in ["data_base", "data_table", "data_row", "data_link", "data_operation"] {
        #expect(try await world.database.count("\(table) where base_id not in (1, 5)") == 0, "\(table)")
      }
      #expect(try await world.rows().count == 2)
    }
  }
}
