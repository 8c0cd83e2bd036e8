package import Access
package import Ground
package import Postgres

/// The audit log within an administrator's reach.
package struct AuditLog: Sendable {
  private let app: App
  private let reach: Reach

  /// What is within the reach.
  package init(_ app: App, _ reach: Reach) { (self.app, self.reach) = (app, reach) }

  /// A page of the entries that are searched for, the last first, and how many there are.
  package func search(
    _ search: AuditSearch, _ page: Page
  ) async throws(PostgresError) -> (entries: [AuditEntry], count: Int64) {
    let condition = search.condition(reach)
    // Without a filter the heads of the chains say how many there are.
    let count =
      search.hasFilter
      ? try await app.db.count("select count(*) from audit_log where \(condition)")
      : try await app.db.count(
        "select coalesce(sum(number), 0)::bigint as count from audit_chain where \(reach.chains)")
    return (try await app.db.rows(AuditEntry.select(rows(condition, page, of: count))), count)
  }

  /// A page of what it says of people in groups, the last entry first, and how many there are.
  package func memberships(_ page: Page) async throws(PostgresError) -> (entries: [MembershipEntry], count: Int64) {
    let condition: SQL = "\(reach.entries) and audit_log.subject_id is not null"
    let count = try await app.db.count("select count(*) from audit_log where \(condition)")
    return (try await app.db.rows(MembershipEntry.select(rows(condition, page, of: count))), count)
  }

  private func rows(_ condition: SQL, _ page: Page, of count: Int64) -> SQL {
    let (isFromEnd, limit) = page.window(of: count)
    return "select * from audit_log where \(condition) \(reach.entryOrder(isFromEnd: isFromEnd)) \(limit)"
  }
}

/// Which entries of the audit log are asked for; nil is no condition.
package struct AuditSearch: Sendable {
  package var kind: ChangedThing?
  package var operation: String?
  package var actor: UserID?
  package var team: ID<Team>?
  package var start: Timestamp?
  package var end: Timestamp?

  /// What was changed.
  package enum ChangedThing: String, Sendable {
    case team, user, group, base, token
  }

  /// All.
  package init() {}

  var hasFilter: Bool {
    kind != nil || operation != nil || actor != nil || team != nil || start != nil || end != nil
  }

  /// Holds for the rows of `audit_log` that are asked for, among those within reach.
  func condition(_ reach: Reach) -> SQL {
    var condition: SQL = "\(reach.entries)"
    if let kind { condition = "\(condition) and audit_log.kind = \(kind.rawValue)" }
    if let operation { condition = "\(condition) and audit_log.operation = \(operation)" }
    if let actor { condition = "\(condition) and audit_log.actor_id = (select id from account where uid = \(actor))" }
    if let team { condition = "\(condition) and audit_log.chain = \(max(0, team.value))" }
    if let start { condition = "\(condition) and audit_log.at >= \(start)" }
    if let end { condition = "\(condition) and audit_log.at < \(end)" }
    return condition
  }
}
