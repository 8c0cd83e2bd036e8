internal import Postgres

/// The role that serves is not the one that owns the schema, where the operator has two: it gets the rights that the
/// function `let_serve` grants.
extension Installation {
  /// Creates the role that serves if there is none, and gives it its rights.
  func letServe() throws {
    guard database.url != owner.url else { return }
    let service = try ConnectionString(database.url)
    guard let role = service.user else {
      throw RoleError("DATABASE_URL must name its user, since DATABASE_OWNER_URL is set")
    }
    if try !isThere(role) { try create(role, service.password, of: "DATABASE_URL") }
    var patient = owner
    patient.lockTime = .seconds(60)
    patient.statementTime = .seconds(60)
    try withDatabase(at: patient) { try await $0.transaction { try await Migrator.letServe(role, $0) } }
  }

  /// Creates the role for clients' SQL if there is none, and gives it its rights. Only the owner can.
  func letQuery() throws {
    guard statements.url != database.url, try isOwner else { return }
    let reader = try ConnectionString(statements.url)
    guard let role = reader.user else { throw RoleError("DATABASE_SQL_URL must name its user") }
    if try !isThere(role) { try create(role, reader.password, of: "DATABASE_SQL_URL") }
    var patient = owner
    patient.lockTime = .seconds(60)
    patient.statementTime = .seconds(60)
    try withDatabase(at: patient) { try await $0.transaction { try await Migrator.letQuery(role, $0) } }
  }

  /// Whether the role of `owner` owns the schema: with one URL, it may only serve.
  private var isOwner: Bool {
    get throws {
      let found: RolePresence? = try withDatabase {
        try await $0.row(
          """
          select exists (
            select from pg_class where oid = to_regclass('account') and pg_has_role(relowner, 'usage')) as is_there
          """)
      }
      return found?.isThere == true
    }
  }

  /// What the role that serves may do that it does not need.
  enum Excess {
    /// Everything in the server.
    case superuser
    /// Everything in the schema.
    case owner
  }

  /// How much more the role that serves may do than it needs; nil if nothing.
  func excess() throws -> Excess? {
    let found: Rights? = try withDatabase(at: database) {
      try await $0.row(
        """
        select rolsuper as is_superuser,
               exists (select from pg_class where oid = to_regclass('account') and pg_has_role(relowner, 'usage')) as is_owner
        from pg_roles where rolname = current_user
        """)
    }
    guard let found else { return nil }
    return found.isSuperuser ? .superuser : found.isOwner ? .owner : nil
  }

  private func isThere(_ role: String) throws -> Bool {
    let found: RolePresence? = try withDatabase {
      try await $0.row("select exists (select from pg_roles where rolname = \(role)) as is_there")
    }
    return found?.isThere == true
  }

  private func create(_ role: String, _ password: String?, of setting: String) throws {
    do throws(PostgresError) {
      try ScriptSession(owner.url).createLogin(role, password)
    } catch {
      guard case .statement(let code, _, _) = error else { throw error }
      if code == "42710" { return }  // duplicate_object: another process has created it
      guard code == "42501" else { throw error }  // insufficient_privilege
      throw RoleError(
        """
        there is no role \(role), which \(setting) names, and the role that owns the schema may not create it: let an \
        administrator of the database run `create role \(role) login password '…'`
        """)
    }
  }

  private struct Rights: RowDecodable {
    let isSuperuser: Bool
    let isOwner: Bool
    init(_ row: Row) throws(PostgresError) { (isSuperuser, isOwner) = (try row["is_superuser"], try row["is_owner"]) }
  }

  private struct RolePresence: RowDecodable {
    let isThere: Bool
    init(_ row: Row) throws(PostgresError) { isThere = try row["is_there"] }
  }
}

/// The roles cannot be separated.
struct RoleError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
