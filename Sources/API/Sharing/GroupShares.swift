internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

// swift-format-ignore
let groupShareRoutes = Table(.groupShares, [
  Route(.get,    "/api/v2.1/dtables/group-shared/",                                                "listMyGroupShares", as: SignedIn.self,  listOwn),
  Route(.get,    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/group-shares/",            "listGroupShares",   as: BaseAdmin.self, listShares),
  Route(.post,   "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/group-shares/",            "createGroupShare",  as: BaseAdmin.self, share),
  Route(.put,    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/group-shares/{group_id}/", "updateGroupShare",  as: BaseAdmin.self, changeShare),
  Route(.delete, "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/group-shares/{group_id}/", "deleteGroupShare",  as: BaseAdmin.self, endShare),
])

// MARK: Wire

private struct Share: Input {
  let group: ID<Group>
  let permission: Permission

  init(_ parts: Parts) throws {
    let fields = try parts.body()
    (group, permission) = (ID(try fields.integer("group_id", 1...Int64.max)), try fields.choice("permission"))
  }
}

private struct ShareChange: NamedInput {
  let group: NamedGroup
  let permission: Permission

  init(_ group: NamedGroup, _ parts: Parts) throws {
    (self.group, permission) = (group, try parts.body().choice("permission"))
  }
}

/// A group with which a base is shared. One form for all lists.
struct GroupShare: RowDecodable, JSONEncodable {
  let id: Int64
  let base: BaseUUID
  let group: ID<Group>
  let groupName: String
  let permission: Permission

  /// What `init(_ row:)` reads, from `share`, its `user_group` and its `base`.
  static let columns: SQL =
    "share.id, base.uuid::text as base_uuid, share.group_id, user_group.name as group_name, share.permission"

  init(_ row: Row) throws(PostgresError) {
    id = try row["id"]
    base = try row["base_uuid"]
    group = try row["group_id"]
    groupName = try row["group_name"]
    permission = try row["permission"]
  }

  func write(to json: inout JSONWriter) { json.object(write) }

  func write(to object: inout JSONWriter.Members) {
    object.add("group_id", group)
    object.add("group_name", groupName)
    object.add("permission", permission.rawValue)
    object.add("share_id", id)
    object.add("dtable_uuid", base)
  }
}

private struct NewGroupShare: Output, JSONEncodable {
  let share: GroupShare

  /// SeaTable gives the group back as it came: as text.
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

/// The shared bases under the numbers of the groups.
private struct ByGroup: Output, JSONEncodable {
  let bases: [SharedBase]

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("group_shared_dtables") {
        for (group, bases) in bases.byGroup {
          $0.add(named: String(group.value), Listing(elements: bases))
        }
      }
    }
  }
}

extension [SharedBase] {
  /// The bases that came by way of groups, in the order of the groups' numbers.
  var byGroup: [(group: ID<Group>, bases: [SharedBase])] {
    Dictionary(grouping: filter { $0.group != nil }) { $0.group ?? ID(0) }
      .map { (group: $0.key, bases: $0.value) }
      .sorted { $0.group.value < $1.group.value }
  }
}

// MARK: Operations

private func listOwn(of caller: SignedIn, _ page: LongPage, _ app: App) async throws -> ByGroup {
  ByGroup(bases: try await app.basesShared(withGroupsOf: caller.account, page.limit))
}

private func listShares(of admin: BaseAdmin, _ page: LongPage, _ app: App) async throws -> NamedList<GroupShare> {
  NamedList("dtable_group_share_list", try await app.groupShares("share.base_id = \(admin.base)", page.limit))
}

/// With another group of the base's team.
private func share(by admin: BaseAdmin, _ new: Share, _ app: App) async throws -> NewGroupShare {
  let made: GroupShare? = try await app.change(by: admin.caller) {
    try await $0.row(
      """
      with share as (
        insert into group_share (base_id, team_id, group_id, permission, created_by)
        select base.id, base.team_id, user_group.id, \(new.permission), \(admin.caller.account)
        from base
        join workspace on workspace.id = base.workspace_id
        join user_group on user_group.team_id is not distinct from base.team_id
          and user_group.id is distinct from workspace.group_id
        where base.id = \(admin.base) and base.deleted_at is null and user_group.id = \(new.group)
          and \(admin.caller.shareableGroups)
        returning *
      )
      select \(GroupShare.columns)
      from share
      join base on base.id = share.base_id
      join user_group on user_group.id = share.group_id
      """)
  }
  guard let made else { throw Refusal.notFound(.group(String(new.group.value))) }
  return NewGroupShare(share: made)
}

private func changeShare(by admin: BaseAdmin, _ change: ShareChange, _ app: App) async throws -> Success {
  let count = try await app.change(by: admin.caller) {
    try await $0.run(
      """
      update group_share set permission = \(change.permission)
      where base_id = \(admin.base) and group_id = \(change.group.id)
      """)
  }
  guard count == 1 else { throw Refusal.notFound(.share(change.group.named)) }
  return Success()
}

private func endShare(by admin: BaseAdmin, _ group: NamedGroup, _ app: App) async throws -> Success {
  try await app.endShare(of: admin.base, with: group, by: admin.caller)
  return Success()
}

extension App {
  /// The shares for whose rows of `share` a condition holds.
  func groupShares(_ condition: SQL, _ page: SQL) async throws(PostgresError) -> [GroupShare] {
    try await db.rows(
      """
      select \(GroupShare.columns)
      from (select * from group_share as share where \(condition) order by share.id \(page)) as share
      join base on base.id = share.base_id
      join user_group on user_group.id = share.group_id
      order by share.id
      """)
  }

  /// Takes a base away from a group with which it is shared.
  func endShare(of base: ID<Base>, with group: NamedGroup, by caller: SignedIn) async throws {
    let count = try await change(by: caller) {
      try await $0.run("delete from group_share where base_id = \(base) and group_id = \(group.id)")
    }
    guard count == 1 else { throw Refusal.notFound(.share(group.named)) }
  }
}
