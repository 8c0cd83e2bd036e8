internal import Access
package import Domain
package import Ground
internal import HTTP

/// A search in the audit log, and the page of its results.
struct PagedAuditSearch: Input {
  let search: AuditSearch
  let page: Page

  init(_ parts: Parts) throws {
    let query = try parts.query()
    page = try Page(query)
    var search = AuditSearch()
    search.kind = try query.optionalChoice("operation_group")
    search.operation = try query.optionalText("operation", upTo: 50)
    let username = try query.optionalText("username", upTo: 255)
    search.actor = try username.map { try parsed("username", UserID(wire: $0)) }
    search.team = try query.optionalInteger("org_id", -1...Int64.max).map { ID($0) }
    search.start = try query.optionalTime("start")
    search.end = try query.optionalTime("end")
    self.search = search
  }
}

extension AuditEntry: JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      $0.add("email", actor?.wire ?? "")
      $0.add("username", actor?.wire ?? "")
      $0.add("name", actorName)
      $0.add("operation", operation)
      $0.add("detail", RawJSON(json: detail))
      $0.add("before", before.map(RawJSON.init))
      $0.add("after", after.map(RawJSON.init))
      $0.add("datetime", at)
      $0.add("created_at", at)
      $0.add("org_id", team?.value ?? -1)
      $0.add("org_name", teamName)
      $0.add("ip", address)
      $0.add("request_id", requestID)
    }
  }
}

private struct RawJSON: JSONEncodable {
  let json: [UInt8]
  func write(to writer: inout JSONWriter) { writer.raw(json) }
}

extension MembershipEntry: JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      $0.add("user_email", member.user)
      $0.add("user_name", member.name)
      $0.add("user_contact_email", member.email)
      $0.add("group_id", group)
      $0.add("group_name", groupName)
      $0.add("operator_email", actor.user)
      $0.add("operator_name", actor.name)
      $0.add("operator_contact_email", actor.email)
      $0.add("date", at)
      $0.add("operation", operation)
    }
  }
}

/// A search for sign-in attempts, and the page of its results.
struct PagedLoginSearch: Input {
  let search: LoginSearch
  let page: Page

  private enum LoginStatus: String {
    case success, failure
  }

  init(_ parts: Parts) throws {
    let query = try parts.query()
    page = try Page(query)
    var search = LoginSearch()
    search.succeeded = try query.optionalChoice("status", as: LoginStatus.self).map { $0 == .success }
    search.start = try query.optionalTime("start")
    search.end = try query.optionalTime("end")
    self.search = search
  }
}

extension Login: JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      $0.add("login_time", at)
      $0.add("login_ip", address)
      $0.add("login_success", succeeded)
      $0.add("log_success", succeeded)
      $0.add("email", user?.wire ?? "")
      $0.add("name", name)
      $0.add("contact_email", email)
    }
  }
}
