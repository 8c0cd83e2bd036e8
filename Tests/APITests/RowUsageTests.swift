import API
import Foundation
import HTTP
import TestSupport
import Testing

/// How many rows are shown, and how many a team may have.
@Suite struct RowUsage {
  private static let team = "/api/v2.1/admin/organizations/1/"
  private static let add = #"{"table_name": "Table2", "rows": [{"Name": "a"}, {"Name": "b"}, {"Name": "c"}]}"#

  /// Where rows are counted: who asks, for what, and under which key the number of the base "Projects" and its team stand.
  private static let places: [(caller: Caller, path: String, key: String)] = [
    (.teamAdmin, "/api/v2.1/org/1/admin/dtables/", "rows_count"),
    (.systemAdmin, "/api/v2.1/admin/dtables/", "rows_count"),
    (.systemAdmin, team + "dtables/", "rows_count"),
    (.systemAdmin, "/api/v2.1/admin/organizations/", "rows_count"),
    (.systemAdmin, team, "rows_count"),
    (.teamAdmin, "/api/v2.1/org/admin/info/", "row_usage"),
    (.sharedReader, "/api/v2.1/dtables/shared/", "rows_count"),
  ]

  @Test(arguments: places.indices)
  func `rows are counted wherever they are shown`(_ place: Int) async throws {
    let place = Self.places[place]
    try await World.with { world async throws in
      func counts() async throws -> String {
        let answer = try await world.call(.get, place.path, as: place.caller)
        #expect(answer.status == 200, "\(answer.text)")
        return answer.text
      }
      let before = try await world.database.count("data_row where base_id = 1")
      #expect(try await counts().contains("\"\(place.key)\":\(before)"))
      #expect(try await world.grid(.post, "rows/", Self.add).status == 200)
      let after = try await counts()
      #expect(after.contains("\"\(place.key)\":\(before + 3)"), "\(after)")
      // Those of the other team's base are its own.
      if place.caller == .systemAdmin, !place.path.hasPrefix(Self.team) {
        let others = try await world.database.count("data_row where base_id = 5")
        #expect(after.contains("\"\(place.key)\":\(others)"), "\(after)")
      }
    }
  }

  @Test func `the rows of a person's own bases are shown of them, also by the answer to a change`() async throws {
    try await World.with { world async throws in
      try await world.database.execute(
        """
        insert into data_table (base_id, key, name, position, version, columns, views, row_count)
        select base.id, '0000', 'T', 0, 1, '[]', '[]', 7
        from base join workspace on workspace.id = base.workspace_id
        where workspace.account_id = 3 and base.deleted_at is null order by base.id limit 1
        """)
      let user = "/api/v2.1/admin/users/\(Example.member)/"
      for (answer, key) in [
        (try await world.call(.get, user, as: .systemAdmin), "rows_count"),
        (try await world.call(.put, user, as: .systemAdmin, ["name": "Max II"]), "rows_count"),
        (try await world.call(.get, "/api/v2.1/admin/users/", as: .systemAdmin), "rows_count"),
        (try await world.call(.get, "/api2/account/info/", as: .groupMember), "row_usage"),
      ] {
        #expect(answer.status == 200 && answer.text.contains("\"\(key)\":7"), "\(answer.text)")
      }
    }
  }

  @Test func `a team with a quota takes no more rows than that, by requests at the same time either`() async throws {
    try await World.with(connections: 16) { world async throws in
      let before = try await world.database.count("data_row where base_id = 1")
      let most = before + 10
      let set = try await world.call(.put, Self.team, as: .systemAdmin, ["row_limit": "\(most)"])
      #expect(set["row_limit"] as? Int == most)
      let answers = try await world.fifty { number in
        try await world.grid(
          .post, "rows/", Self.add.replacing("Table2", with: number.isMultiple(of: 2) ? "Table1" : "Table2"))
      }
      #expect(answers.filter { $0.status == 200 }.count == 3)
      let refused = try #require(answers.first { $0.status != 200 })
      #expect(
        refused.status == 400 && refused.text.contains("rows_limit_exceeded: the bases of this team may have \(most)"))
      #expect(try await world.database.count("data_row where base_id = 1") == before + 9)
      let counted =
        "(select sum(row_count) as rows from data_table where base_id = 1) as own where rows = \(before + 9)"
      #expect(try await world.database.count(counted) == 1)

      // A copy of the base would be too much; other teams are free.
      let copy = ["src_workspace_id": "9", "name": "Projects", "dst_workspace_id": "9"]
      let refusedCopy = try await world.call(.post, "/api/v2.1/dtable-copy/", as: .groupOwner, copy)
      #expect(refusedCopy.status == 400, "\(refusedCopy.text)")
      #expect(try await world.database.count("base where name like 'Projects%' and team_id = 1") == 1)
      let free = try await world.call(.put, Self.team, as: .systemAdmin, ["row_limit": "-1"])
      #expect(free["row_limit"] as? Int == -1)
      #expect(try await world.grid(.post, "rows/", Self.add).status == 200)
      #expect(try await world.call(.post, "/api/v2.1/dtable-copy/", as: .groupOwner, copy).status == 200)
    }
  }
}
