internal import Access
package import Domain
package import Ground
internal import HTTP

// swift-format-ignore
let groupShareRoutes = Table(.groupShares, [
  Route(.get,    "/api/v2.1/dtables/group-shared/",                                                "listMyGroupShares", as: SignedIn.self,  listOwn),
  Route(.get,    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/group-shares/",            "listGroupShares",   as: BaseAdmin.self, listShares),
  Route(.post,   "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/group-shares/",            "createGroupShare",  as: BaseAdmin.self, share),
  Route(.put,    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/group-shares/{group_id}/", "updateGroupShare",  as: BaseAdmin.self, changeShare),
  Route(.delete, "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/group-shares/{group_id}/", "deleteGroupShare",  as: BaseAdmin.self, endShare),
])

// MARK: Wire

private struct NewGroupShare: Input {
  let group: ID<Group>
  let permission: Permission

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    (group, permission) = (ID(try fields.integer("group_id", 1...Int64.max)), try fields.choice("permission"))
  }
}

private struct GroupShareChange: NamedInput {
  let group: NamedGroup
  let permission: Permission

  init(_ group: NamedGroup, _ parts: Parts) throws {
    (self.group, permission) = (group, try parts.body().choice("permission"))
  }
}

private struct MadeGroupShare: Output, JSONEncodable {
  let share: GroupShare

  /// SeaTable returns the group's ID as a string, as it was sent.
  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("dtable_group_share") {
        $0.add("group_id", String(share.group.value))
        $0.add("group_name", share.groupName)
        $0.add("permission", share.permission.rawValue)
      }
    }
  }
}

/// The shared bases under the IDs of the groups.
private struct SharedBasesByGroup: Output, JSONEncodable {
  let bases: [SharedBase]

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("group_shared_dtables") {
        for (group, bases) in bases.byGroup.sorted(by: { $0.key.value < $1.key.value }) {
          $0.add(named: String(group.value), Listing(elements: bases))
        }
      }
    }
  }
}

extension GroupShare: JSONEncodable {
  package func write(to json: inout JSONWriter) { json.object(write) }

  func write(to object: inout JSONWriter.Members) {
    object.add("group_id", group)
    object.add("group_name", groupName)
    object.add("permission", permission.rawValue)
    object.add("share_id", id)
    object.add("dtable_uuid", base)
    object.add("dtable_name", baseName)
  }
}

// MARK: Operations

private func listOwn(of caller: SignedIn, _ page: LongPage, _ app: App) async throws -> SharedBasesByGroup {
  SharedBasesByGroup(bases: try await SharedBases(app, with: caller.account).listOfGroups(page.page))
}

private func listShares(of admin: BaseAdmin, _ page: LongPage, _ app: App) async throws -> NamedList<GroupShare> {
  NamedList("dtable_group_share_list", try await GroupShares(app).list(of: admin.base, page.page))
}

private func share(by admin: BaseAdmin, _ new: NewGroupShare, _ app: App) async throws -> MadeGroupShare {
  MadeGroupShare(
    share: try await GroupShares(app).share(admin.base, with: new.group, new.permission, by: admin.caller))
}

private func changeShare(by admin: BaseAdmin, _ change: GroupShareChange, _ app: App) async throws -> Success {
  try await GroupShares(app).change(
    admin.base, with: change.group.named, to: change.permission, by: admin.caller)
  return Success()
}

private func endShare(by admin: BaseAdmin, _ group: NamedGroup, _ app: App) async throws -> Success {
  try await GroupShares(app).end(admin.base, with: group.named, by: admin.caller)
  return Success()
}
