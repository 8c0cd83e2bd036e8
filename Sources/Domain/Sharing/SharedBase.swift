package import Access
package import Postgres

/// A base that is shared with a person: their permission, who shared it, and whether it is a favourite.
package struct SharedBase: RowDecodable, Sendable {
  package let base: BaseRecord
  package let permission: Permission
  package let isFavorite: Bool
  /// Whether the person administers its workspace.
  package let isAdministered: Bool
  package let sharer: UserID
  package let sharerName: String
  package let group: ID<Group>?
  /// How many rows it has.
  package internal(set) var rows: Int64 = 0

  /// A condition on `way`, true for access that was given to the account itself.
  static let personally: SQL = "way.source in ('user share', 'invite link')"

  /// Selects the live bases to which an account has access by the ways for which a condition on `way` holds. Each base
  /// appears once, by the way with the highest permission, or once for each group.
  static func select(to account: ID<Account>, by ways: SQL) -> SQL {
    """
    select \(BaseRecord.columns), own.permission, favorite.base_id is not null as is_favorite, sharer.uid as sharer_uid,
           sharer.name as sharer_name, way.group_id, \(BaseRecord.isAdministered(by: account)) as is_administered
    from (
      select distinct on (way.base_id, way.group_id) way.base_id, way.group_id, way.shared_by
      from base_way as way
      where way.account_id = \(account) and \(ways)
      order by way.base_id, way.group_id, way.permission desc, way.source desc
    ) as way
    join base on base.id = way.base_id and base.deleted_at is null
    join base_permission as own on own.base_id = base.id and own.account_id = \(account)
    join account as sharer on sharer.id = way.shared_by
    left join favorite on favorite.base_id = base.id and favorite.account_id = \(account)
    \(BaseRecord.people)
    """
  }

  package init(_ row: Row) throws(PostgresError) {
    base = try BaseRecord(row)
    permission = try row["permission"]
    isFavorite = try row["is_favorite"]
    isAdministered = try row["is_administered"]
    sharer = try row["sharer_uid"]
    sharerName = try row["sharer_name"]
    group = try row["group_id"]
  }
}
