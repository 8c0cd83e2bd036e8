import API
import HTTP
import Postgres
import TestSupport
import Testing

@testable import Access

@Suite struct Sources {
  @Test func `a standby is read only for administrators' lists, logs and statistics`() {
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

  @Test func `an operation that reads from a standby writes nothing, there or at the primary`() async throws {
    try await World.with { world async throws in
      let standby = Standby(world.database.db.reader, lag: .seconds(60))
      let errors = try await world.onLoop { app in
        let copy = app.at(standby)
        func error(of body: () async throws -> Void) async -> String {
          do { try await body() } catch { return "\(error)" }
          return ""
        }
        return [
          await error { try await copy.change(by: nil) { _ = try await $0.run("delete from base") } },
          await error { try await copy.keep(.retention, "delete from base") },
        ]
      }
      #expect(errors == Array(repeating: "unexpected answer: a list that is read from a standby would write", count: 2))
      #expect(try await world.database.count("base") > 0)
    }
  }
}
