internal import Access
internal import Domain
internal import Ground
internal import Postgres

/// A base that somebody may open, with what he may do in it, how he came to it, and whether it is one of his favourites.
struct SharedBase: RowDecodable, JSONEncodable {
  let base: BaseRecord
  let permission: Permission
  let isFavorite: Bool
  let sharer: UserID
  let sharerName: String
  let group: ID<Group>?

  /// The ways that lead to an account itself.
  static let personally: SQL = "way.source in ('user share', 'invite link')"

  /// Gives the live bases that an account has come to by the ways of a condition on `way`; each once, by the way that
  /// allows the most, or once for each group.
  static func select(to account: ID<Account>, by ways: SQL) -> SQL {
    """
    select \(BaseRecord.columns), own.permission, favorite.base_id is not null as is_favorite, sharer.uid as sharer_uid,
           sharer.name as sharer_name, way.group_id
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

  init(_ row: Row) throws(PostgresError) {
    base = try BaseRecord(row)
    permission = try row["permission"]
    isFavorite = try row["is_favorite"]
    sharer = try row["sharer_uid"]
    sharerName = try row["sharer_name"]
    group = try row["group_id"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      base.write(to: &$0)
      $0.add("permission", permission.rawValue)
      $0.add("starred", isFavorite)
      $0.add("from_user", sharer)
      $0.add("from_user_name", sharerName)
      $0.addAvatar("from_user_avatar")
      $0.add("rows_count", 0)
    }
  }
}

extension App {
  /// The bases that people share with an account, and those it has come to by invite links; of an
  /// administrator's question those within their scope.
  func basesShared(
    with account: ID<Account>, within scope: Scope<Base>? = nil, only base: ID<Base>? = nil, page: SQL
  ) async throws(PostgresError) -> [SharedBase] {
    let within: SQL = if let scope { "where \(scope)" } else { "" }
    let ways: SQL = if let base { "\(SharedBase.personally) and way.base_id = \(base)" } else { SharedBase.personally }
    return try await db.rows(
      """
      \(SharedBase.select(to: account, by: ways))
      \(within)
      order by base.id
      \(page)
      """)
  }

  /// A page of them, of a person and of bases within an administrator's reach, and how many there are.
  func sharedBases(of user: PageOfPerson, _ reach: Reach) async throws -> NamedList<SharedBase> {
    let person = try await Person.find(user.named, reach, self)
    let all: SQL = "\(SharedBase.select(to: person.account, by: SharedBase.personally)) where \(reach.bases)"
    let count = try await db.count("select count(*) from (\(all)) as shared")
    return NamedList(
      "dtable_list", try await basesShared(with: person.account, within: reach.bases, page: user.page.limit),
      count: ("count", count))
  }

  /// The bases that are shared with an account's groups.
  func basesShared(withGroupsOf account: ID<Account>, _ page: SQL) async throws(PostgresError) -> [SharedBase] {
    try await db.rows(
      """
      \(SharedBase.select(to: account, by: "way.source = 'group share'"))
      order by way.group_id, base.id
      \(page)
      """)
  }
}
