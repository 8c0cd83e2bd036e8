internal import API
public import Access
internal import Crypto
internal import Glibc
internal import Ground
internal import HTTP
internal import Loop
internal import Postgres

/// A seeded database with the service on it, in process: two teams, one caller of each kind, one object of each kind.
///
/// Team "ours" has the group "Marketing" with the base "Projects". What belongs to the other team is called "canary",
/// so that it is noticed wherever it leaks.
public struct World: Sendable {
  /// The secret that base tokens are signed with.
  public static let signingSecret = "a secret of at least thirty-two bytes"
  /// The password of all people.
  public static let password = "correct horse battery"
  /// The service's public URL.
  public static let publicURL = "https://bases.example.com"

  /// The live base of the group, which its admins administer and its members open.
  public static let projects = "10000000-0000-4000-8000-000000000001"
  /// The base of the other team's group.
  public static let theirs = "20000000-0000-4000-8000-000000000001"
  /// The API token of the other team's program.
  public static let theirAPIToken = String(repeating: "c", count: 32) + "3cc683b5"
  /// The base in the group's trash.
  public static let oldProjects = "10000000-0000-4000-8000-000000000002"
  /// The external link to "Projects".
  public static let externalLink = "e0000000000000000000" + String(repeating: "1", count: 32)
  /// The invite link to "Projects" that one caller has accepted.
  public static let acceptedLink = "a0000000000000000000" + String(repeating: "2", count: 32)
  /// The invite link to "Projects" that nobody has accepted.
  public static let inviteLink = "b0000000000000000000" + String(repeating: "3", count: 32)
  /// The invite link of the group "Marketing".
  public static let groupLink = "c0000000000000000000" + String(repeating: "4", count: 32)
  /// The invite link of the group "Sales".
  public static let salesLink = "d0000000000000000000" + String(repeating: "5", count: 32)
  /// The first row of "Projects", and of the other team's base.
  public static let row = "EREREQAAQACAAAAAAAAAAQ"
  /// The three rows of "Table3" of "Projects", which is linked with itself; the first and the third are linked.
  public static let linked = ["MzMzMwAAQACAAAAAAAAAAQ", "MzMzMwAAQACAAAAAAAAAAg", "MzMzMwAAQACAAAAAAAAAAw"]
  /// The group's workspace.
  public static let groupWorkspace = 9
  /// The link for uploads into "Projects".
  public static let uploadLink = "0a0a0a0a-0000-4000-8000-000000000001"
  /// The link for downloading its file.
  public static let downloadLink = "0d0d0d0d-0000-4000-8000-000000000001"
  /// The same of the other team's.
  public static let theirDownloadLink = "0d0d0d0d-0000-4000-8000-000000000002"

  /// The database behind the service.
  public let database: TestDatabase
  /// What the service uses.
  public let app: App
  /// The credential of each caller.
  public let credentials: [Caller: String]
  /// The service's clock; the database has its own.
  public let clock = TestClock()
  private let service: Service

  /// Runs a body in a separate world, with this many connections for statements that are not look-ups, and with the
  /// operator's settings.
  public static func with(
    connections: Int = 4, limits: AppSettings.Limits = AppSettings.Limits(),
    setting set: (inout AppSettings) -> Void = { _ in }, _ body: (World) async throws -> Void
  ) async throws {
    var settings = AppSettings(publicURL: Self.publicURL)
    settings.limits = limits
    settings.leakedPasswords = leaked
    set(&settings)
    try await TestDatabase.with(connections: connections) { database in
      try await body(try await World(database, settings))
    }
  }

  /// The code that a phone shows now for a secret in base32.
  public func oneTimePassword(of secret: String) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    var (bytes, group, bits): ([UInt8], UInt32, UInt32) = ([], 0, 0)
    for character in secret {
      group = group << 5 | UInt32(alphabet.firstIndex(of: character) ?? 0)
      bits += 5
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: group >> bits))
      }
    }
    return OneTimePassword(secret: bytes).code(at: OneTimePassword.step(at: app.now().seconds))
  }

  /// Answers a request on the loop, as the server does: if there is a body, first by the header. Throws for a status
  /// that openapi.yaml does not have, and for lines about security that are amiss; returns these lines, too.
  func respond(to request: Request) async throws -> (response: Response, security: [String]) {
    let watch = SecurityWatch()
    let response = try await SecurityWatch.$current.withValue(watch) { try await answer(to: request) }
    try Description.shared.get().check(request.method, request.target.segments, response.status)
    try watch.check(request, response)
    return (response, watch.lines)
  }

  private func answer(to request: Request) async throws -> Response {
    try await TestDatabase.loop.get().perform { [service] in
      if !request.body.isEmpty {
        var header = request
        header.body = []
        switch service.judge(header, announcing: UInt64(request.body.count)) {
        case .answer(let answer): return await answer()
        case .ask(let most, _) where request.body.count > most: return Response(413, type: "text/plain", [])
        case .ask(_, let question): if let response = await question() { return response }
        case .read(let most) where request.body.count > most: return Response(413, type: "text/plain", [])
        case .stream(let most, _) where request.body.count > most: return Response(413, type: "text/plain", [])
        case .read: break
        case .stream:
          let pieces = Pieces(of: request.body)
          header.stream = BodyStream { await pieces.next() }
          return await service.respond(to: header).collected
        }
      }
      return await service.respond(to: request).collected
    }
  }

  /// Runs a body on the loop, with what the service uses.
  public func onLoop<Value: Sendable>(_ body: @escaping @Sendable (App) async -> Value) async throws -> Value {
    try await TestDatabase.loop.get().perform { [app] in await body(app) }
  }

  private init(_ database: TestDatabase, _ settings: AppSettings) async throws {
    self.database = database
    app = App(
      db: database.served, signer: TokenSigner(signing: try SigningKey(secret: Self.signingSecret), vault: Self.vault),
      vaults: VaultRing(Self.vault), passwords: Self.passwords, settings: settings,
      statements: StatementServer(database.queried.reader, StatementTurns(settings.statements)),
      security: { SecurityWatch.current?.take($0) }, now: { [clock] in clock.now },
      uptime: { [clock] in .microseconds(clock.now.microseconds) })
    service = Service(app)
    try await database.execute(Self.people)
    credentials = try await Caller.credentials(database, app)
    try await database.execute(Self.canaries)
    let hash = try await Self.passwordHash.value
    try await database.db.onLoop {
      try await $0.run("update account set password_hash = \(hash.stored)")
      try await $0.run(Self.fileLinks)
      // No access was ended yet, and everybody has chosen their own password.
      try await $0.run("update account set generation = 1, password_given_at = null")
    }
  }

  /// The one password of which the operator knows that it has leaked.
  public static let leakedPassword = "heard in the café"
  private static let leaked = {
    let path = TestCluster.directory()
    let file = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
    defer { unlink(path) }
    writeFully(Array("\(leakedPassword)\n".utf8), to: file)
    close(file)
    guard let leaked = try? LeakedPasswords(contentsOf: path) else {
      preconditionFailure("the file was just written")
    }
    return leaked
  }()
  private static let vault = {
    guard let vault = try? Vault(masterKey: "a master key of at least thirty-two bytes") else {
      preconditionFailure("the master key is long enough")
    }
    return vault
  }()
  private static let passwords = PasswordHasher(threads: 1, capacity: 10_000)
  private static let passwordHash = Task { try await passwords.hash(password) }

  /// An object of the other team for each list that has none of it yet.
  private static let canaries = """
    insert into account (uid, team_id, email, name) values
      ('00000000000000000000000000000015', 2, 'canary-friend@theirs.example', 'canary friend');
    insert into user_group (team_id, name) values (2, 'canary guests');
    insert into group_member (group_id, account_id, role)
    select id, 12, 'owner' from user_group where name = 'canary guests';
    insert into base (workspace_id, team_id, name, creator_id, modifier_id, deleted_at) values
      (5, 2, 'canary notes', 5, 5, null), (10, 2, 'canary group trash', 5, 5, now());
    insert into user_share (base_id, team_id, account_id, permission, created_by)
    select 5, 2, id, 'r', 5 from account where id = 12 or name = 'canary friend';
    insert into group_share (base_id, team_id, group_id, permission, created_by)
    select 5, 2, id, 'r', 5 from user_group where name = 'canary guests';
    insert into api_token (base_id, team_id, app_name, hash, hint, permission, created_by)
    values (5, 2, 'canary app', sha256('\(theirAPIToken)'), 'cccc', 'rw', 5);
    insert into login_log (account_id, team_id, address, succeeded, at) values
      (5, 2, '192.0.2.66', true, now()), (5, 2, '192.0.2.66', true, '2026-01-01 12:00Z');
    insert into favorite (account_id, base_id) values (5, 5);
    insert into invite_link_guest (link_id, account_id)
    select base_link.id, account.id from base_link, account
    where base_link.base_id = 5 and base_link.kind = 'invite' and account.name = 'canary friend';
    update account_token set name = 'canary laptop' where account_id = 5;
    insert into data_base (base_id) values (5);
    insert into data_table (base_id, key, name, position, version, columns, views, row_count, next_position)
    select 5, key, name, position, version, replace(columns::text, '"Age"', '"canary age"')::jsonb,
           replace(views::text, 'Default View', 'canary view')::jsonb, row_count, next_position
    from data_table where base_id = 1;
    insert into data_row (base_id, table_key, id, position, creator, modifier, cells)
    select 5, table_key, id, position, 'canary@auth.local', 'canary@auth.local', '{"0000": "canary row"}'
    from data_row where base_id = 1;
    insert into data_operation (base_id, op_id, author, op_type, table_key, row_ids, operation)
    values (
      5, 1, 'canary@auth.local', 'append_rows', '0000', '{11111111-0000-4000-8000-000000000001}',
      '{"rows": [{"0000": "canary"}]}');
    insert into data_link (base_id, link_id, a, b, position)
    values (5, 'Lnk1', gen_random_uuid(), gen_random_uuid(), 1);
    insert into data_content (base_id, id, size, digest, loose_at)
    values (5, '55555555-0000-4000-8000-000000000001', 12, sha256('canary bytes'), null);
    insert into data_content_piece (base_id, content_id, start, bytes)
    values (5, '55555555-0000-4000-8000-000000000001', 0, 'canary bytes');
    insert into data_file (base_id, id, folder, name, home_id, content_id, size, digest)
    select 5, gen_random_uuid(), folder, 'canary.txt', 5, '55555555-0000-4000-8000-000000000001', 12, sha256('canary bytes')
    from (values ('files/2026-01'), ('custom/Box')) as place (folder);
    update data_base set file_bytes = 24 where base_id = 5;
    insert into file_link (hash, is_upload, base_id, folder, name, token_id, token_generation, expires_at)
    select sha256('\(theirDownloadLink)'), false, 5, 'files/2026-01', 'canary.txt', id, 1, now() + interval '1 hour'
    from api_token where base_id = 5;
    """

  /// Links of the program that writes.
  private static let fileLinks: SQL = """
    insert into file_link (hash, is_upload, base_id, folder, name, token_id, token_generation, expires_at)
    select sha256(link.secret::bytea), link.name is null, 1, link.folder, link.name, token.id, 1, now() + interval '1 hour'
    from (values
      (\(uploadLink)::text, null::text, null::text), (\(downloadLink), 'files/2026-01', 'report.txt')
    ) as link (secret, folder, name)
    join api_token as token on token.base_id = 1 and token.app_name = 'writer'
    """

  private static let people = """
    insert into team (name) values ('ours'), ('canary team');

    insert into account (uid, team_id, email, name, is_team_admin, is_system_admin, is_active) values
      ('00000000000000000000000000000001', 1, 'owner@ours.example', 'Olga Owner', false, false, true),
      ('00000000000000000000000000000002', 1, 'admin@ours.example', 'Ada Admin', false, false, true),
      ('00000000000000000000000000000003', 1, 'member@ours.example', 'Max Member', false, false, true),
      ('00000000000000000000000000000004', 1, 'outsider@ours.example', 'Otto Outsider', false, false, true),
      ('00000000000000000000000000000005', 2, 'canary@theirs.example', 'canary', true, false, true),
      ('00000000000000000000000000000006', null, 'single@example.com', 'Sina Single', false, false, true),
      ('00000000000000000000000000000007', null, 'root@example.com', 'Rita Root', false, true, true),
      ('00000000000000000000000000000008', 1, 'gone@ours.example', 'Gero Gone', false, false, false),
      ('00000000000000000000000000000009', 1, 'boss@ours.example', 'Bea Boss', true, false, true),
      ('00000000000000000000000000000010', 1, 'vice@ours.example', 'Vito Vice', true, false, true);
    update account set forces_2fa = true where id = 8;

    insert into account (uid, team_id, email, name) values
      ('00000000000000000000000000000011', 1, 'reader@ours.example', 'Rosa Reader'),
      ('00000000000000000000000000000012', 2, 'guest@theirs.example', 'Gus Guest'),
      ('00000000000000000000000000000013', 1, 'sales@ours.example', 'Sam Sales'),
      ('00000000000000000000000000000014', 1, 'late@ours.example', 'Lara Late');
    update account set forces_2fa = true where id = 14;

    insert into team_invitation (team_id, account_id, created_by) values (1, 6, 9), (2, 7, 5);

    insert into user_group (team_id, name) values
      (1, 'Marketing'), (2, 'canary group'), (1, 'Empty'), (1, 'Sales');
    insert into group_member (group_id, account_id, role) values
      (1, 1, 'owner'), (1, 2, 'admin'), (1, 3, 'member'), (1, 8, 'admin'), (1, 10, 'member'), (2, 5, 'owner'),
      (3, 1, 'owner'), (4, 13, 'owner');
    insert into workspace (team_id, account_id) select team_id, id from account where id <= 8 order by id;
    insert into workspace (team_id, group_id) values (1, 1), (2, 2), (1, 3);
    insert into workspace (team_id, account_id) values (1, 9), (1, 10), (1, 11), (2, 12), (1, 13);
    insert into workspace (team_id, group_id) values (1, 4);

    insert into base (uuid, workspace_id, team_id, name, creator_id, modifier_id, deleted_at) values
      ('10000000-0000-4000-8000-000000000001', 9, 1, 'Projects', 1, 1, null),
      ('10000000-0000-4000-8000-000000000002', 9, 1, 'Old projects', 1, 1, now()),
      ('10000000-0000-4000-8000-000000000003', 3, 1, 'Notes', 3, 3, null),
      ('10000000-0000-4000-8000-000000000004', 3, 1, 'Old notes', 3, 3, now()),
      ('20000000-0000-4000-8000-000000000001', 10, 2, 'canary base', 5, 5, null),
      ('20000000-0000-4000-8000-000000000002', 5, 2, 'canary trash', 5, 5, now());

    insert into data_base (base_id) values (1);
    insert into data_table (base_id, key, name, position, version, columns, views, row_count, next_position) values (
      1, '0000', 'Table1', 0, 1, '[
        {"key": "0000", "name": "Name", "type": "text", "width": 200, "data": null},
        {"key": "Age1", "name": "Age", "type": "number", "width": 200, "data": {"format": "number"}},
        {"key": "Sta1", "name": "State", "type": "single-select", "width": 200, "data": {"options": [
          {"id": "1", "name": "open", "color": "#FFFCB5", "textColor": "#202428"},
          {"id": "2", "name": "closed", "color": "#FFEAB6", "textColor": "#202428"}]}},
        {"key": "Cit1", "name": "City", "type": "single-select", "width": 200, "data": {"options": [
          {"id": "3", "name": "Lyon", "color": "#FFFCB5", "textColor": "#202428"}]}}
      ]', '[
        {"_id": "0000", "name": "Default View", "type": "table"}, {"_id": "Vw01", "name": "Second", "type": "table"}
      ]', 2, 3),
      (1, 'Tab2', 'Table2', 1, 1, '[{"key": "0000", "name": "Name", "type": "text", "width": 200, "data": null}]',
       '[{"_id": "0000", "name": "Default View", "type": "table"}]', 0, 1),
      (1, 'Tab3', 'Table3', 2, 1, '[
        {"key": "0000", "name": "Name", "type": "text", "width": 200, "data": null},
        {"key": "Lnk3", "name": "Others", "type": "link", "width": 200, "data": {
          "link_id": "Lk03", "table_id": "Tab3", "other_table_id": "Tab3", "display_column_key": "0000"}}
       ]', '[{"_id": "0000", "name": "Default View", "type": "table"}]', 3, 4);
    insert into data_row (base_id, table_key, id, position, creator, modifier, cells) values
      (1, '0000', '11111111-0000-4000-8000-000000000001', 1, 'one@auth.local', 'one@auth.local',
       '{"0000": "First", "Age1": 1, "Sta1": "1"}'),
      (1, '0000', '11111111-0000-4000-8000-000000000002', 2, 'one@auth.local', 'one@auth.local', '{"0000": "Second"}');
    insert into data_row (base_id, table_key, id, position, creator, modifier, cells)
    select 1, 'Tab3', ('33333333-0000-4000-8000-00000000000' || n)::uuid, n, 'one@auth.local', 'one@auth.local',
           jsonb_build_object('0000', 'Row ' || n)
    from generate_series(1, 3) as n;
    insert into data_link (base_id, link_id, a, b, position) values
      (1, 'Lk03', '33333333-0000-4000-8000-000000000001', '33333333-0000-4000-8000-000000000003', 1),
      (1, 'Lk03', '33333333-0000-4000-8000-000000000003', '33333333-0000-4000-8000-000000000001', 2);
    insert into data_content (base_id, id, size, digest, loose_at)
    values (1, '44444444-0000-4000-8000-000000000001', 11, sha256('first bytes'), null);
    insert into data_content_piece (base_id, content_id, start, bytes) values
      (1, '44444444-0000-4000-8000-000000000001', 0, 'first '), (1, '44444444-0000-4000-8000-000000000001', 6, 'bytes');
    insert into data_file (base_id, id, folder, name, home_id, content_id, size, digest)
    select 1, gen_random_uuid(), folder, 'report.txt', 1, '44444444-0000-4000-8000-000000000001', 11, sha256('first bytes')
    from (values ('files/2026-01'), ('custom/Box')) as place (folder);
    update data_base set file_bytes = 22 where base_id = 1;
    insert into folder (workspace_id, name) values (9, 'Drawer');
    insert into user_share (base_id, team_id, account_id, permission, created_by) values
      (1, 1, 11, 'r', 1), (1, 1, 8, 'r', 1);
    insert into group_share (base_id, team_id, group_id, permission, created_by) values (1, 1, 4, 'rw', 1);
    insert into base_link (kind, base_id, team_id, handle, hash, permission, created_by)
    select kind, base, team, left(token, 20), sha256(token::bytea), permission, creator
    from (values
      ('external', 1, 1, '\(externalLink)', 'r', 1), ('invite', 1, 1, '\(acceptedLink)', 'rw', 1),
      ('invite', 1, 1, '\(inviteLink)', 'r', 1), ('external', 5, 2, repeat('f', 52), 'r', 5),
      ('invite', 5, 2, repeat('9', 52), 'r', 5)
    ) as link (kind, base, team, token, permission, creator);
    insert into invite_link_guest (link_id, account_id) values (2, 12);
    insert into group_link (group_id, handle, hash, created_by)
    select group_id, left(token, 20), sha256(token::bytea), creator
    from (values (1, '\(groupLink)', 1), (4, '\(salesLink)', 13), (2, repeat('8', 52), 5))
      as link (group_id, token, creator);
    """
}

extension Response {
  /// The same with its body whole. What is cut off lacks its end.
  fileprivate var collected: Response {
    get async {
      var response = self
      guard let stream else { return response }
      response.stream = nil
      do { for try await piece in stream { response.body += piece } } catch {}
      return response
    }
  }
}

/// Hands out a body in two pieces.
private actor Pieces {
  private var pieces: [[UInt8]]

  init(of body: [UInt8]) {
    pieces = [Array(body.dropFirst(body.count / 2)), Array(body.prefix(body.count / 2))]
  }

  func next() -> [UInt8]? { pieces.popLast() }
}
