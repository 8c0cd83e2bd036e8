import API
import HTTP
import TestSupport
import Testing

/// A request that succeeds for everyone whom a route admits, and changes something unless it is a GET.
struct Example: Sendable, CustomTestStringConvertible {
  let route: Route
  var testDescription: String { route.operation }

  static let member = "00000000000000000000000000000003@auth.local"
  static let foreigner = "00000000000000000000000000000005@auth.local"
  static let theirGuest = "00000000000000000000000000000012@auth.local"
  static let outsider = "00000000000000000000000000000004@auth.local"
  /// A person without a team.
  static let single = "00000000000000000000000000000006@auth.local"
  static let systemAdmin = "00000000000000000000000000000007@auth.local"
  static let groupAdmin = "00000000000000000000000000000002@auth.local"
  /// A person of another team who has accepted an invite link to "Projects".
  static let guest = "00000000000000000000000000000012@auth.local"
  /// A deactivated person with whom "Projects" is shared.
  static let gone = "00000000000000000000000000000008@auth.local"

  /// The route's path with objects of the team "ours".
  var path: String {
    filled([
      "workspace_id": "9", "base_name": "Projects", "app_name": "reader", "trashed_base_id": "4", "org_id": "1",
      "base_id": route.operation == "systemRestoreTrashedBase" ? "2" : "1", "group_id": group, "folder_id": "1",
      "user_id": user,
      "group_member": route.operation == "removeGroupMember" ? Self.groupAdmin : Self.member,
      "base_uuid": restoresByUUID ? World.oldProjects : World.projects,
      "row_id": World.row, "view_name": route.operation == "deleteView" ? "Second" : "0000",
      "token_id": "1", "invitation_id": "1", "external_link_token": World.externalLink, "invite_link_token": inviteLink,
      "file_link": route.principal == "upload-link" ? World.uploadLink : World.downloadLink, "asset_folder": "files",
      "asset_month": "2026-01", "file_name": "report.txt",
    ])
  }

  /// The same with objects of the other team.
  var theirs: String {
    let user = route.operation.hasSuffix("ListBasesSharedToUser") ? Self.theirGuest : Self.foreigner
    return filled([
      "workspace_id": "10", "base_name": "canary%20base", "org_id": "2", "base_id": "5", "group_id": "2",
      "user_id": user, "base_uuid": World.theirs, "row_id": World.row, "view_name": "0000",
      "external_link_token": String(repeating: "f", count: 52),
      "invite_link_token": String(repeating: "9", count: 52), "file_link": World.theirDownloadLink,
      "asset_folder": "files", "asset_month": "2026-01", "file_name": "canary.txt",
    ])
    .replacing("report.txt", with: "canary.txt").replacing("=Projects", with: "=canary%20base").replacing(
      "workspace_id=9", with: "workspace_id=10"
    )
    .replacing("org_id=1", with: "org_id=2").replacing("org_ids=1", with: "org_ids=2")
    .replacing("username=\(Self.member)", with: "username=\(Self.foreigner)")
  }

  private func filled(_ values: [String: String]) -> String {
    values.reduce(route.path) { $0.replacing("{\($1.key)}", with: $1.value) } + query
  }

  private var group: String {
    if route.operation.lowercased().hasSuffix("deletegroup") || deletesTeamGroup { return "3" }
    return ["updateGroupShare", "deleteGroupShare", "teamDeleteGroupShare"].contains(route.operation) ? "4" : "1"
  }

  private var user: String {
    if route.operation == "systemPutUserIntoTeam" { return Self.single }
    if route.operation == "teamDeleteUserShare" { return Self.gone }
    if route.operation.hasSuffix("eleteInviteLinkGuest") { return Self.guest }
    return route.operation.hasSuffix("DisableTwoFactor") ? Self.gone : Self.member
  }

  private var inviteLink: String {
    switch route.operation {
    case "deleteGroupInviteLink", "teamDeleteGroupInviteLink": World.groupLink
    case "acceptGroupInviteLink": World.salesLink
    default: World.inviteLink
    }
  }

  private var deletesTeamGroup: Bool { route.operation == "systemDeleteTeamGroup" }

  private var restoresByUUID: Bool {
    ["restoreGroupTrashedBase", "teamRestoreBaseFromTrash"].contains(route.operation)
  }

  private var query: String {
    switch route.operation {
    // A letter in our names and in the canaries'.
    case "teamSearchBase", "systemSearchUser": "?query=r"
    case "getBase": "?name=Projects"
    case "searchUser", "searchGroupMembers", "searchGroup": "?q=r"
    case "searchBaseOrApps": "?query_str=r"
    case "unfavoriteBase": "?dtable_uuid=\(World.projects)"
    case "listBaseInviteLinks": "?workspace_id=9&table_name=Projects"
    case "systemSearchUserByOrgId": "?query=r&org_id=1"
    case "systemGetOrganizationNames": "?org_ids=1"
    case "systemGetActiveUsersPerDay": "?start=2026-01-01&end=2026-01-03"
    case "systemListActiveUsersByDay": "?date=2026-01-01"
    case "listRows", "getRow", "listFilteredRows", "queryFilteredRows": "?table_name=Table1&convert_keys=true"
    case "getCollaborator": "?username=\(user)"
    case "getFileDownloadLink", "deleteBaseAsset": "?path=/files/2026-01/report.txt"
    case "getCustomFiles", "getCustomUploadLink": "?path=/Box"
    case "getCustomFileMetadata": "?path=/Box&name=report.txt"
    case "deleteBaseCustomFolderAsset", "getCustomDownloadLink": "?path=/Box/report.txt"
    case "listColumns", "listViews", "createView", "getView", "updateView", "deleteView": "?table_name=Table1"
    default: ""
    }
  }

  var fields: [String: String] {
    switch route.operation {
    case "getAccountTokenfromUsername": ["username": "member@ours.example", "password": World.password]
    case "createApiToken", "teamCreateApiToken": ["app_name": "new app", "permission": "r"]
    case "updateApiToken", "teamUpdateApiToken": ["permission": "rw"]
    case "createBase": ["name": "New base", "workspace_id": "9"]
    case "updateBase": ["name": "Projects", "new_name": "Renamed"]
    case "deleteBase": ["name": "Projects"]
    case "copyBaseFromWorkspace": ["src_workspace_id": "9", "name": "Projects", "dst_workspace_id": "9"]
    case "createGroup": ["name": "New group"]
    case "verifyBaseToken", "revokeBaseToken": ["token": "eyJ0eXAiOiJKV1QifQ.e30.x"]
    case "createAccountToken": ["name": "my script", "expire_days": "30"]
    case "updatePassword": ["old_password": World.password, "new_password": "another password"]
    case "enrolTwoFactor", "deleteTwoFactor", "deleteAccountTokens": ["password": World.password]
    case "teamUpdateTokenPolicy": ["require_expiry": "true", "max_base_token_minutes": "60"]
    case "updateUserInfo": ["name": "New name"]
    case "updateEmailAddress": ["new_contact_email": "new@example.com"]
    case "listPublicUserInfos": ["user_id_list": Self.member]
    case "favoriteBase": ["dtable_uuid": World.projects]
    case "createFolder", "updateFolder": ["name": "New folder"]
    case "moveBaseIntoFolder": ["item_type": "dtable", "item_id": World.projects, "from": "/", "to": "1"]
    case "updateGroup": ["name": "Renamed"]
    case "addGroupMember": ["email": Self.outsider]
    case "addGroupMembers": ["emails": "\(Self.outsider),\(Self.gone)"]
    case "updateGroupRole": ["is_admin": "true"]
    case "createUserShare": ["email": Self.outsider, "permission": "r"]
    case "updateUserShare": ["email": Self.gone, "permission": "rw"]
    case "deleteUserShare": ["email": Self.gone]
    case "createGroupShare": ["group_id": "3", "permission": "r"]
    case "updateGroupShare": ["permission": "r"]
    case "createBaseExternalLink": ["expire_days": "30"]
    case "createInviteLink": ["table_name": "Projects", "workspace_id": "9", "permission": "r"]
    case "teamUpdateInviteLink": ["permission": "rw"]
    case "orderGroups": ["group_id": "3", "anchor_group_id": "1"]
    case "teamAddUser", "systemAddNewUser", "systemAddTeamUser": Self.newUser
    case "teamInviteUser": ["email": "root@example.com"]
    case "teamUpdateUser", "systemUpdateUser", "systemUpdateTeamUser": ["name": "New name"]
    case "teamEnforceTwofactor", "systemEnforceTwoFactor": ["force_2fa": "true"]
    case "teamAddGroup", "systemCreateGroup": ["group_name": "New group", "group_owner": Self.member]
    case "teamUpdateGroup": ["new_group_name": "Renamed"]
    case "systemTransferGroup": ["new_owner": Self.member]
    case "teamAddGroupMembers": ["email": Self.outsider]
    case "teamUpdateGroupMemberRole": ["is_admin": "true"]
    case "teamUpdateTeam": ["new_org_name": "Renamed"]
    case "teamUpdateTeamSettings": ["enable_member_modify_name": "false"]
    case "systemUpdateAdminRole": ["email": Self.systemAdmin, "role": "audit_admin"]
    case "systemAddTeam": ["org_name": "New team", "admin_email": "new@example.com", "password": "a new password"]
    case "systemUpdateTeam": ["org_name": "Renamed"]
    default: [:]
    }
  }

  /// The body of what changes a base's content, as JSON; nil for all other routes.
  var json: String? {
    let body: String? =
      switch route.operation {
      case "appendRows": #""rows": [{"Name": "New", "Age": 7}]"#
      case "updateRow": #""updates": [{"row_id": "\#(World.row)", "row": {"Name": "Changed"}}]"#
      case "querySQL": #""sql": "SELECT * FROM Table1", "convert_keys": true"#
      case "deleteRow", "lockRows", "unlockRows": #""row_ids": ["\#(World.row)"]"#
      case "createRowLink": links(to: 1)
      case "updateRowLink": links(to: 1)
      case "deleteRowLink": links(to: 2)
      case "listRowLinks":
        #""table_id": "Tab3", "link_column_key": "Lnk3", "rows": [{"row_id": "\#(World.linked[0])"}]"#
      case "queryFilteredRows":
        #""filters": [{"column_name": "Name", "filter_predicate": "contains", "filter_term": "r"}]"#
      case "duplicateTable": #""is_duplicate_records": true"#
      case "renameTable": #""new_table_name": "Renamed""#
      case "deleteTable": ""
      case "insertColumn": #""column_name": "Note", "column_type": "text""#
      case "updateColumn": #""column": "Age", "op_type": "rename_column", "new_column_name": "Years""#
      case "deleteColumn": #""column": "Age""#
      case "appendColumns": #""columns": [{"column_name": "Note", "column_type": "text"}]"#
      case "addSelectOption": #""column": "State", "options": [{"name": "new"}]"#
      case "updateSelectOption": #""column": "State", "options": [{"id": "1", "name": "begun"}]"#
      case "deleteSelectOption": #""column": "State", "option_names": ["open"]"#
      case "updateColumnCascade":
        #""parent_column": "State", "child_column": "City", "cascade_settings": {"open": ["Lyon"]}"#
      case "createTable": #""table_name": "New table""#
      case "createView": #""name": "New view""#
      case "updateView": #""name": "Renamed""#
      default: nil
      }
    if route.operation == "createTable" || route.operation.hasSuffix("RowLink") || route.operation == "listRowLinks" {
      return body.map { "{\($0)}" }
    }
    return body.map { #"{"table_name": "Table1"\#($0.isEmpty ? "" : ", ")\#($0)}"# }
  }

  /// Links of the first row of Table3 with another one.
  private func links(to other: Int) -> String {
    let tables = #""link_id": "Lk03", "table_id": "Tab3", "other_table_id": "Tab3""#
    return #"\#(tables), "other_rows_ids_map": {"\#(World.linked[0])": ["\#(World.linked[other])"]}"#
  }

  private static let newUser = ["email": "new@example.com", "password": "a new password", "name": "New"]

  static let importedFile = "email,password,name\nnew@example.com,a new password,New\n"
}

extension World {
  /// Sends an example.
  func call(_ example: Example, as caller: Caller) async throws -> Answer {
    if example.route.operation == "confirmTwoFactor" {
      let enrolment = try await call(.post, example.path, as: caller, ["password": Self.password])
      let code = (enrolment["secret"] as? String).map { oneTimePassword(of: $0) }
      return try await call(.put, example.path, as: caller, ["code": code ?? "none"])
    }
    if let json = example.json {
      return try await send(
        example.route.method, example.path, as: caller, type: "application/json", body: Array(json.utf8))
    }
    if example.route.operation == "uploadFile" { return try await upload(as: caller) }
    guard example.route.operation == "systemImportUsers" else {
      return try await call(example.route.method, example.path, as: caller, example.fields)
    }
    return try await importUsers(Example.importedFile, as: caller)
  }

  /// Sends a file to a link for uploads.
  func upload(
    _ bytes: [UInt8] = Array("some bytes".utf8), named name: String = "new.txt", to link: String = uploadLink,
    _ fields: [String: String] = [:], as caller: Caller = .nobody, headers: [Headers.HeaderName: String] = [:]
  ) async throws -> Answer {
    var body = Array(
      "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n\r\n".utf8)
    body += bytes
    let usual = ["parent_dir": "/asset/\(Self.projects)", "relative_path": "files/2026-01"]
    for (field, text) in usual.merging(fields, uniquingKeysWith: { $1 }) {
      body += Array("\r\n--edge\r\nContent-Disposition: form-data; name=\"\(field)\"\r\n\r\n\(text)".utf8)
    }
    body += Array("\r\n--edge--\r\n".utf8)
    return try await send(
      .post, "/seafhttp/upload-api/\(link)?ret-json=1", as: caller, type: "multipart/form-data; boundary=edge",
      body: body, headers: headers)
  }

  /// Sends a file of people.
  func importUsers(_ file: String, named name: String = "users.csv", as caller: Caller) async throws -> Answer {
    let body = """
      --edge\r\nContent-Disposition: form-data; name="file"; filename="\(name)"\r\nContent-Type: text/csv\r\n\r\n\
      \(file)\r\n--edge--\r\n
      """
    return try await send(
      .post, "/api/v2.1/admin/import-users/", as: caller, type: "multipart/form-data; boundary=edge",
      body: Array(body.utf8))
  }
}
