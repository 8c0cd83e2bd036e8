import Access
import HTTP
import Postgres
import TestSupport
import Testing

/// The audit log misses no table and no column.
@Suite struct AuditedTables {
  @Test func `every table is audited, or its comment says why not`() async throws {
    try await World.with { world in
      #expect(try await world.texts(Self.forgotten) == [])
      try await world.database.execute("create table later (id bigint); create table latest (id bigint)")
      try await world.database.execute("comment on table latest is 'What is new. Not audited: '")
      #expect(try await world.texts(Self.forgotten) == ["later", "latest"])
    }
  }

  /// Tables that have neither the trigger nor a reason, or both.
  private static let forgotten: SQL = """
    select relation.relname::text as value
    from pg_class as relation
    where relation.relkind in ('r', 'p') and relation.relnamespace = 'public'::regnamespace
      and exists (
        select from pg_trigger
        where tgrelid = relation.oid and tgfoid = 'audit_row'::regproc and tgtype & 16 > 0 and tgenabled = 'O'
      ) = (coalesce(obj_description(relation.oid, 'pg_class'), '') ~ 'Not audited: .{10,}')
    order by relation.relname
    """

  /// Tables whose changes have entries.
  private static let audited: SQL = """
    select relation.relname::text as value
    from pg_class as relation
    where exists (select from pg_trigger where tgrelid = relation.oid and tgfoid = 'audit_row'::regproc)
    order by relation.relname
    """

  @Test func `a column added to a table is logged when it changes`() async throws {
    try await World.withRows { world in
      let tables = try await world.texts(Self.audited)
      #expect(Set(["account", "api_token", "base", "team", "user_group"]).isSubset(of: tables))
      for table in tables {
        // In one session, so that what was prepared for the first column is used for the second.
        let entries = try await world.entries(
          """
          alter table \(table) add column earlier text;
          update \(table) set earlier = 'old' where ctid = (select ctid from \(table) limit 1);
          alter table \(table) add column later jsonb;
          update \(table) set later = '{"new": 1}' where ctid = (select ctid from \(table) where earlier = 'old');
          """)
        #expect(entries.count == 2, "\(table)")
        #expect(entries.allSatisfy { $0.name == "changed" }, "\(table)")
        #expect(entries.first?.before == #"{"earlier": null}"#, "\(table)")
        #expect(entries.first?.after == #"{"earlier": "old"}"#, "\(table)")
        #expect(entries.last?.before == #"{"later": null}"#, "\(table)")
        #expect(entries.last?.after == #"{"later": {"new": 1}}"#, "\(table)")
      }
      _ = try await world.database.db.onLoop { try await AuditTrail.verify($0) }
    }
  }

  @Test func `a change of a column with a secret's name is logged without its value`() async throws {
    try await World.withRows { world in
      for table in try await world.texts(Self.audited) {
        for column in ["pin_hash", "smtp_password", "client_secret", "seed_sealed", "totp_next", "api_key"] {
          let entries = try await world.entries(
            """
            alter table \(table) add column \(column) text not null default 'before';
            update \(table) set \(column) = 'to be hidden' where ctid = (select ctid from \(table) limit 1);
            """)
          #expect(entries.count == 1, "\(table).\(column)")
          #expect(entries.first?.before == nil && entries.first?.after == nil, "\(table).\(column)")
        }
      }
      let made = try await world.call(
        .post, World.apiTokens, as: .groupOwner, ["app_name": "later", "permission": "r"])
      #expect(made.status == 201)
      #expect(try await world.database.count("audit_log where became ->> 'app_name' = 'later'") == 1)
      #expect(try await world.database.count("audit_log where audit_log::text ~ 'hidden|pin_hash|api_key|before'") == 0)
    }
  }

  @Test func `every byte string column of an audited table is a secret by its name`() async throws {
    try await World.with { world in
      let shown = try await world.texts(
        """
        select attrelid::regclass || '.' || attname as value
        from pg_attribute
        join pg_trigger on tgrelid = attrelid and tgfoid = 'audit_row'::regproc
        where atttypid = 'bytea'::regtype and not is_secret(attname)
        """)
      #expect(shown == [])
    }
  }

  @Test(
    arguments: [
      "account set last_login_at = now(), generation = generation + 1, totp_last_step = 1, totp_used_steps = '{1}'",
      "api_token set last_used_at = now(), use_count = 9, last_client = 'curl', last_addresses = '{192.0.2.1}'",
      "account_token set last_used_at = now(), last_address = '192.0.2.1', last_client = 'curl'",
      "base_link set view_count = view_count + 1", "group_member set position = 7",
      "base set updated_at = now(), modifier_id = 2 where id = 1", "retired_secret set valid_until = now()",
      "account set name = name", "team set role = role",
    ])
  func `counters and dates that the service updates have no entry`(_ change: String) async throws {
    try await World.withRows { world in
      let entries = try await world.entries("update \(change)")
      #expect(entries.isEmpty)
    }
  }

  @Test func `every column that a trigger ignores exists`() async throws {
    try await World.with { world in
      let missing = try await world.texts(
        """
        select tgrelid::regclass || '.' || name as value
        from pg_trigger
        cross join lateral regexp_matches(pg_get_triggerdef(oid), 'old\\.\\*, ''(\\{[^}]*\\})''') as found (matches)
        cross join lateral jsonb_object_keys(found.matches[1]::jsonb) as unnoted (name)
        where tgfoid = 'audit_row'::regproc and not exists (
          select from pg_attribute where attrelid = tgrelid and attname = name and not attisdropped)
        """)
      #expect(missing == [])
      let tables = try await world.texts(Self.audited)
      #expect(try await world.database.count("pg_trigger where tgname = 'b_audit_changed'") == tables.count)
    }
  }

  @Test func `a kind of object whose operations have no names yet has entries all the same`() async throws {
    try await World.with { world in
      let entries = try await world.entries(
        """
        create table note (id bigint primary key, text text);
        create function audited(note) returns jsonb language sql stable as $$ select to_jsonb($1) $$;
        create function audit_place(event text, it note, before note) returns setof audit_place language sql stable as $$
          select 1::bigint, 'base', 'note', it.id, null::bigint, '{}'::jsonb, null::jsonb, null::jsonb
        $$;
        select audit_table('note');
        insert into note values (1, 'old');
        update note set text = 'new';
        delete from note;
        select audit_table('note', 'insert', '{text}');
        insert into note values (2, 'old');
        update note set text = 'unnoted';
        delete from note;
        """)
      #expect(entries.map(\.operation) == ["note_insert", "note_update", "note_delete", "note_insert"])
      #expect(entries.map(\.before) == [nil, #"{"text": "old"}"#, #"{"id": 1, "text": "new"}"#, nil])
      #expect(entries.prefix(3).map(\.after) == [#"{"id": 1, "text": "old"}"#, #"{"text": "new"}"#, nil])
    }
  }
}

/// The entry of a change.
private struct Noted: RowDecodable {
  let operation: String
  let before: String?
  let after: String?
  /// The name of the operation: `made`, `changed`, `deleted`; nil: that of a single column, or none.
  let name: String?

  init(_ row: Row) throws(PostgresError) {
    operation = try row["operation"]
    before = try row["before"]
    after = try row["after"]
    name = try row["name"]
  }
}

private struct Value: RowDecodable {
  let value: String
  init(_ row: Row) throws(PostgresError) { value = try row["value"] }
}

extension World {
  /// Runs a body in a world with a row in each audited table.
  fileprivate static func withRows(_ body: (World) async throws -> Void) async throws {
    try await with { world in
      try await world.database.execute(
        """
        insert into retired_secret (hash, token_id, generation, valid_until) values (sha256('old'), 1, 1, now());
        insert into revoked_base_token (jti, expires_at, base_uuid) values ('old', now(), '\(projects)');
        """)
      try await body(world)
    }
  }

  /// The values of a statement's column `value`.
  fileprivate func texts(_ sql: SQL) async throws -> [String] {
    try await database.db.onLoop { try await $0.rows(sql, as: Value.self) }.map(\.value)
  }

  /// The entries that a script leaves in the log.
  fileprivate func entries(_ script: String) async throws -> [Noted] {
    let before = try await database.count("audit_log")
    try await database.execute(script)
    return try await database.db.onLoop {
      try await $0.rows(
        """
        select entry.operation, entry.was::text as before, entry.became::text as after, (
          select case entry.operation when made then 'made' when changed then 'changed' when deleted then 'deleted' end
          from audit_operation where entry.operation in (made, changed, deleted) limit 1) as name
        from audit_log as entry order by id offset \(before)
        """, as: Noted.self)
    }
  }
}
