package import Access
package import Postgres

/// A base as administrators see it, with its owner. All their lists have this form.
package struct AdministeredBase: RowDecodable, Sendable {
  package let base: BaseRecord
  package let team: ID<Team>?
  package let teamName: String?
  package let group: ID<Group>?
  package let owner: UserID?
  package let ownerName: String
  package let isOwnerDeleted: Bool
  package let creator: UserID
  /// How many rows it has.
  package internal(set) var rows: Int64 = 0

  /// Selects the bases of the rows that a statement on `base` selects, in the given order.
  static func select(_ rows: SQL, order: SQL) -> SQL {
    """
    select \(BaseRecord.columns), base.team_id, team.name as team_name, place.group_id, owner.uid as owner_uid,
           coalesce(owner.name, user_group.name) as owner_name,
           owner.id is not null and owner.deleted_at is not null as is_owner_deleted, creator.uid as creator_uid
    from (\(rows)) as base
    \(BaseRecord.people)
    join workspace as place on place.id = base.workspace_id
    left join account as owner on owner.id = place.account_id
    left join user_group on user_group.id = place.group_id
    left join team on team.id = base.team_id
    \(order)
    """
  }

  package init(_ row: Row) throws(PostgresError) {
    base = try BaseRecord(row)
    team = try row["team_id"]
    teamName = try row["team_name"]
    group = try row["group_id"]
    owner = try row["owner_uid"]
    ownerName = try row["owner_name"]
    isOwnerDeleted = try row["is_owner_deleted"]
    creator = try row["creator_uid"]
  }
}
