import Access
import Postgres
import TestSupport
import Testing

/// The common trigger writes what the triggers of each table wrote before.
@Suite struct AuditUpgrade {
  @Test func `every change has the same entry as before the common trigger`() async throws {
    let before = try await entries(of: allMigrations.filter { $0.name < "0019" })
    let after = try await entries(of: allMigrations.filter { $0.name < "0020" })
    #expect(before.count == 86)
    #expect(before == after)
    let operations = Set(before.map { String($0.split(separator: " ")[1]) })
    #expect(operations.count == 66)
  }

  @Test func `a log from before the common trigger goes on, and verifies`() async throws {
    try await TestDatabase.withEmpty { database in
      _ = try Migrator.migrate(database.conninfo, allMigrations.filter { $0.name < "0019" })
      try await database.execute(Self.changes)
      _ = try Migrator.migrate(database.conninfo, allMigrations)
      try await database.execute("update account set name = 'Else' where id < 3")
      try await database.execute("insert into team (name) values ('new')")
      let heads = try await database.db.onLoop { try await AuditTrail.verify($0) }
      #expect(heads.map(\.chain) == [0, 1, 2, 3])
      #expect(heads.reduce(0) { $0 + $1.count } == 89)
    }
  }

  private func entries(of migrations: [Migration]) async throws -> [String] {
    var entries: [Entry] = []
    try await TestDatabase.withEmpty { database in
      _ = try Migrator.migrate(database.conninfo, migrations)
      try await database.execute(Self.changes)
      entries = try await database.db.onLoop {
        try await $0.rows(
          """
          select concat_ws(
            ' ', kind, operation, chain, target_id, coalesce(subject_id, 0), coalesce(actor_id, 0), address, request_id,
            detail - 'entry', coalesce(was, '"none"'), coalesce(became, '"none"')) as text
          from audit_log order by id
          """)
      }
    }
    return entries.map(\.text)
  }

  private struct Entry: RowDecodable {
    let text: String
    init(_ row: Row) throws(PostgresError) { text = try row["text"] }
  }

  /// Each kind of change once. The actor is set before account tokens are inserted, because those of sign-ins have no
  /// entry.
  private static let changes = """
    set timezone = 'UTC';
    insert into team (name, created_at) values ('ours', '2026-01-01'), ('theirs', '2026-01-01');
    insert into account (uid, team_id, email, name, is_team_admin) values
      (repeat('1', 32), 1, 'a@x.com', 'Ada', true), (repeat('2', 32), 1, 'b@x.com', 'Bea', false),
      (repeat('3', 32), null, 'c@x.com', 'Cy', false), (repeat('4', 32), 2, 'd@x.com', 'Di', true);
    select set_config('basekeeper.actor', '{"account": 1, "address": "192.0.2.1", "request": "r"}', false);
    update team set name = 'Ours' where id = 1;
    update team set longest_token_days = 90, requires_token_expiry = true where id = 2;
    insert into team_invitation (team_id, account_id, created_by, expires_at) values (1, 3, 1, now());
    update team_invitation set expires_at = now() + interval '1 day';
    delete from team_invitation;

    update account set team_id = 1 where id = 3;
    update account set team_id = null where id = 3;
    update account set team_id = 2, name = 'Cyd' where id = 3;
    update account set is_active = false where id = 2;
    update account set is_active = true, unit = 'Sales' where id = 2;
    update account set is_team_admin = true where id = 2;
    update account set is_team_admin = false where id = 2;
    update account set is_system_admin = true;
    update account set is_system_admin = false where id = 2;
    update account set password_hash = 'argon2id' where id = 2;
    update account set password_hash = null, email = 'bea@x.com', login_id = 'bea', quota_total = 5 where id = 2;
    update account set totp_sealed = 'x', totp_last_step = 1 where id = 2;
    update account set totp_confirmed_at = now() where id = 2;
    update account set last_login_at = now(), generation = generation + 1 where id = 2;
    update account set deleted_at = now(), is_active = false where id = 3;
    insert into account_token (account_id, hash, name, expires_at) values (1, sha256('t'), 'laptop', now());
    update account_token set last_used_at = now();
    delete from account_token;
    insert into recovery_code (account_id, hash) values (2, sha256('c')), (2, sha256('d'));
    select use_recovery_code(2, sha256('c'));
    select set_config('basekeeper.actor', '{"account": 1, "address": "192.0.2.1", "request": "r"}', false);

    insert into user_group (team_id, name) values (1, 'Group'), (null, 'Other');
    insert into group_member (group_id, account_id, role) values (1, 1, 'owner'), (1, 2, 'member'), (2, 1, 'owner');
    update user_group set name = 'New' where id = 1;
    update group_member set role = 'admin', position = 3 where account_id = 2;
    update group_member set position = 4 where account_id = 2;
    begin;
    update group_member set role = 'admin' where group_id = 1 and account_id = 1;
    update group_member set role = 'owner' where group_id = 1 and account_id = 2;
    commit;
    begin;
    delete from group_member where group_id = 1 and account_id = 2;
    update group_member set role = 'owner' where group_id = 1 and account_id = 1;
    commit;
    begin;
    update group_member set role = 'admin' where group_id = 1 and account_id = 1;
    insert into group_member (group_id, account_id, role) values (1, 2, 'owner');
    commit;
    insert into group_link (group_id, handle, hash, created_by) values (1, 'g1', sha256('g1'), 1), (2, 'g2', sha256('g2'), 1);
    delete from group_link where id = 1;
    insert into workspace (team_id, account_id, group_id) values (1, 1, null), (1, null, 1);
    insert into folder (workspace_id, name) values (1, 'Mine'), (2, 'Ours');
    update folder set name = 'Theirs' where id = 2;
    delete from folder where id = 2;

    insert into base (uuid, workspace_id, team_id, name, creator_id, modifier_id) values
      (md5('1')::uuid, 1, 1, 'Own', 1, 1), (md5('2')::uuid, 2, 1, 'Group', 1, 1);
    update base set name = name || '!', updated_at = now();
    update base set color = 'red', folder_id = case id when 1 then 1 end;
    update base set deleted_at = now(), modifier_id = 2;
    update base set deleted_at = null;
    insert into user_share (base_id, team_id, account_id, permission, created_by) values (1, 1, 2, 'r', 1);
    update user_share set permission = 'rw';
    delete from user_share;
    insert into group_share (base_id, team_id, group_id, permission, created_by) values (1, 1, 1, 'rw', 1);
    update group_share set permission = 'r';
    delete from group_share;
    insert into base_link (kind, base_id, team_id, handle, hash, permission, password_hash, created_by) values
      ('external', 1, 1, 'e', sha256('e'), 'r', 'argon2id', 1), ('invite', 2, 1, 'i', sha256('i'), 'rw', null, 1);
    update base_link set view_count = 1;
    update base_link set password_hash = 'other' where id = 1;
    update base_link set password_hash = null, expires_at = '2030-01-01' where id = 1;
    update base_link set permission = 'r', expires_at = '2030-01-01 00:00:00.6' where id = 2;
    insert into invite_link_guest (link_id, account_id) values (2, 4), (2, 1);
    delete from invite_link_guest where account_id = 4;
    delete from base_link;

    insert into api_token (base_id, team_id, app_name, hash, hint, permission, created_by, expires_at, networks) values
      (1, 1, 'app', sha256('1'), 'abcd', 'rw', 1, '2030-01-01', '{10.0.0.0/8, 2001:db8::/32, 192.0.2.1/32}'),
      (1, 1, 'two', sha256('2'), 'abcd', 'r', 1, null, '{}');
    update api_token set last_used_at = now(), use_count = 1;
    update api_token set note = 'What for', rate_limit = 5, networks = '{}', permission = 'r' where id = 1;
    insert into retired_secret (hash, token_id, generation, valid_until) values (sha256('0'), 1, 1, now());
    update api_token set hash = sha256('3'), hint = 'efgh', generation = 2, rotated_at = now() where id = 1;
    update retired_secret set valid_until = now();
    update retired_secret set reused_at = now();
    update api_token set revoked_at = now() where id = 1;
    update api_token set refused_at = now() where id = 1;
    insert into revoked_base_token (jti, expires_at, base_uuid, holder) values
      ('j', now(), md5('1')::uuid, '{"jti": "j"}'), ('k', now(), null, null);
    delete from revoked_base_token;
    delete from base where id = 2;
    delete from user_group where id = 2;
    begin;
    select set_config('basekeeper.ending_team', '1', true);
    update api_token set team_id = null, revoked_at = coalesce(revoked_at, now()) where team_id = 1;
    update base set team_id = null where team_id = 1;
    delete from team where id = 1;
    commit;
    delete from team where id = 2;
    """
}
