internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let workspaceRoutes = Table(.workspaces, [
  Route(.get, "/api/v2.1/workspaces/", "listWorkspaces", as: SignedIn.self, listWorkspaces),
  Route(.get, "/api/v2.1/user-admin-dtables/", "listBases", as: SignedIn.self, listAdministeredBases),
])

// MARK: Wire

private struct Detail: Input {
  let isWanted: Bool
  init(_ parts: Parts) throws { isWanted = try parts.query().optionalBoolean("detail") ?? true }
}

private struct WorkspaceRecord: RowDecodable {
  let id: ID<Workspace>
  let role: Role
  let group: GroupPart?
  var bases: [MarkedBase] = []
  var folders: [FolderRecord] = []

  struct GroupPart: RowDecodable {
    let id: ID<Group>
    let name: String
    let owner: UserID?
    let admins: [String]
    let memberCount: Int64

    init(_ row: Row) throws(PostgresError) {
      id = try row["group_id"]
      name = try row["group_name"]
      owner = try row["owner_uid"]
      admins = try row["admin_uids"]
      memberCount = try row["member_count"]
    }
  }

  init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    role = try row["role"]
    let groupID: ID<Group>? = try row["group_id"]
    group = groupID == nil ? nil : try GroupPart(row)
  }

  /// The caller's workspaces: his own first, then those of his groups.
  static func all(of caller: SignedIn, _ app: App) async throws -> [WorkspaceRecord] {
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
      \(most)
      """)
  }

  /// The same, with the live bases and the folders of each.
  static func allWithBases(
    of caller: SignedIn, where isWanted: (Role) -> Bool = { _ in true }, _ app: App
  ) async throws -> [WorkspaceRecord] {
    var workspaces = try await all(of: caller, app).filter { isWanted($0.role) }
    let ids = workspaces.map(\.id.value)
    let bases: [MarkedBase] = try await app.db.rows(
      """
      select \(BaseRecord.columns), favorite.base_id is not null as is_favorite
      from base \(BaseRecord.people)
      left join favorite on favorite.base_id = base.id and favorite.account_id = \(caller.account)
      join unnest(\(ids)::bigint[]) with ordinality as place (workspace_id, number)
        on place.workspace_id = base.workspace_id
      where base.deleted_at is null
      order by place.number, base.id
      \(most)
      """)
    let folders: [FolderRecord] = try await app.db.rows(
      """
      select folder.id, folder.name, folder.workspace_id
      from unnest(\(ids)::bigint[]) with ordinality as place (workspace_id, number)
      join folder on folder.workspace_id = place.workspace_id
      order by place.number, folder.id
      \(most)
      """)
    let basesByWorkspace = Dictionary(grouping: bases, by: \.base.workspace)
    let foldersByWorkspace = Dictionary(grouping: folders, by: \.workspace)
    for index in workspaces.indices {
      workspaces[index].bases = basesByWorkspace[workspaces[index].id] ?? []
      workspaces[index].folders = foldersByWorkspace[workspaces[index].id] ?? []
    }
    return workspaces
  }
}

/// The pseudo workspaces `starred` and `shared`, the caller's own, and those of his groups.
private struct WorkspaceList: Output, JSONEncodable {
  let workspaces: [WorkspaceRecord]
  /// Nil where the lists of bases are not asked for.
  let detail: Detail?

  struct Detail: Sendable {
    let favorites: [MarkedBase]
    let shared: [SharedBase]
    let sharedWithGroups: [ID<Group>: [SharedBase]]
  }

  func write(to json: inout JSONWriter) {
    json.object { $0.add("workspace_list", entries) }
  }

  private var entries: [Entry] {
    [Entry(kind: .starred, detail: detail), Entry(kind: .shared, detail: detail)]
      + workspaces.map { Entry(kind: .real($0), detail: detail) }
  }
}

private struct Entry: JSONEncodable {
  enum Kind: Sendable {
    case starred
    case shared
    case real(WorkspaceRecord)
  }

  let kind: Kind
  let detail: WorkspaceList.Detail?

  func write(to json: inout JSONWriter) {
    json.object {
      switch kind {
      case .starred:
        Self.writePseudo("starred", to: &$0)
        if let detail { $0.add("table_list", detail.favorites) }
      case .shared:
        Self.writePseudo("shared", to: &$0)
        guard let detail else { return }
        $0.add("shared_table_list", detail.shared)
        $0.add("shared_view_list", [String]())
      case .real(let workspace): write(workspace, to: &$0)
      }
    }
  }

  private static func writePseudo(_ name: String, to object: inout JSONWriter.Members) {
    object.add("id", "")
    object.add("name", name)
    object.add("type", name)
  }

  private func write(_ workspace: WorkspaceRecord, to object: inout JSONWriter.Members) {
    object.add("id", workspace.id)
    object.add("name", workspace.group?.name ?? "personal")
    object.add("type", workspace.group == nil ? "personal" : "group")
    if let group = workspace.group {
      object.add("group_id", group.id)
      object.add("group_owner", group.owner)
      object.add("group_admins", group.admins.map(UserID.init(postgresValue:)))
      object.add("group_member_count", group.memberCount)
    }
    guard let detail else { return }
    object.add("table_list", workspace.bases)
    object.add("folders", workspace.folders)
    if let group = workspace.group {
      object.add("group_shared_dtables", detail.sharedWithGroups[group.id] ?? [])
      object.add("group_shared_views", [String]())
    }
  }
}

/// Bases of the caller's own workspace, and of the groups in which he is owner or admin.
private struct OwnBases: Output, JSONEncodable {
  let workspaces: [WorkspaceRecord]

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("personal", workspaces.filter { $0.group == nil }.flatMap(\.bases).map(\.base))
      $0.add("groups", workspaces.filter { $0.group != nil }.map(GroupEntry.init))
    }
  }

  private struct GroupEntry: JSONEncodable {
    let workspace: WorkspaceRecord

    func write(to json: inout JSONWriter) {
      json.object {
        $0.add("group_id", workspace.group?.id)
        $0.add("group_name", workspace.group?.name)
        $0.add("dtables", workspace.bases.map(\.base))
      }
    }
  }
}

// MARK: Operations

/// How long each of the lists is that these operations put together: too much for pages to be of use. What is beyond it,
/// the search finds.
private let most: SQL = "limit 5000"

private func listWorkspaces(of caller: SignedIn, _ detail: Detail, _ app: App) async throws -> WorkspaceList {
  guard detail.isWanted else {
    return WorkspaceList(workspaces: try await WorkspaceRecord.all(of: caller, app), detail: nil)
  }
  let workspaces = try await WorkspaceRecord.allWithBases(of: caller, app)
  let sharedWithGroups = try await app.basesShared(withGroupsOf: caller.account, most).byGroup
  return WorkspaceList(
    workspaces: workspaces,
    detail: WorkspaceList.Detail(
      favorites: try await app.favorites(of: caller, most),
      shared: try await app.basesShared(with: caller.account, page: most),
      sharedWithGroups: Dictionary(uniqueKeysWithValues: sharedWithGroups.map { ($0.group, $0.bases) })))
}

private func listAdministeredBases(of caller: SignedIn, _: NoInput, _ app: App) async throws -> OwnBases {
  OwnBases(workspaces: try await WorkspaceRecord.allWithBases(of: caller, where: \.administers, app))
}
