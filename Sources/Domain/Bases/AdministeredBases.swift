package import Access
internal import Ground
package import Postgres

/// The bases within an administrator's reach.
package struct AdministeredBases: Sendable {
  private let app: App
  private let reach: Reach

  /// Limited to what is within `reach`.
  package init(_ app: App, _ reach: Reach) { (self.app, self.reach) = (app, reach) }

  // MARK: Finding

  /// The key of the base with a UUID, whether in the trash or not.
  package func find(_ named: String) async throws -> ID<Base> {
    guard let uuid = BaseUUID(named) else { throw Refusal.notFound(.base(named)) }
    let found: ID<Base>? = try await app.db.lookup(
      "select id from base where uuid = \(uuid)::uuid and \(reach.bases)")
    guard let found else { throw Refusal.notFound(.base(named)) }
    return found
  }

  /// The same by the key, as a path has it.
  package func find(id named: String) async throws -> ID<Base> {
    let found: ID<Base>? = try await app.db.lookup(
      "select id from base where id = \(ID<Base>(text: named)) and \(reach.bases)")
    guard let found else { throw Refusal.notFound(.base(named)) }
    return found
  }

  /// The live base with a UUID.
  package func show(_ named: String) async throws -> AdministeredBase {
    guard let uuid = BaseUUID(named) else { throw Refusal.notFound(.base(named)) }
    let found = try await bases(
      "select * from base where uuid = \(uuid)::uuid and \(reach.bases) and deleted_at is null", order: "")
    guard let found = found.first else { throw Refusal.notFound(.base(named)) }
    return found
  }

  // MARK: Listing

  /// A page of the live bases, and how many there are.
  package func list(_ page: Page) async throws(PostgresError) -> (bases: [AdministeredBase], count: Int64) {
    try await list(of: "base where \(reach.bases) and base.deleted_at is null", page)
  }

  /// The same without the count, or those with `text` in their names, with one extra row that shows whether there is a
  /// next page.
  package func listUncounted(
    _ page: Page, with text: String? = nil
  ) async throws(PostgresError) -> [AdministeredBase] {
    let named: SQL = if let text { "and name ilike \(containing(text))" } else { "" }
    return try await bases(
      """
      select * from base where \(reach.bases) and base.deleted_at is null \(named)
      order by id \(page.limitAndOneMore)
      """)
  }

  /// A page of the live bases in the personal workspace of a person within reach, and how many there are.
  package func list(
    ofPerson named: String, _ page: Page
  ) async throws -> (bases: [AdministeredBase], count: Int64) {
    let person = try await People(app).find(named, reach)
    return try await list(of: "base where base.workspace_id = \(person.workspace) and base.deleted_at is null", page)
  }

  private func list(
    of rows: SQL, _ page: Page
  ) async throws(PostgresError) -> (bases: [AdministeredBase], count: Int64) {
    let count = try await app.db.count("select count(*) from \(rows)")
    return (try await bases("select * from \(rows) order by id \(page.limit)"), count)
  }

  /// A page of the live bases of a group, which must be within reach.
  package func list(of group: ID<Group>, _ page: Page) async throws(PostgresError) -> [AdministeredBase] {
    try await bases(
      """
      select base.* from base join workspace on workspace.id = base.workspace_id
      where workspace.group_id = \(group) and base.deleted_at is null
      order by base.id \(page.limit)
      """)
  }

  /// The first 100 live bases with `text` in their names.
  package func search(_ text: String) async throws(PostgresError) -> [AdministeredBase] {
    try await bases(
      """
      select * from base
      where \(reach.bases) and deleted_at is null and name ilike \(containing(text))
      order by id limit 100
      """)
  }

  /// A page of the bases in the trash, the last deleted first, and how many there are.
  package func trash(_ page: Page) async throws(PostgresError) -> (bases: [AdministeredBase], count: Int64) {
    let deleted: SQL = "base where \(reach.bases) and base.deleted_at is not null"
    let count = try await app.db.count("select count(*) from \(deleted)")
    let bases = try await bases(
      "select * from \(deleted) order by deleted_at desc, id desc \(page.limit)",
      order: "order by base.deleted_at desc, base.id desc")
    return (bases, count)
  }

  private func bases(
    _ rows: SQL, order: SQL = "order by base.id"
  ) async throws(PostgresError) -> [AdministeredBase] {
    try await app.db.countingRows(of: try await app.db.rows(AdministeredBase.select(rows, order: order)))
  }

  // MARK: Deleting and restoring

  /// Moves the base with a UUID to the trash.
  package func delete(_ named: String, by caller: SignedIn) async throws {
    try await change(
      named, BaseUUID(named).map { "uuid = \($0)::uuid and deleted_at is null" },
      "deleted_at = now(), modifier_id = \(caller.account)", by: caller)
  }

  /// Restores the base with a UUID from the trash.
  package func restore(_ named: String, by caller: SignedIn) async throws {
    try await change(
      named, BaseUUID(named).map { "uuid = \($0)::uuid and deleted_at is not null" }, "deleted_at = null", by: caller)
  }

  /// The same by the key, as a path has it.
  package func restore(id named: String, by caller: SignedIn) async throws {
    try await change(
      named, ID<Base>(text: named).map { "id = \($0) and deleted_at is not null" }, "deleted_at = null", by: caller)
  }

  /// Permanently deletes the bases in the trash, with their tokens.
  package func clearTrash(by caller: SignedIn) async throws {
    try await app.change(by: caller, statementTime: .seconds(120)) {
      try await $0.run("delete from base where \(reach.bases) and deleted_at is not null")
    }
  }

  private func change(
    _ named: String, _ condition: SQL?, _ assignments: SQL, by caller: SignedIn
  ) async throws {
    guard let condition else { throw Refusal.notFound(.base(named)) }
    let count = try await app.change(by: caller) {
      try await $0.run("update base set \(assignments) where \(condition) and \(reach.bases)")
    }
    guard count == 1 else { throw Refusal.notFound(.base(named)) }
  }
}
