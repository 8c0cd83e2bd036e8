import API
import HTTP
import Testing

@Suite struct Sources {
  @Test func `a standby is asked for lists, logs and numbers of administrators, and for nothing else`() {
    let numbers: Set = ["systemGetActiveUsersPerDay", "systemGetOrganizationNames", "systemGetSystemInformation"]
    let empty: Set = ["systemListRegistrationLogs", "systemListEmailLogs", "systemListAbuseReports"]
    for route in routes {
      let isRead = route.method == .get && ["team-admin", "system-admin"].contains(route.principal)
      let words = ["teamList", "teamSearchBase", "systemList", "systemSearchUser"]
      let isList = words.contains { route.operation.hasPrefix($0) } || numbers.contains(route.operation)
      let isWanted = isRead && isList && !empty.contains(route.operation)
      #expect((route.source == .standby) == isWanted, "\(route.operation)")
    }
  }
}
