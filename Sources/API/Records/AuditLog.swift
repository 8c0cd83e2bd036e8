internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

/// An entry of the audit log. One form for all its lists.
struct AuditEntry: RowDecodable, JSONEncodable {
  let at: Timestamp
  let actor: UserID?
  let actorName: String
  let operation: String
  let team: ID<Team>?
  let teamName: String
  /// JSON.
  let detail: [UInt8]
  let was: [UInt8]?
  let became: [UInt8]?
  let address: String
  let requestID: String

  /// Gives the entries of a statement that selects rows of `audit_log`, the last first.
  static func select(_ rows: SQL) -> SQL {
    """
    select entry.at, actor.uid as actor_uid, coalesce(actor.name, '') as actor_name, entry.operation,
           nullif(entry.chain, 0) as team_id, coalesce(team.name, '') as team_name,
           entry.detail - 'entry' as detail, entry.was, entry.became, coalesce(entry.address, '') as address,
           coalesce(entry.request_id, '') as request_id
    from (\(rows)) as entry
    left join account as actor on actor.id = entry.actor_id
    left join team on team.id = entry.chain
    order by entry.id desc
    """
  }

  init(_ row: Row) throws(PostgresError) {
    at = try row["at"]
    actor = try row["actor_uid"]
    actorName = try row["actor_name"]
    operation = try row["operation"]
    team = try row["team_id"]
    teamName = try row["team_name"]
    detail = try row["detail"]
    was = try row["was"]
    became = try row["became"]
    address = try row["address"]
    requestID = try row["request_id"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("email", actor?.wire ?? "")
      $0.add("username", actor?.wire ?? "")
      $0.add("name", actorName)
      $0.add("operation", operation)
      $0.add("detail", Raw(json: detail))
      $0.add("before", was.map(Raw.init))
      $0.add("after", became.map(Raw.init))
      $0.add("datetime", at)
      $0.add("created_at", at)
      $0.add("org_id", team?.value ?? -1)
      $0.add("org_name", teamName)
      $0.add("ip", address)
      $0.add("request_id", requestID)
    }
  }

  private struct Raw: JSONEncodable {
    let json: [UInt8]
    func write(to writer: inout JSONWriter) { writer.raw(json) }
  }
}

/// Who was put into a group, or out of it, and by whom.
struct MembershipEntry: RowDecodable, JSONEncodable {
  let at: Timestamp
  let operation: String
  let group: ID<Group>
  let groupName: String
  let member: Someone
  let actor: Someone

  struct Someone: Sendable {
    let user: String
    let name: String
    let email: String
  }

  /// Gives the entries of a statement that selects rows of `audit_log`, the last first.
  static func select(_ rows: SQL) -> SQL {
    """
    select entry.at, entry.operation, entry.target_id, entry.detail ->> 'name' as group_name,
           member.uid as member_uid, coalesce(member.name, '') as member_name,
           coalesce(member.email, '') as member_email,
           actor.uid as actor_uid, coalesce(actor.name, '') as actor_name, coalesce(actor.email, '') as actor_email
    from (\(rows)) as entry
    left join account as member on member.id = entry.subject_id
    left join account as actor on actor.id = entry.actor_id
    order by entry.id desc
    """
  }

  init(_ row: Row) throws(PostgresError) {
    at = try row["at"]
    operation = try row["operation"]
    group = try row["target_id"]
    groupName = try row["group_name"]
    let member: UserID? = try row["member_uid"]
    self.member = Someone(user: member?.wire ?? "", name: try row["member_name"], email: try row["member_email"])
    let actor: UserID? = try row["actor_uid"]
    self.actor = Someone(user: actor?.wire ?? "", name: try row["actor_name"], email: try row["actor_email"])
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("user_email", member.user)
      $0.add("user_name", member.name)
      $0.add("user_contact_email", member.email)
      $0.add("group_id", group)
      $0.add("group_name", groupName)
      $0.add("operator_email", actor.user)
      $0.add("operator_name", actor.name)
      $0.add("operator_contact_email", actor.email)
      $0.add("date", at)
      $0.add("operation", operation)
    }
  }
}

/// Which entries are asked for.
struct AuditSearch: Input {
  let page: Page
  let kind: Kind?
  let operation: String?
  let actor: UserID?
  let team: ID<Team>?
  let start: Timestamp?
  let end: Timestamp?

  /// What was changed.
  enum Kind: String {
    case team, user, group, base, token
  }

  init(_ parts: Parts) throws {
    let query = try parts.query()
    page = try Page(query)
    kind = try query.optionalChoice("operation_group")
    operation = try query.optionalText("operation", upTo: 50)
    let username = try query.optionalText("username", upTo: 255)
    actor = try username.map { try parsed("username", UserID(wire: $0)) }
    team = try query.optionalInteger("org_id", -1...Int64.max).map { ID($0) }
    start = try query.optionalTime("start")
    end = try query.optionalTime("end")
  }

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

extension App {
  /// A page of the audit log within reach, the last entry first, and how many there are.
  func auditLog(
    _ search: AuditSearch, _ reach: Reach, name: StaticString, count countName: StaticString = "total_count"
  ) async throws -> NamedList<AuditEntry> {
    let condition = search.condition(reach)
    // Without a filter the heads of the chains say how many there are.
    let count =
      search.hasFilter
      ? try await db.count("select count(*) from audit_log where \(condition)")
      : try await db.count("select coalesce(sum(number), 0)::bigint as count from audit_chain where \(reach.chains)")
    let (isFromEnd, limit) = search.page.window(of: count)
    let order = reach.entryOrder(isFromEnd: isFromEnd)
    let entries: [AuditEntry] = try await db.rows(
      AuditEntry.select("select * from audit_log where \(condition) \(order) \(limit)"))
    return NamedList(name, entries, count: (countName, count))
  }

  /// A page of what the audit log says of people in groups, the last entry first, and how many there are.
  func membershipLog(_ page: Page, _ reach: Reach) async throws -> NamedList<MembershipEntry> {
    let condition: SQL = "\(reach.entries) and audit_log.subject_id is not null"
    let count = try await db.count("select count(*) from audit_log where \(condition)")
    let (isFromEnd, limit) = page.window(of: count)
    let order = reach.entryOrder(isFromEnd: isFromEnd)
    let entries: [MembershipEntry] = try await db.rows(
      MembershipEntry.select("select * from audit_log where \(condition) \(order) \(limit)"))
    return NamedList("group_member_log_list", entries, count: ("count", count))
  }
}
