import Cluster
import Foundation
import Postgres
import TestSupport
import Testing

/// The schema's documentation, compared with the migrations.
@Suite struct Schema {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Migrations")
  private static let file = folder.appending(path: "schema.sql")

  @Test func `exactly the files of the migrations are in the program`() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
    #expect(names == (allMigrations.map(\.name) + ["schema.sql"]).sorted())
    var last = 0
    for migration in allMigrations {
      // Numbers rise. Some may be missing, where branches have taken theirs.
      let number = migration.name.wholeMatch(of: /(\d{4})-[a-z0-9-]+(\.contract)?\.sql/).flatMap { Int($0.1) } ?? 0
      #expect(number > last, "\(migration.name)")
      last = number
      let text = try String(contentsOf: Self.folder.appending(path: migration.name), encoding: .utf8)
      #expect(migration.sql == text, "\(migration.name): build again")
    }
  }

  @Test func `schema.sql is what the migrations make; script/schema updates it`() async throws {
    let made = try await Self.made()
    if getenv("WRITE_SCHEMA") != nil { try made.write(to: Self.file, atomically: true, encoding: .utf8) }
    let written = try String(contentsOf: Self.file, encoding: .utf8)
    let lines = (made: made.split(separator: "\n"), written: written.split(separator: "\n"))
    let first = zip(lines.made, lines.written).first { $0 != $1 }
    #expect(first == nil, "script/schema writes it anew")
    #expect(made == written)
  }

  @Test func `every trigger's name says when it runs`() async throws {
    // Triggers run in alphabetical order, so a change is counted or noted after it was refused or followed up.
    try await TestDatabase.with { database in
      let wrong = try await database.db.onLoop {
        try await $0.rows(
          """
          select tgrelid::regclass || '.' || tgname as value
          from pg_trigger join pg_proc on pg_proc.oid = tgfoid
          where not tgisinternal and tgrelid not in ('audit_log'::regclass, 'audit_chain'::regclass, 'login_log'::regclass)
            and left(tgname, 2) is distinct from case
              when proname ~ '^(keep|raise|let|bar)_' then 'a_' when proname ~ '^(audit|tally|use|end)_' then 'b_' end
          """, as: Only<String>.self)
      }
      #expect(wrong.map(\.value) == [])
    }
  }

  /// The schema that this program's migrations make.
  private static func made() async throws -> String {
    let path = TestCluster.directory()
    defer { unlink(path) }
    try await TestDatabase.with { database in
      let output = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
      defer { close(output) }
      let program = try ClientPrograms.newest.start(
        "pg_dump", ["--schema-only", "--no-owner", "--no-privileges"], on: try ConnectionString(database.conninfo),
        output: output)
      #expect(program.wait() == 0)
    }
    let history = allMigrations.map(\.sql).joined()
    let order = history.matches(of: /create (?:or replace )?(?:table|view) (\w+)/).map { String($0.1) }
    let names = order.enumerated().filter { !order[..<$0].contains($1) }.map(\.element)
    return SchemaText(try String(contentsOfFile: path, encoding: .utf8)).text(Self.head, order: names)
  }

  private static let head = """
    -- The schema that the migrations make, to be read: this file is never run, and is no migration. script/schema writes it
    -- anew after a change, and a test compares it. docs/schema.md explains it.
    """
}
