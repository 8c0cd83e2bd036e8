import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct Transactions {
  private struct Regret: Error {}

  @Test func `what a transaction wrote is visible after it, and not before`() async throws {
    try await onTable { db in
      let inside = try await db.transaction { transaction in
        try await transaction.run("insert into item values (1)")
        #expect(try await count(db) == 0)
        return try await transaction.rows("select id as value from item", as: Only<Int>.self).map(\.value)
      }
      #expect(inside == [1])
      #expect(try await count(db) == 1)
    }
  }

  @Test func `a body that throws leaves nothing, and its connection is ready for the next`() async throws {
    try await onTable { db in
      await #expect(throws: Regret.self) {
        try await db.transaction { transaction in
          try await transaction.run("insert into item values (1)")
          throw Regret()
        }
      }
      #expect(try await count(db) == 0)
      try await db.transaction { _ = try await $0.run("insert into item values (2)") }
      #expect(try await count(db) == 1)
    }
  }

  @Test func `a single statement is a transaction: committed, or without any effect`()
    async throws
  {
    try await onDatabase({ $0.pooledConnections = 1 }) { db async throws in
      try await db.run("create table late (id bigint unique deferrable initially deferred)")
      let made = try await db.run("insert into late values (1) returning id as value", returning: Only<Int>.self)
      #expect(made?.value == 1)
      // Reported by the statement, and by the commit.
      for bad: SQL in ["insert into late values ('x')", "insert into late values (2), (2)"] {
        await #expect(throws: PostgresError.self) { try await db.run(bad) }
        #expect(try await db.rows("select id as value from late", as: Only<Int>.self).map(\.value) == [1])
      }
      #expect(try await db.run("insert into late values (3), (4)") == 2)
    }
  }

  @Test func `a failed statement fails the transaction, even if the body hides it`() async throws {
    try await onTable { db in
      let error = await #expect(throws: PostgresError.self) {
        try await db.transaction { transaction in
          try await transaction.run("insert into item values (1)")
          _ = try? await transaction.run("insert into item values (1)")
          _ = try? await transaction.run("insert into item values (2)")
        }
      }
      guard case .statement("23505", constraint: "item_pkey", _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      let left = try await count(db)
      #expect(left == 0)
    }
  }

  @Test func `a failed first statement leaves the connection ready for the next`() async throws {
    try await onTable { db in
      for _ in 1...2 {
        await #expect(throws: PostgresError.self) {
          try await db.transaction { _ = try await $0.run("insert into nothing values (1)") }
        }
      }
      try await db.transaction { _ = try await $0.run("insert into item values (2)") }
      #expect(try await count(db) == 1)
    }
  }

  @Test func `if a transaction cannot begin, nothing runs outside it, even if the body hides that`() async throws {
    try await onDatabase({ $0.pooledConnections = 1 }) { db in
      try await db.run("create table entry (id int)")
      _ = try await db.transaction { try await $0.run("insert into entry values (1)") }
      // As with a pooler that gives the connection another server, which does not know the name of `begin`.
      try await db.run("deallocate all")
      let runs = Counter()
      try await db.transaction { transaction in
        await runs.add()
        _ = try? await transaction.run("insert into entry values (2)")
        _ = try? await transaction.run("insert into entry values (3)")
      }
      #expect(await runs.count == 2)
      let entries = try await db.rows("select id as value from entry order by id", as: Only<Int>.self)
      #expect(entries.map(\.value) == [1, 2, 3])
    }
  }

  @Test func `a constraint that is checked at the commit is an error of the commit`() async throws {
    try await onTable { db in
      try await db.run(
        """
        create table part (item integer constraint part_item_fkey references item deferrable initially deferred)
        """)
      func constraint(_ body: () async throws -> Void) async -> String? {
        do {
          try await body()
        } catch PostgresError.statement("23503", let constraint, _) {
          return constraint
        } catch {}
        return nil
      }
      let inTransaction = await constraint {
        try await db.transaction { _ = try await $0.run("insert into part values (1)") }
      }
      // A single statement is also answered after its commit.
      let alone = await constraint { try await db.run("insert into part values (1)") }
      #expect((inTransaction, alone) == ("part_item_fkey", "part_item_fkey"))
      #expect(try await db.rows("select item as value from part", as: Only<Int>.self).isEmpty)
    }
  }

  @Test func `two that would overwrite each other's changes finally run one after the other`() async throws {
    try await onTable { db in
      try await db.run("insert into item values (0)")
      let attempts = Counter()
      let bothHaveRead = Meeting(of: 2)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<2 {
          group.addTask {
            try await db.transaction { transaction in
              await attempts.add()
              try await transaction.run("set transaction isolation level serializable")
              let id = try await transaction.row("select id as value from item", as: Only<Int>.self)?.value ?? 0
              await bothHaveRead.arrive()
              try await transaction.run("update item set id = \(id + 1)")
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try await db.row("select id as value from item", as: Only<Int>.self)?.value == 2)
      #expect(await attempts.count == 3)
    }
  }

  @Test func `a transaction that never succeeds is given up after six attempts`() async throws {
    try await onTable { db in
      let attempts = Counter()
      await #expect(throws: PostgresError.statement(sqlstate: "40001", constraint: nil, message: "again")) {
        try await db.transaction { transaction in
          await attempts.add()
          try await transaction.run("do $$ begin raise exception 'again' using errcode = '40001'; end $$")
        }
      }
      #expect(await attempts.count == 6)
    }
  }

  @Test func `a body may not end the transaction with its own statement`() async throws {
    try await onTable { db in
      await #expect(throws: PostgresError.unexpected("the transaction was ended by its own statements")) {
        try await db.transaction { transaction in
          try await transaction.run("insert into item values (1)")
          try await transaction.run("rollback")
        }
      }
    }
  }

  @Test func `a transaction cannot be used after its end`() async throws {
    try await onTable { db in
      let left = try await db.transaction { $0 }
      await #expect(throws: PostgresError.unexpected("the transaction has ended")) {
        try await left.run("insert into item values (1)")
      }
      #expect(try await count(db) == 0)
    }
  }

  @Test func `statements sent together in a transaction succeed or fail together`() async throws {
    try await onTable { db in
      await #expect(throws: PostgresError.self) {
        try await db.transaction { transaction in
          async let first = transaction.run("insert into item values (1)")
          async let second = transaction.run("insert into item values (1)")
          async let third = transaction.run("insert into item values (2)")
          _ = try await (first, second, third)
        }
      }
      #expect(try await count(db) == 0)
      try await db.transaction { transaction in
        async let first = transaction.run("insert into item values (1)")
        async let second = transaction.run("insert into item values (2)")
        let counts = try await [first, second]
        #expect(counts == [1, 1])
      }
      #expect(try await count(db) == 2)
    }
  }

  @Test func `run returns the number of affected rows`() async throws {
    try await onTable { db in
      let counts = [
        try await db.run("insert into item select generate_series(1, 5)"),
        try await db.run("update item set id = id + 10 where id > 3"),
        try await db.run("delete from item where id = 99"),
        try await db.run("create table other ()"),
      ]
      #expect(counts == [5, 2, 0, 0])
    }
  }
}

/// Runs a body on the loop with a database that has one empty table.
private func onTable(_ body: @escaping @Sendable (WritableDatabase) async throws -> Void) async throws {
  try await onDatabase { db in
    try await db.run("create table item (id integer primary key)")
    try await body(db)
  }
}

private func count(_ db: WritableDatabase) async throws -> Int? {
  try await db.row("select count(*) as value from item", as: Only<Int>.self)?.value
}
