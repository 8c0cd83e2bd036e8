package import Access
package import Ground
package import Postgres

/// An entry of the audit log. All lists of it have this form.
package struct AuditEntry: RowDecodable, Sendable {
  package let at: Timestamp
  package let actor: UserID?
  package let actorName: String
  package let operation: String
  package let team: ID<Team>?
  package let teamName: String
  /// JSON.
  package let detail: [UInt8]
  /// The changed fields before the change, as JSON; nil if there was nothing.
  package let before: [UInt8]?
  /// The changed fields after the change, as JSON; nil if there is nothing any more.
  package let after: [UInt8]?
  package let address: String
  package let requestID: String

  /// Selects the entries of the rows that a statement on `audit_log` selects, the latest first.
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

  package init(_ row: Row) throws(PostgresError) {
    at = try row["at"]
    actor = try row["actor_uid"]
    actorName = try row["actor_name"]
    operation = try row["operation"]
    team = try row["team_id"]
    teamName = try row["team_name"]
    detail = try row["detail"]
    before = try row["was"]
    after = try row["became"]
    address = try row["address"]
    requestID = try row["request_id"]
  }
}

/// An entry about a person who was added to a group or removed from it.
package struct MembershipEntry: RowDecodable, Sendable {
  package let at: Timestamp
  package let operation: String
  package let group: ID<Group>
  package let groupName: String
  package let member: Someone
  package let actor: Someone

  /// A person; empty strings if unknown.
  package struct Someone: Sendable {
    package let user: String
    package let name: String
    package let email: String
  }

  /// Selects the entries of the rows that a statement on `audit_log` selects, the latest first.
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

  package init(_ row: Row) throws(PostgresError) {
    at = try row["at"]
    operation = try row["operation"]
    group = try row["target_id"]
    groupName = try row["group_name"]
    let member: UserID? = try row["member_uid"]
    self.member = Someone(user: member?.wire ?? "", name: try row["member_name"], email: try row["member_email"])
    let actor: UserID? = try row["actor_uid"]
    self.actor = Someone(user: actor?.wire ?? "", name: try row["actor_name"], email: try row["actor_email"])
  }
}
