internal import API
internal import Access
internal import Cluster
internal import Glibc
internal import Ground
internal import Postgres

/// Restores a backup, or proves that it can be restored.
func restore(_ options: Options) throws {
  let signals = Signals.ofTheEnd
  let path = options.operand
  let isCheck = options.has("check")
  if isCheck && (options.has("replace") || options.has("end-sessions")) {
    throw UsageError("--check changes nothing: it excludes --replace and --end-sessions")
  }
  let configuration = try options.configuration
  // Before anything is started or created: the file may not be a backup.
  let archive = try Archive(path, ClientPrograms.newest, signals)
  // On a new machine, this may be the first command; it creates an installation if the operator has said where.
  let making: Installation.Approach = configuration.isPlaceGiven ? [.making, .empty] : .empty
  let installation = try Installation(configuration, isCheck ? [.beside, .empty] : making)
  defer { installation.close() }
  archive.programs = try ClientPrograms(forServer: installation.serverVersion)
  let restoration = try Restoration(installation, archive)
  if isCheck {
    let findings = try restoration.rehearse()
    say("\(path) can be restored. \(findings.text)")
    return say("The backup was made at \(archive.made).")
  }
  let findings = try options.has("replace") ? restoration.replace() : restoration.fill()
  try installation.letServe()
  say("Restored. \(findings.text)")
  say("The database is as it was at \(archive.made): what was deleted, revoked or changed later is back as it was.")
  if options.has("end-sessions") { try installation.endSessions() }
}

/// The restoration of a backup into a database.
private struct Restoration {
  let installation: Installation
  let archive: Archive
  let target: ConnectionString

  init(_ installation: Installation, _ archive: Archive) throws {
    (self.installation, self.archive) = (installation, archive)
    target = try ConnectionString(installation.owner.url)
  }

  /// Restores into an empty database, which is emptied again if a check fails.
  func fill() throws -> Findings {
    guard try objects() == 0 else {
      throw ArchiveError(
        "the database is not empty; nothing was changed. --replace deletes what it contains and restores the backup")
    }
    try archive.restore(to: target)
    do {
      return try examine(target)
    } catch {
      try installation.run("begin; \(RestoreScripts.emptying) commit;", on: target)
      throw error
    }
  }

  /// Replaces what the database contains, after a rehearsal.
  func replace() throws -> Findings {
    let others = try sessions()
    guard others == 0 else {
      throw ArchiveError("the database is in use (\(others) sessions): stop all copies of the service first")
    }
    let rehearsed = try rehearse()
    try sayWhatIsLost(since: rehearsed.heads)
    try archive.restore(to: target, after: RestoreScripts.emptying + RestoreScripts.alone)
    return try examine(target)
  }

  /// Restores into a temporary database.
  func rehearse() throws -> Findings {
    let name = "basekeeper_rehearsal_\(randomSuffix())"
    do {
      try installation.run("create database \(name) template template0 encoding 'UTF8'", on: target)
    } catch PostgresError.statement(sqlstate: "42501", _, _) {  // insufficient_privilege
      throw ArchiveError(
        "the check needs a role that may create databases: `alter role NAME createdb`, or restore into an empty one")
    }
    defer { try? installation.run("drop database if exists \(name) with (force)", on: target) }
    let scratch = target.database(name)
    try archive.restore(to: scratch)
    return try examine(scratch)
  }

  // MARK: Checks

  /// Checks that the restored data are complete, and that this program and its master key can use them.
  private func examine(_ place: ConnectionString) throws -> Findings {
    let settings = settings(for: place)
    let applied = try Migrator.migrate(settings.url, migrations)
    let heads = try installation.withDatabase(at: settings) { try await AuditTrail.verify($0) }
    try checkMasterKey(settings)
    let counts: RestoredCounts? = try installation.withDatabase(at: settings) {
      try await $0.row(RestoredCounts.statement)
    }
    guard let counts else { throw ArchiveError("the database does not answer") }
    return Findings(heads: heads, counts: counts, applied: applied)
  }

  private func checkMasterKey(_ settings: Database.Settings) throws {
    if let store = try installation.existingKeys() {
      _ = try installation.withDatabase(at: settings) { try await store.load($0) }
      return
    }
    let needed: Amount? = try installation.withDatabase(at: settings) {
      try await $0.row("select count(master_key_check) as count from installation")
    }
    guard needed?.count == 0 else {
      throw ArchiveError(
        "the master key of this backup is missing: set BASEKEEPER_MASTER_KEY, or put the old master.key into "
          + "\(installation.configuration.dataDirectory)")
    }
  }

  private func settings(for place: ConnectionString) -> Database.Settings {
    var settings = installation.owner
    settings.url = place.text()
    settings.statementTime = .seconds(600)  // whole tables are read
    return settings
  }

  // MARK: The present database

  /// The number of objects in the schema, except those of extensions.
  private func objects() throws -> Int64 {
    let found: Amount? = try installation.withDatabase {
      try await $0.row(
        """
        select (select count(*) from pg_class where relnamespace = 'public'::regnamespace and not exists (
                  select from pg_depend where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype = 'e'))
             + (select count(*) from pg_proc where pronamespace = 'public'::regnamespace and not exists (
                  select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e'))
             as count
        """)
    }
    return found?.count ?? 0
  }

  /// The sessions of others. Citus keeps some of its own open, in which nobody writes.
  private func sessions() throws -> Int64 {
    let found: Amount? = try installation.withDatabase {
      try await $0.row(
        """
        select count(*) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()
          and coalesce(backend_type, 'client backend') = 'client backend'
          and not starts_with(coalesce(application_name, ''), 'citus_internal gpid=')
        """)
    }
    return found?.count ?? 0
  }

  /// Prints what has happened since the backup, so that the operator knows what to revoke again.
  private func sayWhatIsLost(since heads: [AuditTrail.Head]) throws {
    let (chains, counts) = (heads.map(\.chain), heads.map(\.count))
    let lost: [Loss]
    do {
      lost = try installation.withDatabase(at: settings(for: target)) {
        try await $0.rows(
          """
          select audit_log.at, audit_log.kind, audit_log.operation, audit_log.target_id, audit_log.detail::text as detail
          from audit_log
          left join unnest(\(chains)::bigint[], \(counts)::bigint[]) as head (chain, number)
            on head.chain = audit_log.chain
          where audit_log.number > coalesce(head.number, 0)
          order by audit_log.id
          """)
      }
    } catch PostgresError.statement(sqlstate: "42P01", _, _) {  // undefined_table
      return
    }
    say("Entries of the old audit logs that are not in the backup (\(lost.count)):")
    for entry in lost { say("  \(entry.at.wire)  \(entry.kind) \(entry.target) \(entry.operation)  \(entry.detail)") }
  }
}

extension Installation {
  /// Runs a script, without a timeout.
  fileprivate func run(_ script: String, on place: ConnectionString) throws {
    try ScriptSession(place.text()).run(script)
  }

  /// Ends all account tokens and base tokens, since those that were ended after the backup are valid again.
  fileprivate func endSessions() throws {
    var settings = owner
    settings.statementTime = .seconds(600)
    let ended = try withDatabase(at: settings) { database in
      try await database.transaction { transaction in
        try await transaction.run("update signing_key set retired_at = now() where retired_at is null")
        // By more than can have been added since the backup, so that no generation repeats one of those.
        try await transaction.run("update account set generation = generation + 1000000")
        return try await transaction.run("delete from account_token")
      }
    }
    say("All account tokens were ended (\(ended)).")
    _ = try existingKeys().map { store in try withDatabase(at: settings) { try await store.load($0) } }
    say(
      configuration.signingSecret == nil
        ? "All base tokens were ended: a new key signs."
        : "Base tokens signed with JWT_PRIVATE_KEY are still valid, for three days at most. To end them, change it.")
  }
}

/// The contents of a restored database.
private struct Findings {
  let heads: [AuditTrail.Head]
  let counts: RestoredCounts
  let applied: [String]

  var text: String {
    let entries = heads.reduce(0) { $0 + $1.count }
    let names = applied.joined(separator: ", ")
    let upgrade = applied.isEmpty ? "" : "\nThe schema was upgraded to this version: \(names)."
    return """
      Teams: \(counts.teams), people: \(counts.people), bases: \(counts.bases), rows: \(counts.rows), \
      API tokens: \(counts.tokens).
      \(entries) entries of \(heads.count) audit logs are unchanged, and the master key fits.\(upgrade)
      """
  }
}

private struct RestoredCounts: RowDecodable {
  let teams: Int64
  let people: Int64
  let bases: Int64
  let rows: Int64
  let tokens: Int64

  static let statement: SQL = """
    select (select count(*) from team) as teams, (select count(*) from account) as people,
           (select count(*) from base) as bases, (select count(*) from data_row) as rows,
           (select count(*) from api_token where revoked_at is null) as tokens
    """

  init(_ row: Row) throws(PostgresError) {
    teams = try row["teams"]
    people = try row["people"]
    bases = try row["bases"]
    rows = try row["rows"]
    tokens = try row["tokens"]
  }
}

private struct Amount: RowDecodable {
  let count: Int64
  init(_ row: Row) throws(PostgresError) { count = try row["count"] }
}

private struct Loss: RowDecodable {
  let at: Timestamp
  let kind: String
  let operation: String
  let target: Int64
  let detail: String

  init(_ row: Row) throws(PostgresError) {
    at = try row["at"]
    kind = try row["kind"]
    operation = try row["operation"]
    target = try row["target_id"]
    detail = try row["detail"]
  }
}
