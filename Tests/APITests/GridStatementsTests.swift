import API
import Access
import Foundation
import HTTP
import Postgres
import TestSupport
import Testing

/// Clients' SQL: who may send what, and what it may take.
@Suite(.timeLimit(.minutes(30))) struct GridStatements {
  /// The body of a request with a statement.
  private static func body(_ sql: String, _ parameters: String = "[]") -> String {
    #"{"sql": "\#(sql)", "parameters": \#(parameters), "convert_keys": true}"#
  }

  @Test func `whoever only reads can select, and change nothing`() async throws {
    try await World.with { world async throws in
      for caller in [Caller.readingBaseToken, .visitingBaseToken] {
        let count = Self.body("SELECT COUNT(*) AS n FROM Table1")
        #expect(try await world.grid(.post, "sql/", as: caller, count).text.hasSuffix(#""results":[{"n":2}]}"#))
        for sql in ["UPDATE Table1 SET Age = 1", "DELETE FROM Table1", " delete from nosuch", "UPDATE x SET x = 1"] {
          let refused = try await world.grid(.post, "sql/", as: caller, Self.body(sql))
          #expect(refused.status == 403, "\(sql)")
          #expect(refused.text == #"{"error_msg":"Permission denied.","error_message":"Permission denied."}"#)
        }
        let insert = Self.body("INSERT INTO Table1 (Name) VALUES ('x')")
        #expect(try await world.grid(.post, "sql/", as: caller, insert).status == 400)
      }
      #expect(try await world.rows().count == 2)
      #expect(try await world.database.count("data_operation where op_type in ('modify_rows', 'delete_rows')") == 0)
    }
  }

  @Test func `what a statement changes is noted, and only once for a key`() async throws {
    try await World.with { world async throws in
      let key: [Headers.HeaderName: String] = [.idempotencyKey: "0123456789abcdef"]
      for _ in 1...2 {
        let sql = Self.body("UPDATE Table1 SET Age = ?, State = 'new' WHERE Name = 'First'", "[8]")
        let changed = try await world.grid(.post, "sql/", sql, headers: key)
        #expect(
          changed.text
            == #"{"success":true,"error_message":"","is_join_stmt":false,"metadata":null,"results":null}"#)
      }
      #expect(try await world.cells("Age")["First"] == "8")
      #expect(try await world.cells("State")["First"] == "new")
      #expect(try await world.database.count("data_operation where op_type = 'modify_rows'") == 1)
      let deleted = try await world.grid(.post, "sql/", Self.body("DELETE FROM Table1 WHERE Age > 7"))
      #expect(deleted.status == 200)
      #expect(try await world.rows().map { $0["Name"] as? String } == ["Second"])
      #expect(try await world.database.count("data_operation where op_type = 'delete_rows'") == 1)
      #expect(try await world.database.count("data_table where base_id = 1 and key = '0000' and row_count = 1") == 1)
      // The answer to a SELECT is always a new one.
      let count = Self.body("SELECT COUNT(*) AS n FROM Table1")
      for expected in [1, 2] {
        let answer = try await world.grid(.post, "sql/", count, headers: [.idempotencyKey: "0123456789abcdeg"])
        #expect(answer.text.hasSuffix(#""results":[{"n":\#(expected)}]}"#))
        _ = try await world.grid(.post, "rows/", #"{"table_name": "Table1", "rows": [{"Name": "New"}]}"#)
      }
    }
  }

  @Test func `a strict statement is refused for what would be lost`() async throws {
    try await World.with { world async throws in
      let refused = try await world.grid(
        .post, "sql/", Self.body("UPDATE Table1 SET Age = 'x'"), headers: [.strict: "1"])
      #expect(refused.status == 400)
      #expect((refused["error_message"] as? String)?.contains("column Age") == true, "\(refused.text)")
    }
  }

  @Test func `a statement that takes too long, and an answer that is too large, are refused`() async throws {
    try await World.with { settings in
      settings.statements.time = .seconds(1)
      settings.statements.bytes = 2000
    } _: { world async throws in
      let all = Self.body("SELECT * FROM Table1")
      #expect(try await world.grid(.post, "sql/", all).status == 200)
      try await world.database.execute(
        """
        insert into data_row (base_id, table_key, id, position, creator, modifier, cells)
        select 1, '0000', gen_random_uuid(), 10 + n, 'x', 'x', '{"0000": "some text"}' from generate_series(1, 20) as n
        """)
      let large = try await world.grid(.post, "sql/", all)
      #expect(large.status == 400)
      #expect((large["error_message"] as? String)?.hasPrefix("The answer is too large: it may have 2000 ") == true)
      #expect(try await world.grid(.post, "sql/", Self.body("SELECT Name FROM Table1")).status == 200)
      let slow = try await world.database.holdingRows { try await world.grid(.post, "sql/", all) }
      #expect(slow.status == 400)
      #expect((slow["error_message"] as? String)?.hasPrefix("The statement takes too long: it may take 1 ") == true)
      #expect(try await world.grid(.post, "sql/", Self.body("SELECT Name FROM Table1")).status == 200)
    }
  }

  @Test func `of a base, only so many statements run at once`() async throws {
    try await World.with { settings in
      settings.statements.time = .seconds(60)
      settings.statements.waiting = .seconds(1)
      settings.statements.atOnceOfBase = 1
    } _: { world async throws in
      let sql = Self.body("SELECT Name FROM Table1")
      let (statuses, ended) = AsyncStream.makeStream(of: Int.self)
      let tasks = try await world.database.holdingRows {
        let tasks = (0..<2).map { _ in
          Task {
            let status = try await world.grid(.post, "sql/", sql).status
            ended.yield(status)
            return status
          }
        }
        // One waits for the rows, the other in vain for its turn.
        var first = statuses.makeAsyncIterator()
        let status = await first.next()
        #expect(status == 429)
        return tasks
      }
      var found: [Int] = []
      for task in tasks { found.append(try await task.value) }
      #expect(found.sorted() == [200, 429])
    }
  }

  @Test func `no statement of a client is prepared or remembered`() async throws {
    try await World.with(connections: 1) { world async throws in
      func prepared(_ database: WritableDatabase) async throws -> Int64 {
        try await database.onLoop {
          try await $0.row("select count(*) as count from pg_prepared_statements", as: Count.self)?.count ?? 0
        }
      }
      for column in ["Name", "Age", "State"] {
        #expect(try await world.grid(.post, "sql/", Self.body("SELECT \(column) FROM Table1")).status == 200)
      }
      let before = try await prepared(world.database.queried)
      for number in 1...30 {
        let terms = (0..<number).map { "Age != \($0)" }.joined(separator: " AND ")
        let sql = Self.body("SELECT Name, Age + \(number) AS a FROM Table1 WHERE \(terms)")
        #expect(try await world.grid(.post, "sql/", sql).status == 200)
      }
      // `begin read only`, what names the base, what has it planned for its values, `commit`, and this one.
      #expect(before == 5)
      #expect(try await prepared(world.database.queried) == before)
    }
  }
}

private struct Count: RowDecodable {
  let count: Int64
  init(_ row: Row) throws(PostgresError) { count = try row["count"] }
}

extension TestDatabase {
  /// Runs a body while nobody else can read rows.
  fileprivate func holdingRows<Value: Sendable>(
    _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await db.onLoop {
      try await $0.transaction { transaction in
        try await transaction.run("lock table data_row")
        return try await body()
      }
    }
  }
}
