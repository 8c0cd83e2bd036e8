internal import Access
internal import Domain
internal import Ground
internal import HTTP

// swift-format-ignore
let workspaceRoutes = Table(.workspaces, [
  Route(.get, "/api/v2.1/workspaces/", "listWorkspaces", as: SignedIn.self, listWorkspaces),
  Route(.get, "/api/v2.1/user-admin-dtables/", "listBases", as: SignedIn.self, listAdministeredBases),
])

// MARK: Wire

private struct WithDetail: Input {
  let isWanted: Bool
  init(_ parts: Parts) throws { isWanted = try parts.query().optionalBoolean("detail") ?? true }
}

/// The pseudo-workspaces `starred` and `shared`, the caller's own workspace, and those of their groups.
private struct WorkspaceList: Output, JSONEncodable {
  let workspaces: [WorkspaceRecord]
  /// Nil if the lists of bases are not requested.
  let detail: WorkspaceExtras?

  func write(to json: inout JSONWriter) {
    json.object { $0.add("workspace_list", entries) }
  }

  private var entries: [WorkspaceEntry] {
    [WorkspaceEntry(kind: .starred, detail: detail), WorkspaceEntry(kind: .shared, detail: detail)]
      + workspaces.map { WorkspaceEntry(kind: .real($0), detail: detail) }
  }
}

private struct WorkspaceEntry: JSONEncodable {
  enum WorkspaceKind: Sendable {
    case starred
    case shared
    case real(WorkspaceRecord)
  }

  let kind: WorkspaceKind
  let detail: WorkspaceExtras?

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

/// The bases of the caller's own workspace, and of the groups in which they are owner or admin.
private struct OwnBases: Output, JSONEncodable {
  let workspaces: [WorkspaceRecord]

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("personal", workspaces.filter { $0.group == nil }.flatMap(\.bases).map(\.base))
      $0.add("groups", workspaces.filter { $0.group != nil }.map(OwnGroupEntry.init))
    }
  }

  private struct OwnGroupEntry: JSONEncodable {
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

private func listWorkspaces(of caller: SignedIn, _ detail: WithDetail, _ app: App) async throws -> WorkspaceList {
  let workspaces = Workspaces(app, of: caller)
  guard detail.isWanted else { return WorkspaceList(workspaces: try await workspaces.list(), detail: nil) }
  return WorkspaceList(workspaces: try await workspaces.listWithBases(), detail: try await workspaces.extras())
}

private func listAdministeredBases(of caller: SignedIn, _: NoInput, _ app: App) async throws -> OwnBases {
  OwnBases(workspaces: try await Workspaces(app, of: caller).listWithBases(where: \.administers))
}
