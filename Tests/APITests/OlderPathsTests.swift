import API
import Access
import Foundation
import HTTP
import TestSupport
import Testing

/// The paths of older clients, and those of what is not offered.
@Suite struct OlderPathsTests {
  /// An example at one of its route's other paths.
  private struct Elsewhere: Sendable, CustomTestStringConvertible {
    let example: Example
    let path: String
    var testDescription: String { "\(example.route.operation) \(path)" }

    func path(of uuid: String) -> String {
      let usual = uuid == World.theirs ? example.theirs : example.path
      let query = usual.firstIndex(of: "?").map { String(usual[$0...]) } ?? ""
      return path.replacing("{base_uuid}", with: uuid).replacing("{row_id}", with: World.row)
        .replacing("{view_name}", with: example.route.operation == "deleteView" ? "Second" : "0000") + query
    }
  }

  private static let paths = routes.flatMap { route in
    route.otherPaths.map { Elsewhere(example: Example(route: route), path: $0) }
  }

  @Test func `every operation of the gateway has the paths of older clients`() {
    for route in routes where route.path.hasPrefix("/api-gateway/api/v2/dtables/") {
      let rest = route.path.dropFirst("/api-gateway/api/v2/dtables/".count)
      #expect(route.otherPaths.contains("/dtable-server/api/v1/dtables/\(rest)"), "\(route.operation)")
      #expect(route.otherPaths.contains("/api-gateway/api/v1/dtables/\(rest)"), "\(route.operation)")
    }
    #expect(routes.allSatisfy { $0.path.hasPrefix("/api-gateway/") || $0.otherPaths.isEmpty })
  }

  @Test(arguments: paths)
  private func `an older path has the callers of its operation`(_ elsewhere: Elsewhere) async throws {
    let admitted = try Authorisation.admitted(to: elsewhere.example)
    let path = elsewhere.path(of: World.projects)
    try await World.with { world async throws in
      func send(as caller: Caller) async throws -> Answer {
        guard let json = elsewhere.example.json else {
          return try await world.call(elsewhere.example.route.method, path, as: caller, elsewhere.example.fields)
        }
        return try await world.send(
          elsewhere.example.route.method, path, as: caller, type: "application/json", body: Array(json.utf8))
      }
      let before = try await world.database.fingerprint()
      for caller in Caller.allCases where !admitted.contains(caller) {
        let answer = try await send(as: caller)
        let refusal = Authorisation.refusal(of: caller, by: elsewhere.example.route)
        #expect(answer.status == refusal.status && answer.text == refusal.body, "\(caller): \(answer.text)")
      }
      #expect(try await world.database.fingerprint() == before)
      for caller in admitted.prefix(elsewhere.example.route.method == .get ? admitted.count : 1) {
        let answer = try await send(as: caller)
        #expect(answer.status == 200, "\(caller): \(answer.text)")
        #expect(!answer.text.contains("canary"))
      }
    }
  }

  @Test func `an older path says what the gateway says`() async throws {
    try await World.with { world async throws in
      for elsewhere in Self.paths where elsewhere.example.route.method == .get {
        let usual = try await world.call(.get, elsewhere.example.path, as: .baseToken)
        let older = try await world.call(.get, elsewhere.path(of: World.projects), as: .baseToken)
        #expect(older.text == usual.text, "\(elsewhere.path)")
        let theirs = try await world.call(.get, elsewhere.path(of: World.theirs), as: .baseToken)
        #expect(theirs.status == 403)
      }
    }
  }

  @Test func `older clients get names, and the row that they add`() async throws {
    try await World.with { world async throws in
      let old = "/dtable-server/api/v1/dtables/\(World.projects)/"
      func send(_ method: HTTP.Method, _ path: String, _ json: String? = nil) async throws -> Answer {
        try await world.send(
          method, path.hasPrefix("/") ? path : old + path, as: .baseToken, type: json.map { _ in "application/json" },
          body: Array((json ?? "").utf8))
      }
      let row = try await send(.post, "rows/", #"{"table_name": "Table1", "row": {"Name": "x"}}"#)
      let id = try #require(row["_id"] as? String)
      #expect(row["0000"] as? String == "x" && row["first_row"] == nil)
      let named = try await send(.get, "rows/\(id)/?table_name=Table1")
      #expect(named["Name"] as? String == "x")
      #expect(try await send(.get, "rows/\(id)/?table_name=Table1&convert=false")["0000"] as? String == "x")
      let change = #"{"table_name": "Table1", "row_id": "\#(id)", "row": {"Name": "y"}}"#
      #expect(try await send(.put, "rows/", change).status == 200)
      let many = #"{"table_name": "Table1", "updates": [{"row_id": "\#(id)", "row": {"Age": 5}}]}"#
      #expect(try await send(.put, "batch-update-rows/", many).status == 200)
      let added = try await send(.post, "batch-append-rows/", #"{"table_name": "Table1", "rows": [{"Name": "z"}]}"#)
      #expect(added["inserted_row_count"] as? Int == 1)
      #expect(try await world.cells("Age")["y"] == "5")
      let ids = #"{"table_name": "Table1", "row_ids": ["\#(id)"]}"#
      #expect(try await send(.delete, "batch-delete-rows/", ids)["deleted_rows"] as? Int == 1)
      let pair = #""link_id": "Lk03", "table_name": "Table3", "other_table_name": "Table3""#
      let (a, b) = (World.linked[0], World.linked[1])
      let one = #"{\#(pair), "table_row_id": "\#(a)", "other_table_row_id": "\#(b)"}"#
      #expect(try await send(.post, "links/", one).status == 200)
      #expect(try await send(.delete, "links/", one)["deleted_links_count"] as? Int == 1)
      let several = #"{\#(pair), "row_id": "\#(a)", "other_rows_ids": ["\#(b)"]}"#
      #expect(try await send(.put, "links/", several).status == 200)
      let linked = try await send(
        .post, "/dtable-db/api/v1/linked-records/\(World.projects)/",
        #"{"table_id": "Tab3", "link_column": "Lnk3", "rows": [{"row_id": "\#(a)"}]}"#)
      #expect((linked[a] as? [[String: String]])?.first?["display_value"] == "Row 2")
    }
  }

  @Test(arguments: [
    "/api/v2.1/dtables/\(World.projects)/rows-comments-num/", "/api/v2.1/workspace/9/dtable/Projects/snapshots/",
    "/api-gateway/api/v2/dtables/\(World.projects)/comments/", "/dtable-db/api/v1/insert-rows/\(World.projects)/",
    "/api-gateway/api/v2/dtables/\(World.projects)/comments/1/",
    "/dtable-server/api/v1/dtables/\(World.projects)/ui-toasts/", "/socket.io/",
    "/api-gateway/api/v2/dtables/\(World.projects)/add-archived-rows/",
    "/api-gateway/api/v2/dtables/\(World.projects)/snapshot",
  ])
  func `what is not offered says so, whoever asks`(path: String) async throws {
    try await World.with { world async throws in
      for (method, caller) in [(HTTP.Method.get, Caller.nobody), (.post, .baseToken), (.delete, .apiTokenWriter)] {
        let answer = try await world.call(method, path, as: caller)
        #expect(answer.status == 404)
        #expect((answer["error_msg"] as? String)?.hasPrefix("Not offered here: ") == true, "\(answer.text)")
        #expect(answer["error_message"] as? String == answer["error_msg"] as? String)
      }
    }
  }
}
