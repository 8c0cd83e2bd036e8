import Postgres
import TestSupport
import Testing

/// A `Database` only reads: its type offers nothing else, and its sessions also refuse statements that write.
@Suite(.timeLimit(.minutes(30))) struct ReadOnly {
  enum Way: CaseIterable { case lookup, row, rows }

  enum Writing: CaseIterable {
    case insert, update, delete, within, lock, sequence, table

    var sql: SQL {
      switch self {
      case .insert: "insert into item values (2) returning id as value"
      case .update: "update item set id = 2 returning id as value"
      case .delete: "delete from item returning id as value"
      case .within: "with made as (insert into item values (2) returning id) select id as value from made"
      case .lock: "select id as value from item for update"
      case .sequence: "select nextval('number') as value"
      case .table: "create table other ()"
      }
    }
  }

  @Test(arguments: Way.allCases, Writing.allCases)
  func `a statement that writes is refused by the session`(_ way: Way, _ writing: Writing) async throws {
    try await onItems { db async throws in
      let reader = db.reader
      let error = await #expect(throws: PostgresError.self) {
        switch way {
        case .lookup: _ = try await reader.lookup(writing.sql, as: Only<Int>.self)
        case .row: _ = try await reader.row(writing.sql, as: Only<Int>.self)
        case .rows: _ = try await reader.rows(writing.sql, as: Only<Int>.self)
        }
      }
      guard case .statement("25006", constraint: nil, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(try await reader.rows("select id as value from item", as: Only<Int>.self).map(\.value) == [1])
    }
  }

  @Test func `a connection that has written is read-only again`() async throws {
    try await onItems { db async throws in
      for number in 2...4 {
        try await db.run("insert into item values (\(number))")
        await #expect(throws: PostgresError.self) {
          _ = try await db.row("insert into item values (9) returning id as value", as: Only<Int>.self)
        }
      }
      #expect(
        try await db.rows("select id as value from item order by id", as: Only<Int>.self).map(\.value) == [1, 2, 3, 4])
    }
  }

  @Test(arguments: ["read-write", "primary", "any"])
  func `the server that a URL asks for is found whatever its sessions' default`(kind: String) async throws {
    try await TestDatabase.withEmpty { database in
      let settings = Database.Settings.patient(url: "\(database.conninfo) target_session_attrs=\(kind)")
      try await onDatabase(settings) { try await $0.run("create table item (id bigint)") }
    }
  }

  private func onItems(_ body: @escaping @Sendable (WritableDatabase) async throws -> Void) async throws {
    // One connection of each kind, so that the next statement finds what the previous one left.
    try await onDatabase({ ($0.sharedConnections, $0.pooledConnections) = (1, 1) }) { db in
      try await db.transaction {
        try await $0.run("create table item (id bigint primary key)")
        try await $0.run("create sequence number")
        try await $0.run("insert into item values (1)")
      }
      try await body(db)
    }
  }
}
