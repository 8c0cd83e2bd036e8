package import Access
package import Postgres

/// The bases that others have shared with a person: directly, with their groups, or by invite links.
package struct SharedBases: Sendable {
  private let app: App
  private let account: ID<Account>

  /// Works on the bases that are shared with an account.
  package init(_ app: App, with account: ID<Account>) { (self.app, self.account) = (app, account) }

  /// A page of the bases that are shared with the person directly or by invite links.
  package func list(_ page: Page) async throws(PostgresError) -> [SharedBase] { try await list(page.limit) }

  func list(_ limit: SQL) async throws(PostgresError) -> [SharedBase] {
    try await bases("\(SharedBase.select(to: account, by: SharedBase.personally)) order by base.id \(limit)")
  }

  /// One of these bases; nil if it is not shared with the person.
  package func find(_ base: ID<Base>) async throws(PostgresError) -> SharedBase? {
    let way: SQL = "\(SharedBase.personally) and way.base_id = \(base)"
    return try await bases("\(SharedBase.select(to: account, by: way)) limit 1").first
  }

  /// A page of these bases that are within an administrator's reach, and how many there are.
  package func list(_ reach: Reach, _ page: Page) async throws(PostgresError) -> (bases: [SharedBase], count: Int64) {
    let all: SQL = "\(SharedBase.select(to: account, by: SharedBase.personally)) where \(reach.bases)"
    let count = try await app.db.count("select count(*) from (\(all)) as shared")
    return (try await bases("\(all) order by base.id \(page.limit)"), count)
  }

  /// A page of the bases that are shared with the person's groups.
  package func listOfGroups(_ page: Page) async throws(PostgresError) -> [SharedBase] {
    try await listOfGroups(page.limit)
  }

  func listOfGroups(_ limit: SQL) async throws(PostgresError) -> [SharedBase] {
    try await bases(
      """
      \(SharedBase.select(to: account, by: "way.source = 'group share'"))
      order by way.group_id, base.id
      \(limit)
      """)
  }

  private func bases(_ select: SQL) async throws(PostgresError) -> [SharedBase] {
    try await app.db.countingRows(of: try await app.db.rows(select))
  }
}

extension [SharedBase] {
  /// The bases that are shared with groups, by group.
  package var byGroup: [ID<Group>: [SharedBase]] {
    reduce(into: [:]) { groups, base in
      if let group = base.group { groups[group, default: []].append(base) }
    }
  }
}
