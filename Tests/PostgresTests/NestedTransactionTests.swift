import Postgres
import TestSupport
import Testing

/// A database as seen within one of its transactions.
@Suite(.timeLimit(.minutes(30))) struct NestedTransactions {
  private struct Regret: Error {}

  @Test func `every kind of statement runs in the transaction, and sees what is not committed`() async throws {
    try await onTable { db async throws in
      try await db.transaction { transaction async throws in
        let view = db.within(transaction)
        #expect(try await view.run("insert into item values (1), (2)") == 2)
        try await transaction.run("insert into item values (3)")
        #expect(try await view.lookup("select count(*) as value from item", as: Only<Int>.self)?.value == 3)
        #expect(try await view.row("select count(*) as value from item", as: Only<Int>.self)?.value == 3)
        #expect(try await ids(view) == [1, 2, 3])
        let seen = try await view.transaction { try await $0.rows("select id as value from item", as: Only<Int>.self) }
        #expect(seen.count == 3)
        #expect(try await ids(db) == [])
      }
      #expect(try await ids(db) == [1, 2, 3])
    }
  }

  @Test func `what a nested transaction wrote is committed with the outer one`() async throws {
    try await onTable { db async throws in
      try await db.transaction { transaction async throws in
        let value = try await db.within(transaction).transaction { nested async throws in
          try await nested.run("insert into item values (1)")
          return "done"
        }
        #expect(value == "done")
        #expect(try await ids(db) == [])
      }
      #expect(try await ids(db) == [1])
    }
  }

  @Test func `a nested transaction is rolled back with the outer one`() async throws {
    try await onTable { db async throws in
      await #expect(throws: Regret.self) {
        try await db.transaction { transaction async throws in
          try await db.within(transaction).transaction { _ = try await $0.run("insert into item values (1)") }
          throw Regret()
        }
      }
      #expect(try await ids(db) == [])
    }
  }

  @Test func `only the nested transaction that throws is rolled back`() async throws {
    try await onTable { db async throws in
      try await db.transaction { transaction async throws in
        let view = db.within(transaction)
        try await view.run("insert into item values (1)")
        for _ in 1...3 {
          await #expect(throws: Regret.self) {
            try await view.transaction { nested async throws in
              try await nested.run("insert into item values (2)")
              throw Regret()
            }
          }
        }
        #expect(try await ids(view) == [1])
        try await view.transaction { _ = try await $0.run("insert into item values (3)") }
      }
      #expect(try await ids(db) == [1, 3])
    }
  }

  @Test func `a failure in a nested transaction does not affect the outer one`() async throws {
    try await onTable { db async throws in
      try await db.transaction { transaction async throws in
        let view = db.within(transaction)
        try await view.run("insert into item values (1)")
        let error = await #expect(throws: PostgresError.self) {
          try await view.transaction { nested async throws in
            try await nested.run("insert into item values (2)")
            try await nested.run("insert into item values (1)")
          }
        }
        guard case .statement("23505", constraint: "item_pkey", _) = error else {
          Issue.record("\(String(describing: error))")
          return
        }
        try await view.run("insert into item values (4)")
      }
      #expect(try await ids(db) == [1, 4])
    }
  }

  @Test func `a failed statement fails the nested transaction, even if its body hides it`() async throws {
    try await onTable { db async throws in
      try await db.transaction { transaction async throws in
        let view = db.within(transaction)
        try await view.run("insert into item values (1)")
        await #expect(throws: PostgresError.self) {
          try await view.transaction { nested async throws in
            try await nested.run("insert into item values (2)")
            _ = try? await nested.run("insert into item values (1)")
          }
        }
      }
      #expect(try await ids(db) == [1])
    }
  }

  @Test func `a statement that fails outside the nested transaction fails the outer one`() async throws {
    try await onTable { db async throws in
      await #expect(throws: PostgresError.self) {
        try await db.transaction { transaction async throws in
          let view = db.within(transaction)
          try await view.run("insert into item values (1)")
          _ = try? await view.run("insert into item values (1)")
          try? await view.transaction { _ = try await $0.run("insert into item values (2)") }
        }
      }
      #expect(try await ids(db) == [])
    }
  }

  @Test func `one within another is rolled back with that, whether it threw itself or not`() async throws {
    try await onTable { db async throws in
      for isRegretted in [true, false] {
        try await db.transaction { transaction async throws in
          let view = db.within(transaction)
          await #expect(throws: Regret.self) {
            try await view.transaction { nested async throws in
              try await nested.run("insert into item values (1)")
              try? await view.within(nested).transaction { innermost in
                try await innermost.run("insert into item values (2)")
                if isRegretted { throw Regret() }
              }
              throw Regret()
            }
          }
          #expect(try await ids(view) == [])
        }
        #expect(try await ids(db) == [])
      }
    }
  }

  @Test func `settings of a nested transaction apply to it`() async throws {
    try await onTable { db async throws in
      try await db.transaction { transaction async throws in
        let value = try await db.within(transaction).transaction(after: "select set_config('test.who', 'me', true)") {
          try await $0.row("select current_setting('test.who') as value", as: Only<String>.self)?.value
        }
        #expect(value == "me")
      }
      let left = try await db.row("select current_setting('test.who', true) as value", as: Only<String?>.self)
      #expect((left?.value ?? "") == "")
    }
  }

  @Test func `if the server asks for a retry, the whole runs again, even if the outer body hides it`() async throws {
    try await onTable { db async throws in
      let (outer, inner) = (Counter(), Counter())
      try await db.transaction { transaction async throws in
        await outer.add()
        let view = db.within(transaction)
        try await view.run("insert into item values (1)")
        try? await view.transaction { nested async throws in
          await inner.add()
          guard await inner.count == 1 else { return }
          try await nested.run("do $$ begin raise exception 'again' using errcode = '40P01'; end $$")
        }
      }
      #expect(await outer.count == 2)
      #expect(await inner.count == 2)
      #expect(try await ids(db) == [1])
    }
  }

  @Test func `of two nested transactions in a deadlock, one runs again as a whole`() async throws {
    try await onTable { db async throws in
      try await db.run("insert into item values (1), (2)")
      try await db.run("create table taken (id integer, by integer)")
      let attempts = Counter()
      let bothHaveOne = Meeting(of: 2)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (mine, other) in [(1, 2), (2, 1)] {
          group.addTask {
            try await db.transaction { transaction async throws in
              await attempts.add()
              let view = db.within(transaction)
              try await view.run("insert into taken values (\(mine), \(mine))")
              try await view.transaction { _ = try await $0.run("select from item where id = \(mine) for update") }
              await bothHaveOne.arrive()
              try await view.transaction { nested async throws in
                try await nested.run("select from item where id = \(other) for update")
                try await nested.run("insert into taken values (\(other), \(mine))")
              }
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(await attempts.count == 3)
      #expect(try await db.row("select count(*) as value from taken", as: Only<Int>.self)?.value == 4)
    }
  }

  @Test func `a nested database cannot be used after its transaction`() async throws {
    try await onTable { db async throws in
      let view = try await db.transaction { db.within($0) }
      await #expect(throws: PostgresError.unexpected("the transaction has ended")) {
        try await view.run("insert into item values (1)")
      }
      await #expect(throws: PostgresError.unexpected("the transaction has ended")) {
        try await view.transaction { _ = try await $0.run("insert into item values (1)") }
      }
      #expect(try await ids(db) == [])
    }
  }
}

/// Runs a body on the loop with a database that has one empty table.
private func onTable(_ body: @escaping @Sendable (WritableDatabase) async throws -> Void) async throws {
  try await onDatabase { db async throws in
    try await db.run("create table item (id integer primary key)")
    try await body(db)
  }
}

private func ids(_ db: WritableDatabase) async throws -> [Int] {
  try await db.rows("select id as value from item order by id", as: Only<Int>.self).map(\.value)
}
