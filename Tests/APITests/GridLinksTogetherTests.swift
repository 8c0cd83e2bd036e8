import API
import Access
import Foundation
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

/// Clients who link at the same time, and requests as large as they may be.
@Suite struct GridLinksTogether {
  private static func link(
    _ method: HTTP.Method, _ map: String, _ world: World
  ) async throws -> Answer {
    try await world.grid(
      method, "links/",
      #"{"link_id": "Lk03", "table_id": "Tab3", "other_table_id": "Tab3", "other_rows_ids_map": \#(map)}"#)
  }

  @Test func `of fifty who link the same rows, one does`() async throws {
    try await World.with(connections: 8) { world async throws in
      let answers = try await world.fifty { number in
        let (one, other) = number.isMultiple(of: 2) ? (0, 1) : (1, 0)
        return try await Self.link(.post, #"{"\#(World.linked[one])": ["\#(World.linked[other])"]}"#, world)
      }
      #expect(answers.filter { $0.status == 200 }.count == 1)
      #expect(answers.allSatisfy { $0.status == 200 || $0.status == 400 })
      #expect(try await world.database.count("data_link where base_id = 1") == 4)
    }
  }

  @Test func `rows that are linked, deleted and unlinked at once leave no link without its rows`() async throws {
    try await World.with(connections: 8) { world async throws in
      let rows = (1...50).map { #"{"Name": "\#($0)"}"# }.joined(separator: ",")
      let added = try await world.grid(.post, "rows/", #"{"table_name": "Table3", "rows": [\#(rows)]}"#)
      let ids = try #require(added["row_ids"] as? [[String: String]]).compactMap { $0["_id"] }
      let answers = try await world.fifty { number in
        let (row, other) = (ids[number % 50], ids[(number + 7) % 50])
        switch number % 3 {
        case 0: return try await Self.link(.post, #"{"\#(row)": ["\#(other)", "\#(ids[(number + 1) % 50])"]}"#, world)
        case 1: return try await world.grid(.delete, "rows/", #"{"table_name": "Table3", "row_ids": ["\#(other)"]}"#)
        default: return try await Self.link(.put, #"{"\#(row)": ["\#(other)"]}"#, world)
        }
      }
      #expect(answers.allSatisfy { $0.status == 200 || $0.status == 400 }, "\(answers.map(\.status))")
      let orphans = """
        data_link as pair where pair.base_id = 1 and not exists (
          select from data_row as own where own.base_id = 1 and own.table_key = 'Tab3' and own.id = pair.a)
        """
      #expect(try await world.database.count(orphans) == 0)
      let turned = "data_link as x where base_id = 1 and not exists (select from data_link where a = x.b and b = x.a)"
      #expect(try await world.database.count(turned) == 0)
    }
  }

  @Test func `links and changes of tables wait for each other, and end`() async throws {
    try await World.with(connections: 8) { world async throws in
      let answers = try await world.fifty { number in
        if number.isMultiple(of: 5) {
          return try await world.grid(.put, "tables/", #"{"table_id": "Tab3", "new_table_name": "T\#(number)"}"#)
        }
        let (row, other) = (World.linked[number % 3], World.linked[(number + 1) % 3])
        return try await Self.link(.put, #"{"\#(row)": ["\#(other)"]}"#, world)
      }
      #expect(answers.allSatisfy { $0.status == 200 || $0.status == 429 }, "\(answers.map(\.status))")
      #expect(answers.filter { $0.status == 200 }.count > 40)
    }
  }

  @Test func `an operation whose number is taken gets another one`() async throws {
    try await World.with(setting: { _ in }) { world async throws in
      let now = try await world.onLoop { $0.now().microseconds }
      try await world.database.execute(
        """
        insert into data_operation (base_id, op_id, author, op_type, operation)
        select 1, n, 'other', 'lock_rows', '{}' from generate_series(\(now)::bigint, \(now + 2)) as n
        """)
      #expect(try await Self.link(.post, #"{"\#(World.linked[0])": ["\#(World.linked[1])"]}"#, world).status == 200)
      let row = #"{"table_name": "Table1", "rows": [{"Name": "a"}]}"#
      #expect(try await world.grid(.post, "rows/", row).status == 200)
    }
  }

  @Test func `as many links as a request may have take a time in proportion, and one more is refused`() async throws {
    try await World.with { world async throws in
      let rows = (1...1000).map { #"{"Name": "\#($0)"}"# }.joined(separator: ",")
      let added = try await world.grid(.post, "rows/", #"{"table_name": "Table3", "rows": [\#(rows)]}"#)
      let ids = try #require(added["row_ids"] as? [[String: String]]).compactMap { $0["_id"] }
      func map(_ count: Int, _ others: Int) -> String {
        let lists = (0..<count).map { row in
          let list = (1...others).map { "\"\(ids[(row + $0) % 1000])\"" }.joined(separator: ",")
          return "\"\(ids[row])\": [\(list)]"
        }
        return "{\(lists.joined(separator: ","))}"
      }
      #expect(try await Self.link(.put, map(1000, 50), world).status == 200)
      #expect(try await world.database.count("data_link where base_id = 1 and link_id = 'Lk03'") == 100_002)
      let listed = try await world.rows("table_name=Table3&limit=1000")
      #expect(listed.filter { ($0["Others"] as? [Any])?.count == 50 }.count >= 997)
      let deleted = try await Self.link(.delete, map(1000, 50), world)
      #expect(deleted["deleted_links_count"] as? Int == 50_000)
      let refused = try await Self.link(.post, map(999, 51), world)
      #expect(refused.status == 400 && refused.text.contains("50000"), "\(refused.text)")
    }
  }
}
