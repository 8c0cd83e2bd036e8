internal import Access
internal import HTTP
internal import Postgres

let workspaceRoutes = [
  Route(.get, "/api/v2.1/workspaces/", "listWorkspaces", as: SignedIn.self, listWorkspaces),
  Route(.get, "/api/v2.1/user-admin-dtables/", "listBases", as: SignedIn.self, listAdministeredBases),
]

// MARK: Wire

private struct Detail: Input {
  let isWanted: Bool
  init(_ parts: Parts) throws { isWanted = try parts.query().optionalBoolean("detail") ?? true }
}

private struct WorkspaceRecord: RowDecodable {
  let id: ID<Workspace>
  let role: Role
  let group: GroupPart?
  var bases: [BaseRecord] = []

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
      """)
  }

  /// The same, with the live bases of each.
  static func allWithBases(of caller: SignedIn, _ app: App) async throws -> [WorkspaceRecord] {
    var workspaces = try await all(of: caller, app)
    let bases: [BaseRecord] = try await app.db.rows(
      """
      select \(BaseRecord.columns)
      from base \(BaseRecord.people)
      where base.workspace_id = any(\(workspaces.map(\.id.value))) and base.deleted_at is null
      order by base.id
      """)
    let byWorkspace = Dictionary(grouping: bases, by: \.workspace)
    for index in workspaces.indices { workspaces[index].bases = byWorkspace[workspaces[index].id] ?? [] }
    return workspaces
  }
}

/// A base with the mark of a favourite.
private struct Starrable: JSONEncodable {
  let base: BaseRecord

  func write(to json: inout JSONWriter) {
    json.object {
      base.write(to: &$0)
      $0.add("starred", false)
    }
  }
}

/// The pseudo workspaces `starred` and `shared`, the caller's own, and those of his groups.
private struct WorkspaceList: Output, JSONEncodable {
  let workspaces: [WorkspaceRecord]
  let isDetailed: Bool

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("workspace_list", pseudo + workspaces.map { Entry(workspace: $0, isDetailed: isDetailed) })
    }
  }

  private var pseudo: [Entry] {
    [
      Entry(pseudo: "starred", lists: ["table_list"], isDetailed: isDetailed),
      Entry(pseudo: "shared", lists: ["shared_table_list", "shared_view_list"], isDetailed: isDetailed),
    ]
  }
}

private struct Entry: JSONEncodable {
  private enum Kind {
    case pseudo(String, lists: [String])
    case real(WorkspaceRecord)
  }

  private let kind: Kind
  private let isDetailed: Bool

  init(pseudo name: String, lists: [String], isDetailed: Bool) {
    (kind, self.isDetailed) = (.pseudo(name, lists: lists), isDetailed)
  }

  init(workspace: WorkspaceRecord, isDetailed: Bool) {
    (kind, self.isDetailed) = (.real(workspace), isDetailed)
  }

  func write(to json: inout JSONWriter) {
    json.object {
      switch kind {
      case .pseudo(let name, let lists):
        $0.add("id", "")
        $0.add("name", name)
        $0.add("type", name)
        if isDetailed { for list in lists { $0.add(named: list, Listing<String>(elements: [])) } }
      case .real(let workspace):
        $0.add("id", workspace.id)
        $0.add("name", workspace.group?.name ?? "personal")
        $0.add("type", workspace.group == nil ? "personal" : "group")
        if let group = workspace.group {
          $0.add("group_id", group.id)
          $0.add("group_owner", group.owner)
          $0.add("group_admins", group.admins.map(UserID.init(postgresValue:)))
          $0.add("group_member_count", group.memberCount)
        }
        guard isDetailed else { return }
        $0.add("table_list", workspace.bases.map(Starrable.init))
        if workspace.group != nil {
          $0.add("group_shared_dtables", [String]())
          $0.add("group_shared_views", [String]())
        }
      }
    }
  }
}

/// Bases of the caller's own workspace, and of the groups in which he is owner or admin.
private struct OwnBases: Output, JSONEncodable {
  let workspaces: [WorkspaceRecord]

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("personal", workspaces.filter { $0.group == nil }.flatMap(\.bases))
      $0.add("groups", workspaces.filter { $0.group != nil }.map(GroupEntry.init))
    }
  }

  private struct GroupEntry: JSONEncodable {
    let workspace: WorkspaceRecord

    func write(to json: inout JSONWriter) {
      json.object {
        $0.add("group_id", workspace.group?.id)
        $0.add("group_name", workspace.group?.name)
        $0.add("dtables", workspace.bases)
      }
    }
  }
}

// MARK: Operations

private func listWorkspaces(of caller: SignedIn, _ detail: Detail, _ app: App) async throws -> WorkspaceList {
  let workspaces =
    detail.isWanted
    ? try await WorkspaceRecord.allWithBases(of: caller, app)
    : try await WorkspaceRecord.all(of: caller, app)
  return WorkspaceList(workspaces: workspaces, isDetailed: detail.isWanted)
}

private func listAdministeredBases(of caller: SignedIn, _: NoInput, _ app: App) async throws -> OwnBases {
  let workspaces = try await WorkspaceRecord.allWithBases(of: caller, app)
  return OwnBases(workspaces: workspaces.filter(\.role.administers))
}
