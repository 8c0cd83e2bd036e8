import Loop
import Postgres
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct Migrations {
  private static let first = Migration(
    name: "0001-a.sql", sql: "create table a (id integer); insert into a values (1);")
  private static let second = Migration(name: "0002-b.sql", sql: "create table b as select id + 1 as id from a;")
  private static let third = Migration(name: "0003-c.sql", sql: "update b set id = 7")

  @Test func `migrations are applied in order, once, each in its own transaction`() async throws {
    try await TestDatabase.withEmpty { database in
      #expect(try Migrator.migrate(database.conninfo, [Self.first]) == ["0001-a.sql"])
      #expect(
        try Migrator.migrate(database.conninfo, [Self.first, Self.second, Self.third]) == ["0002-b.sql", "0003-c.sql"])
      #expect(try Migrator.migrate(database.conninfo, [Self.first, Self.second, Self.third]).isEmpty)
      let values = try await database.db.onLoop {
        try await $0.rows("select id as value from a union all select id from b order by 1", as: Only<Int>.self)
      }
      #expect(values.map(\.value) == [1, 7])
    }
  }

  @Test func `this program's own migrations are applied to an empty database`() async throws {
    try await TestDatabase.withEmpty { database in
      let applied = try Migrator.migrate(database.conninfo, allMigrations)
      #expect(applied == allMigrations.map(\.name))
    }
  }

  @Test func `groups of a team with the same name get unique names`() async throws {
    try await TestDatabase.withEmpty { database in
      _ = try Migrator.migrate(database.conninfo, Array(allMigrations.prefix(7)))
      try await database.execute(
        """
        insert into team (name) values ('t'), ('u');
        insert into user_group (team_id, name) values
          (1, 'Sales'), (1, 'Sales'), (1, 'Sales 2'), (1, 'Sales'), (2, 'Sales'), (null, 'Sales'), (null, 'Sales');
        """)
      _ = try Migrator.migrate(database.conninfo, allMigrations)
      let names = try await database.db.onLoop {
        try await $0.rows("select name as value from user_group order by id", as: Only<String>.self)
      }
      #expect(names.map(\.value) == ["Sales", "Sales 3", "Sales 2", "Sales 4", "Sales", "Sales", "Sales"])
    }
  }

  @Test func `names that lead elsewhere, are invisible or look alike become valid and unique`() async throws {
    try await TestDatabase.withEmpty { database in
      _ = try Migrator.migrate(database.conninfo, allMigrations.filter { $0.name < "0011" })
      try await database.execute(
        """
        insert into team (name) values (U&'t\\200b'), (U&'\\2800');
        insert into account (email, name, login_id) values
          ('a@x.com', '..', 'kim'), ('b@x.com', '', U&'kim\\200b'), ('c@x.com', U&'\\3164', U&'\\feff');
        insert into user_group (team_id, name) values (1, '.'), (1, '..'), (1, U&'Sales\\00ad'), (1, 'Sales'), (null, '.');
        insert into workspace (account_id) values (1);
        insert into base (workspace_id, name, creator_id, modifier_id, deleted_at) values
          (1, '..', 1, 1, null), (1, '__', 1, 1, null), (1, '..', 1, 1, now()), (1, U&'a\\00a0 b', 1, 1, null),
          (1, 'a b', 1, 1, null), (1, '%2e%2E', 1, 1, null);
        insert into folder (workspace_id, name) values (1, '.'), (1, 'v1.2');
        insert into api_token (base_id, app_name, hash, hint, permission, created_by, revoked_at)
        select 1, app_name, sha256(number::text::bytea), 'abcd', 'r', 1, case when number > 3 then now() end
        from (values (1, '..'), (2, 'a/../..'), (3, 'CI/CD'), (4, '..'), (5, '..')) as token (number, app_name);
        """)
      _ = try Migrator.migrate(database.conninfo, allMigrations)
      func names(_ sql: SQL) async throws -> [String] {
        try await database.db.onLoop { try await $0.rows(sql, as: Only<String>.self) }.map(\.value)
      }
      #expect(try await names("select name as value from team order by id") == ["t", "unnamed"])
      #expect(try await names("select name as value from account order by id") == ["__", "", "unnamed"])
      #expect(try await names("select login_id as value from account order by id") == ["kim", "kim 2", "unnamed"])
      #expect(
        try await names("select name as value from user_group order by id") == ["_", "__", "Sales 2", "Sales", "_"])
      #expect(
        try await names("select name as value from base order by id")
          == ["__ 2", "__", "__", "a\u{a0} b", "a b 2", "__ 3"])
      #expect(try await names("select name as value from folder order by id") == ["_", "v1.2"])
      let tokens = try await names("select app_name as value from api_token order by id")
      #expect(tokens == ["__", "a/__/__", "CI/CD", "__", "__"])
      // The audit log explains a token's new name.
      let renamed = try await names(
        "select became ->> 'app_name' as value from audit_log where operation = 'api_token_update' order by number")
      #expect(renamed.sorted() == ["__", "__", "__", "a/__/__"])
    }
  }

  @Test func `people with the same sign-in name keep their accounts, and one keeps the name`() async throws {
    try await TestDatabase.withEmpty { database in
      _ = try Migrator.migrate(database.conninfo, allMigrations.filter { $0.name < "0018" })
      try await database.execute(
        """
        insert into account (uid, email, name, login_id, deleted_at) values
          (repeat('1', 32), repeat('2', 32) || '@auth.local', 'a', 'kim', null),
          (repeat('2', 32), repeat('1', 32) || '@Auth.Local', 'b', 'KIM', null),
          (repeat('3', 32), 'c@x.com', 'c', 'd@X.com', null),
          (repeat('4', 32), 'D@x.com', 'd', 'D@x.com', null),
          (repeat('5', 32), 'e@x.com', 'e', 'e@auth.local', null),
          (repeat('6', 32), 'f@x.com', 'f', 'Kim', now());
        """)
      _ = try Migrator.migrate(database.conninfo, allMigrations)
      func texts(_ sql: SQL) async throws -> [String] {
        try await database.db.onLoop { try await $0.rows(sql, as: Only<String>.self) }.map(\.value)
      }
      #expect(
        try await texts("select left(email, 2) || right(email, 10) as value from account order by id")
          == ["11auth.local", "22auth.local", "c@c@x.com", "D@D@x.com", "e@e@x.com", "f@f@x.com"])
      #expect(
        try await texts("select login_id as value from account order by id")
          == ["kim", "KIM 2", "d@X.com 2", "D@x.com", "e@auth.local 2", "Kim 3"])
      #expect(try await texts("select count(distinct account_id)::text as value from sign_in_name") == ["6"])
      #expect(
        try await texts("select name as value from sign_in_name order by name collate \"C\"").suffix(6)
          == ["e@auth.local 2", "e@x.com", "f@x.com", "kim", "kim 2", "kim 3"])
    }
  }

  @Test func `a changed, removed or inserted file is refused, and named`() async throws {
    try await TestDatabase.withEmpty { database in
      _ = try Migrator.migrate(database.conninfo, [Self.first, Self.second])
      let changed = Migration(name: "0001-a.sql", sql: Self.first.sql + " ")
      let between = Migration(name: "0001-between.sql", sql: "drop table a")
      // swift-format-ignore
      let cases: [([Migration], MigrationError)] = [
        ([changed, Self.second, Self.third], .changed("0001-a.sql")),
        ([Self.second, Self.third],          .missing("0001-a.sql")),
        ([Self.first, between, Self.second], .skipped("0001-between.sql")),
        ([],                                 .newer(["0001-a.sql", "0002-b.sql"])),
      ]
      for (migrations, error) in cases {
        #expect(throws: error) { try Migrator.migrate(database.conninfo, migrations) }
        #expect("\(error)".contains("0001-") || "\(error)".contains("0002-"))
      }
      #expect(try Migrator.migrate(database.conninfo, [Self.first, Self.second]).isEmpty)
    }
  }

  @Test func `a failing file leaves nothing, and those before it stay`() async throws {
    try await TestDatabase.withEmpty { database in
      let wrong = Migration(name: "0002-wrong.sql", sql: "create table half (); insert into nothing values (1);")
      let error = #expect(throws: MigrationError.self) {
        try Migrator.migrate(database.conninfo, [Self.first, wrong])
      }
      guard case .failed("0002-wrong.sql", .statement("42P01", _, _)) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(try Migrator.migrate(database.conninfo, [Self.first, Self.second]) == ["0002-b.sql"])
      let half = try await database.db.onLoop {
        try await $0.row("select to_regclass('half') is not null as value", as: Only<Bool>.self)
      }
      #expect(half?.value == false)
    }
  }

  @Test func `a file that ends its transaction is refused`() async throws {
    try await TestDatabase.withEmpty { database in
      let ends = Migration(name: "0001-ends.sql", sql: "create table a (); commit;")
      #expect(throws: MigrationError.endsTransaction("0001-ends.sql")) {
        try Migrator.migrate(database.conninfo, [ends])
      }
    }
  }

  @Test func `eight programs that start at once apply each migration only once`() async throws {
    try await TestDatabase.withEmpty { database in
      let url = database.conninfo
      let applied = Applied()
      let threads = (0..<8).map { number in
        LoopThread(named: "migrator-\(number)") {
          let names = Result { try Migrator.migrate(url, [Self.first, Self.second, Self.third]) }
          applied.names.withLock { $0.append(names) }
        }
      }
      for thread in threads { thread.join() }
      let names = try applied.names.withLock { try $0.flatMap { try $0.get() } }
      #expect(names.sorted() == ["0001-a.sql", "0002-b.sql", "0003-c.sql"])
    }
  }

  @Test func `a program runs on a database that has its migrations, and newer ones that only add`() async throws {
    try await TestDatabase.withEmpty { database in
      func isCurrent(_ migrations: [Migration]) async throws -> Bool {
        try await database.db.onLoop { try await Migrator.isCurrent($0.reader, migrations) }
      }
      func newer(_ migrations: [Migration]) async throws -> [String] {
        try await database.db.onLoop { try await Migrator.newer($0.reader, than: migrations) }
      }
      #expect(try await !isCurrent([Self.first]))
      _ = try Migrator.migrate(database.conninfo, [Self.first, Self.second])
      #expect(try await isCurrent([Self.first, Self.second]))
      #expect(try await !isCurrent([Self.first, Self.second, Self.third]))
      // The previous program, while it runs and when it starts.
      #expect(try await isCurrent([Self.first]))
      #expect(try Migrator.migrate(database.conninfo, [Self.first]).isEmpty)
      #expect(try await newer([Self.first]) == ["0002-b.sql"])
    }
  }

  @Test func `a program does not run on a database from which a newer one has removed something`() async throws {
    try await TestDatabase.withEmpty { database in
      let contract = Migration(name: "0003-c.contract.sql", sql: "drop table b")
      _ = try Migrator.migrate(database.conninfo, [Self.first, Self.second, contract])
      let isCurrent = try await database.db.onLoop {
        try await Migrator.isCurrent($0.reader, [Self.first, Self.second])
      }
      #expect(!isCurrent)
      #expect(throws: MigrationError.newer(["0003-c.contract.sql"])) {
        try Migrator.migrate(database.conninfo, [Self.first, Self.second])
      }
    }
  }

  @Test func `a migration that waits for a lock lets others pass, and is applied once it gets it`() async throws {
    try await TestDatabase.withEmpty { database in
      _ = try Migrator.migrate(database.conninfo, [Self.first])
      let change = Migration(name: "0002-change.sql", sql: "create table c (); alter table a add column note text")
      let reader = try ScriptSession(database.conninfo)
      try reader.run("begin; select from a")

      var retries = Migrator.LockRetries()
      retries.lockTime = .milliseconds(20)
      retries.policy = RetryPolicy(attempts: 2, firstPause: .milliseconds(5), longestPause: .milliseconds(5))
      #expect(throws: MigrationError.failed("0002-change.sql", .timedOut)) {
        try Migrator.migrate(database.conninfo, [Self.first, change], retries: retries)
      }

      retries.policy.attempts = .max
      let (url, ready) = (database.conninfo, retries)
      let applied = Applied()
      let thread = LoopThread(named: "migrator") {
        let names = Result { try Migrator.migrate(url, [Self.first, change], retries: ready) }
        applied.names.withLock { $0.append(names) }
      }
      for _ in 1...50 {
        let value = try await database.db.onLoop { try await $0.row("select id as value from a", as: Only<Int>.self) }
        #expect(value?.value == 1)
      }
      #expect(applied.names.withLock { $0.isEmpty })
      try reader.run("commit")
      thread.join()
      let names = try applied.names.withLock { try $0.flatMap { try $0.get() } }
      #expect(names == ["0002-change.sql"])
    }
  }
}

private final class Applied: Sendable {
  let names = Mutex<[Result<[String], any Error>]>([])
}
