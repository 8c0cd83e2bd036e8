import API
import Access
import Foundation
import HTTP
import Postgres
import TestSupport
import Testing

/// Links of rows, in the base "Projects".
@Suite struct GridLinks {
  private static let rows = World.linked

  /// Two linked tables, "A" and "B", with three rows each.
  private struct Pair {
    let link: String
    let here: [String]
    let there: [String]

    init(_ world: World) async throws {
      for name in ["A", "B"] {
        #expect(try await world.grid(.post, "tables/", #"{"table_name": "\#(name)"}"#).status == 200)
      }
      let column = try await world.grid(
        .post, "columns/",
        #"""
        {"table_name": "A", "column_name": "Bs", "column_type": "link",
         "column_data": {"table": "A", "other_table": "B"}}
        """#)
      link = try #require(column["data", "link_id"] as? String)
      here = try await Self.append("A", 3, world)
      there = try await Self.append("B", 3, world)
    }

    static func append(_ table: String, _ count: Int, _ world: World) async throws -> [String] {
      let rows = (1...count).map { #"{"Name": "\#(table)\#($0)"}"# }.joined(separator: ",")
      let added = try await world.grid(.post, "rows/", #"{"table_name": "\#(table)", "rows": [\#(rows)]}"#)
      return try #require(added["row_ids"] as? [[String: String]]).compactMap { $0["_id"] }
    }

    func send(
      _ method: HTTP.Method, _ map: [String: [String]], turned: Bool = false, as caller: Caller = .baseToken,
      _ world: World
    ) async throws -> Answer {
      let json = String(decoding: try JSONEncoder().encode(map), as: UTF8.self)
      return try await world.grid(
        method, "links/", as: caller,
        #"""
        {"link_id": "\#(link)", "table_name": "\#(turned ? "B" : "A")", "other_table_name": "\#(turned ? "A" : "B")",
         "other_rows_ids_map": \#(json)}
        """#)
    }

    /// What a row shows of the other table, by the names of these rows.
    func shown(_ row: String, of table: String = "A", _ world: World) async throws -> [String] {
      let column = table == "A" ? "Bs" : "A"
      let answer = try await world.grid(.get, "rows/\(row)/?table_name=\(table)&convert_keys=true")
      return try #require(answer[column] as? [[String: String]]).compactMap { $0["display_value"] }
    }
  }

  // MARK: What a request does

  @Test func `rows that are linked show each other in the order in which they were linked`() async throws {
    try await World.with { world async throws in
      let pair = try await Pair(world)
      #expect(try await pair.shown(pair.here[0], world) == [])
      let made = try await pair.send(.post, [pair.here[0]: [pair.there[2], pair.there[0], pair.there[2]]], world)
      #expect(made.status == 200 && made.text == #"{"success":true}"#, "\(made.text)")
      #expect(try await pair.send(.post, [pair.there[1]: [pair.here[0]]], turned: true, world).status == 200)
      #expect(try await pair.shown(pair.here[0], world) == ["B3", "B1", "B2"])
      #expect(try await pair.shown(pair.there[1], of: "B", world) == ["A1"])
      let listed = try await world.rows("table_name=A")
      #expect(listed.map { ($0["Bs"] as? [Any])?.count } == [3, 0, 0])
      // By keys, with the column's key.
      let keyed = try await world.grid(.get, "rows/?table_name=A&convert_keys=false")
      #expect(keyed.text.contains(#""display_value":"B3"}"#))
    }
  }

  @Test func `a link that is there already, or a row that is not, and nothing of the request is done`() async throws {
    try await World.with { world async throws in
      let pair = try await Pair(world)
      #expect(try await pair.send(.post, [pair.here[0]: [pair.there[0]]], world).status == 200)
      let before = try await world.database.fingerprint()
      for (map, turned) in [
        ([pair.here[1]: [pair.there[1]], pair.here[0]: [pair.there[0]]], false),
        ([pair.there[0]: [pair.here[1], pair.here[0]]], true),
        ([pair.here[1]: [pair.there[1], World.row]], false), ([World.row: [pair.there[1]]], false),
        ([pair.here[1]: [pair.there[1], "nonsense"]], false), ([pair.there[1]: [pair.here[1]]], false),
      ] {
        for method in [HTTP.Method.post, .put] {
          if method == .put, map.values.allSatisfy({ Set($0).isSubset(of: pair.there + pair.here) }),
            Set(map.keys).isSubset(of: turned ? pair.there : pair.here)
          {
            continue  // replacing does not mind what is there
          }
          let refused = try await pair.send(method, map, turned: turned, world)
          #expect(refused.status == 400, "\(refused.text)")
          #expect(refused["error_msg"] as? String == refused["error_message"] as? String)
          #expect(try await world.database.fingerprint() == before)
        }
      }
      for (link, table, other, status) in [
        ("none", "A", "B", 400), (pair.link, "A", "Table1", 400), (pair.link, "A", "A", 400), ("Lk03", "A", "B", 400),
        (pair.link, "nosuch", "B", 404), (pair.link, "A", "nosuch", 404),
      ] {
        let tables = #""table_name": "\#(table)", "other_table_name": "\#(other)""#
        let refused = try await world.grid(
          .post, "links/", #"{"link_id": "\#(link)", \#(tables), "other_rows_ids_map": {}}"#)
        #expect(refused.status == status, "\(refused.text)")
      }
      for body in [
        "{}", #"{"link_id": "x", "other_rows_ids_map": []}"#, #"{"link_id": "x", "other_rows_ids_map": {"a": 1}}"#,
      ] {
        #expect(try await world.grid(.post, "links/", body).status == 400)
      }
    }
  }

  @Test func `replacing leaves a row what it is given, and other rows what they have`() async throws {
    try await World.with { world async throws in
      let pair = try await Pair(world)
      #expect(try await pair.send(.post, [pair.here[0]: pair.there, pair.here[1]: pair.there], world).status == 200)
      #expect(try await pair.send(.put, [pair.here[0]: [pair.there[1], pair.there[0]]], world).status == 200)
      #expect(try await pair.shown(pair.here[0], world) == ["B2", "B1"])
      #expect(try await pair.shown(pair.here[1], world) == ["B1", "B2", "B3"])
      #expect(try await pair.send(.put, [pair.there[2]: []], turned: true, world).status == 200)
      #expect(try await pair.shown(pair.here[1], world) == ["B1", "B2"])
      #expect(try await pair.shown(pair.there[2], of: "B", world) == [])
    }
  }

  @Test func `those that were there are deleted, and only they are counted`() async throws {
    try await World.with { world async throws in
      let pair = try await Pair(world)
      #expect(try await pair.send(.post, [pair.here[0]: pair.there], world).status == 200)
      let map = [pair.there[0]: [pair.here[0], pair.here[1]], pair.there[1]: [pair.here[2]], "nonsense": ["x"]]
      let deleted = try await pair.send(.delete, map, turned: true, world)
      #expect(deleted.text == #"{"success":true,"deleted_links_count":1}"#)
      #expect(try await pair.shown(pair.here[0], world) == ["B2", "B3"])
      #expect(try await pair.send(.delete, map, turned: true, world)["deleted_links_count"] as? Int == 0)
      let logged = "data_operation where base_id = 1 and op_type like '%_rows_links'"
      #expect(try await world.database.count(logged) == 3)
    }
  }

  @Test func `a table that is linked with itself shows a pair in both of its rows`() async throws {
    try await World.with { world async throws in
      func send(_ method: HTTP.Method, _ map: String) async throws -> Answer {
        try await world.grid(
          method, "links/",
          #"{"link_id": "Lk03", "table_id": "Tab3", "other_table_id": "Tab3", "other_rows_ids_map": \#(map)}"#)
      }
      func shown() async throws -> [[String]] {
        try await world.rows("table_name=Table3").map { row in
          ((row["Others"] as? [[String: String]]) ?? []).compactMap { $0["display_value"] }
        }
      }
      let (a, b, c) = (Self.rows[0], Self.rows[1], Self.rows[2])
      #expect(try await shown() == [["Row 3"], [], ["Row 1"]])
      #expect(try await send(.post, #"{"\#(c)": ["\#(a)"]}"#).status == 400)
      #expect(try await send(.post, #"{"\#(b)": ["\#(b)", "\#(a)"], "\#(a)": ["\#(b)"]}"#).status == 200)
      #expect(try await shown() == [["Row 3", "Row 2"], ["Row 2", "Row 1"], ["Row 1"]])
      let deleted = try await send(.delete, #"{"\#(a)": ["\#(b)", "\#(c)"], "\#(b)": ["\#(b)"], "\#(c)": ["\#(b)"]}"#)
      #expect(deleted["deleted_links_count"] as? Int == 3)
      #expect(try await send(.post, #"{"\#(b)": ["\#(c)"], "\#(a)": ["\#(c)"]}"#).status == 200)
      #expect(try await send(.put, #"{"\#(c)": ["\#(b)"]}"#).status == 200)
      #expect(try await shown() == [[], ["Row 3"], ["Row 2"]])
    }
  }

  // MARK: What is shown

  @Test func `a cell shows fifty rows, and a query as many as it asks for, in the order of the rows`() async throws {
    try await World.with { world async throws in
      let pair = try await Pair(world)
      let many = try await Pair.append("B", 120, world)
      #expect(try await pair.send(.post, [pair.here[0]: many.reversed()], world).status == 200)
      #expect(try await pair.shown(pair.here[0], world) == (71...120).reversed().map { "B\($0)" })
      func query(_ rows: String) async throws -> Answer {
        try await world.grid(
          .post, "query-links/", #"{"table_name": "A", "link_column_name": "Bs", "rows": [\#(rows)]}"#)
      }
      func names(_ answer: Answer, _ row: String) -> [String]? {
        (answer[row] as? [[String: String]])?.compactMap { $0["display_value"] }
      }
      let row = pair.here[0]
      let some = try await query(#"{"row_id": "\#(row)"}, {"row_id": "\#(pair.here[1])"}, {"row_id": "nonsense"}"#)
      #expect(names(some, row) == (1...10).map { "B\($0)" })
      #expect(names(some, pair.here[1]) == [] && names(some, "nonsense") == [])
      let page = try await query(#"{"row_id": "\#(row)", "offset": 100, "limit": 1000}"#)
      #expect(names(page, row) == (101...120).map { "B\($0)" })
      #expect(names(try await query(#"{"row_id": "\#(row)", "limit": 1000}"#), row)?.count == 100)
      for rows in [#"{"row_id": 1}"#, #"{"row_id": "x", "offset": -1}"#, "1"] {
        #expect(try await query(rows).status == 400)
      }
      for column in ["Name", "nosuch"] {
        let body = #"{"table_name": "A", "link_column_name": "\#(column)", "rows": []}"#
        #expect(try await world.grid(.post, "query-links/", body).status == 400)
      }
    }
  }

  @Test func `a view shows links unless it hides their column, and its filters see them`() async throws {
    try await World.with { world async throws in
      let pair = try await Pair(world)
      #expect(try await pair.send(.post, [pair.here[0]: [pair.there[1]]], world).status == 200)
      #expect(try await world.grid(.post, "views/?table_name=A", #"{"name": "V"}"#).status == 200)
      let columns = try await world.grid(.get, "columns/?table_name=A")
      let key = try #require((columns["columns"] as? [[String: Any]])?[1]["key"] as? String)
      func change(_ body: String) async throws -> [[String: Any]] {
        #expect(try await world.grid(.put, "views/V/?table_name=A", body).status == 200)
        return try await world.rows("table_name=A&view_name=V")
      }
      let filter = #"{"filters": [{"column_key": "\#(key)", "filter_predicate": "contains", "filter_term": "b2"}]}"#
      #expect(try await change(filter).map { $0["Name"] as? String } == ["A1"])
      let hidden = try await change(#"{"filters": [], "hidden_columns": ["\#(key)"]}"#)
      #expect(hidden.count == 3 && hidden.allSatisfy { $0["Bs"] == nil })
    }
  }

  // MARK: What ends links

  @Test func `a row, a column or a table takes its links with it`() async throws {
    for (number, (path, body)) in [
      ("rows/", #""row_ids": ["?"]"#), ("columns/", #""column": "Bs""#), ("tables/", ""),
    ].enumerated() {
      try await World.with { world async throws in
        let pair = try await Pair(world)
        let map = [pair.here[0]: pair.there, pair.here[1]: [pair.there[0]]]
        #expect(try await pair.send(.post, map, world).status == 200)
        let rest = body.replacing("?", with: pair.here[0])
        let answer = try await world.grid(
          .delete, path, #"{"table_name": "A"\#(rest.isEmpty ? "" : ", ")\#(rest)}"#)
        #expect(answer.status == 200, "\(answer.text)")
        let left = try await world.database.count("data_link where base_id = 1 and link_id = '\(pair.link)'")
        #expect(left == (number == 0 ? 1 : 0))
        let row = try await world.grid(.get, "rows/\(pair.there[0])/?table_name=B&convert_keys=true")
        #expect(number == 0 ? (row["A"] as? [Any])?.count == 1 : row["A"] == nil)
      }
    }
  }

  @Test func `a row that somebody else has locked is not linked`() async throws {
    try await World.with { world async throws in
      let pair = try await Pair(world)
      let ids = #"{"table_name": "B", "row_ids": ["\#(pair.there[0])"]}"#
      #expect(try await world.grid(.put, "lock-rows/", ids).status == 200)
      let map = [pair.here[0]: [pair.there[0]]]
      #expect(try await pair.send(.post, map, as: .personalBaseToken, world).status == 403)
      #expect(try await pair.send(.post, map, world).status == 200)
      #expect(try await pair.send(.delete, map, as: .personalBaseToken, world).status == 403)
    }
  }
}
