package import Access
package import Ground
package import Postgres

/// The part of the audit log that is within an administrator's reach.
package struct AuditLog: Sendable {
  private let app: App
  private let reach: Reach

  /// Limited to what is within `reach`.
  package init(_ app: App, _ reach: Reach) { (self.app, self.reach) = (app, reach) }

  /// A page of the matching entries, the latest first, and how many match.
  package func search(
    _ search: AuditSearch, _ page: Page
  ) async throws(PostgresError) -> (entries: [AuditEntry], count: Int64) {
    let condition = search.condition(reach)
    // Without a filter, the heads of the chains have the count.
    let count =
      search.hasFilter
      ? try await app.db.count("select count(*) from audit_log where \(condition)")
      : try await app.db.count(
        "select coalesce(sum(number), 0)::bigint as count from audit_chain where \(reach.chains)")
    return (try await app.db.rows(AuditEntry.select(rows(condition, page, of: count))), count)
  }

  /// A page of the entries about members of groups, the latest first, and how many there are.
  package func memberships(_ page: Page) async throws(PostgresError) -> (entries: [MembershipEntry], count: Int64) {
    let condition: SQL = "\(reach.entries) and audit_log.subject_id is not null"
    let count = try await app.db.count("select count(*) from audit_log where \(condition)")
    return (try await app.db.rows(MembershipEntry.select(rows(condition, page, of: count))), count)
  }

  private func rows(_ condition: SQL, _ page: Page, of count: Int64) -> SQL {
    let (isFromEnd, limit) = page.window(of: count)
    let rows: SQL = "select * from audit_log where \(condition) \(reach.entryOrder(isFromEnd: isFromEnd)) \(limit)"
    return rows.plannedForValues
  }
}

/// A search in the audit log; nil means any.
package struct AuditSearch: Sendable {
  package var kind: ChangedThing?
  package var operation: String?
  package var actor: UserID?
  package var team: ID<Team>?
  package var start: Timestamp?
  package var end: Timestamp?

  /// What was changed.
  package enum ChangedThing: String, Sendable {
    case team, user, group, base, token, folder
  }

  /// Matches all entries.
  package init() {}

  var hasFilter: Bool {
    kind != nil || operation != nil || actor != nil || team != nil || start != nil || end != nil
  }

  /// A condition on `audit_log`, true for the matching rows within reach.
  func condition(_ reach: Reach) -> SQL {
    var condition: SQL = "\(reach.entries)"
    if let kind { condition = "\(condition) and audit_log.kind = \(kind.rawValue)" }
    if let operation { condition = "\(condition) and audit_log.operation = \(operation)" }
    if let actor { condition = "\(condition) and audit_log.actor_id = (select id from account where uid = \(actor))" }
    if let team { condition = "\(condition) and audit_log.chain = \(max(0, team.value))" }
    if let start { condition = "\(condition) and audit_log.at >= \(start)" }
    if let end { condition = "\(condition) and audit_log.at < \(end)" }
    return hasFilter ? condition.plannedForValues : condition
  }
}
