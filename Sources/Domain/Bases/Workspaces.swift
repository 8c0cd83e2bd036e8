package import Access
package import Postgres

/// The workspaces that a person belongs to: their own, and those of their groups.
package struct Workspaces: Sendable {
  /// The longest that each list in these operations may be: too long for paging to be of use. The search finds the
  /// rest.
  private static let longestList: SQL = "limit 5000"

  private let app: App
  private let caller: SignedIn

  /// Works on the caller's workspaces.
  package init(_ app: App, of caller: SignedIn) { (self.app, self.caller) = (app, caller) }

  /// All workspaces without their bases: the caller's own first, then those of their groups.
  package func list() async throws(PostgresError) -> [WorkspaceRecord] {
    try await app.db.rows(
      """
      select workspace.id, workspace_role.role, workspace.group_id, user_group.name as group_name,
             people.owner_uid, people.admin_uids, people.member_count
      from workspace_role
      join workspace on workspace.id = workspace_role.workspace_id
      left join user_group on user_group.id = workspace.group_id
      left join lateral (
        select min(account.uid) filter (where member.role = 'owner') as owner_uid,
               coalesce(array_agg(account.uid order by account.id) filter (where member.role <> 'member'), '{}')
                 as admin_uids,
               count(*) as member_count
        from group_member as member
        join account on account.id = member.account_id
        where member.group_id = workspace.group_id
      ) as people on true
      left join group_member as own
        on own.group_id = workspace.group_id and own.account_id = workspace_role.account_id
      where workspace_role.account_id = \(caller.account)
      order by workspace.group_id is not null, own.position, workspace.group_id
      \(Self.longestList)
      """)
  }

  /// The workspaces in which the caller has a wanted role, each with its live bases and folders.
  package func listWithBases(
    where isWanted: (Role) -> Bool = { _ in true }
  ) async throws(PostgresError) -> [WorkspaceRecord] {
    var workspaces = try await list().filter { isWanted($0.role) }
    let ids = workspaces.map(\.id.value)
    let administered = workspaces.filter(\.role.administers).map(\.id.value)
    let bases: [MarkedBase] = try await app.db.rows(
      """
      select \(BaseRecord.columns), favorite.base_id is not null as is_favorite,
             base.workspace_id = any(\(administered)::bigint[]) as is_administered
      from base \(BaseRecord.people)
      left join favorite on favorite.base_id = base.id and favorite.account_id = \(caller.account)
      join unnest(\(ids)::bigint[]) with ordinality as place (workspace_id, number)
        on place.workspace_id = base.workspace_id
      where base.deleted_at is null
      order by place.number, base.id
      \(Self.longestList)
      """)
    let folders: [FolderRecord] = try await app.db.rows(
      """
      select \(FolderRecord.columns)
      from unnest(\(ids)::bigint[]) with ordinality as place (workspace_id, number)
      join folder on folder.workspace_id = place.workspace_id
      order by place.number, folder.id
      \(Self.longestList)
      """)
    let basesByWorkspace = Dictionary(grouping: bases, by: \.base.workspace)
    let foldersByWorkspace = Dictionary(grouping: folders, by: \.workspace)
    for index in workspaces.indices {
      workspaces[index].bases = basesByWorkspace[workspaces[index].id] ?? []
      workspaces[index].folders = foldersByWorkspace[workspaces[index].id] ?? []
    }
    return workspaces
  }

  /// What is shown beside the workspaces: favourites, and bases that are shared with the caller or with their groups.
  package func extras() async throws(PostgresError) -> WorkspaceExtras {
    let shared = SharedBases(app, with: caller.account)
    return WorkspaceExtras(
      sharedWithGroups: try await shared.listOfGroups(Self.longestList).byGroup,
      favorites: try await Favorites(app, of: caller).list(Self.longestList),
      shared: try await shared.list(Self.longestList))
  }
}

/// A workspace that a person belongs to.
package struct WorkspaceRecord: RowDecodable, Sendable {
  package let id: ID<Workspace>
  /// The person's role in it.
  package let role: Role
  /// Nil for their personal workspace.
  package let group: GroupOfWorkspace?
  package internal(set) var bases: [MarkedBase] = []
  package internal(set) var folders: [FolderRecord] = []

  package init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    role = try row["role"]
    let groupID: ID<Group>? = try row["group_id"]
    group = groupID == nil ? nil : try GroupOfWorkspace(row)
  }
}

/// The group that owns a workspace.
package struct GroupOfWorkspace: RowDecodable, Sendable {
  package let id: ID<Group>
  package let name: String
  package let owner: UserID?
  package let admins: [String]
  package let memberCount: Int64

  package init(_ row: Row) throws(PostgresError) {
    id = try row["group_id"]
    name = try row["group_name"]
    owner = try row["owner_uid"]
    admins = try row["admin_uids"]
    memberCount = try row["member_count"]
  }
}

/// The bases that are shown beside a person's workspaces.
package struct WorkspaceExtras: Sendable {
  package let sharedWithGroups: [ID<Group>: [SharedBase]]
  package let favorites: [MarkedBase]
  package let shared: [SharedBase]
}
