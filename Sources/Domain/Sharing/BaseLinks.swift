package import Access
package import Crypto
package import Postgres

/// The links of one kind to bases, for callers who have proved their right to the base or the team.
package struct BaseLinks: Sendable {
  private let app: App
  private let kind: OpenedLink.LinkKind

  /// Works on the external links or the invite links in the app's database.
  package init(_ app: App, _ kind: OpenedLink.LinkKind) { (self.app, self.kind) = (app, kind) }

  /// A page of the links to a base.
  package func list(to base: ID<Base>, _ page: Page) async throws(PostgresError) -> [BaseLinkRecord] {
    try await list("\(ofKind) and link.base_id = \(base) order by id \(page.limit)")
  }

  /// A page of the links within an administrator's reach, and how many there are.
  package func list(_ reach: Reach, _ page: Page) async throws(PostgresError) -> (links: [BaseLinkRecord], count: Int64)
  {
    let count = try await app.db.count("select count(*) from base_link as link where \(isOfKind) and \(reach.links)")
    return (try await list("\(ofKind) and \(reach.links) order by id \(page.limit)"), count)
  }

  /// The same without the count, with one extra row that shows whether there is a next page.
  package func listUncounted(_ reach: Reach, _ page: Page) async throws(PostgresError) -> [BaseLinkRecord] {
    try await list("\(ofKind) and \(reach.links) order by id \(page.limitAndOneMore)")
  }

  /// The links of the rows that a statement on `base_link` selects.
  func list(_ rows: SQL) async throws(PostgresError) -> [BaseLinkRecord] {
    try await app.db.rows(BaseLinkRecord.select(rows))
  }

  private var isOfKind: SQL { "link.kind = \(kind.rawValue)" }
  private var ofKind: SQL { "select * from base_link as link where \(isOfKind)" }

  /// Makes a link with a custom token, or with a generated secret if that is nil. Errors call the base `name`.
  package func make(
    to base: ID<Base>, named name: String, customToken: String? = nil, _ permission: Permission, _ terms: BaseLinkTerms,
    by caller: SignedIn
  ) async throws -> BaseLinkRecord {
    let token: LinkToken? = customToken == nil ? .generate() : nil
    let made: BaseLinkRecord? = try await app.change(by: caller) {
      try await $0.row(
        """
        with made as (
          insert into base_link (kind, base_id, team_id, handle, hash, permission, password_hash, created_by, expires_at)
          select \(kind.rawValue), base.id, base.team_id, \(customToken ?? token?.handle), \(token?.secret.hash.bytes),
                 \(permission), \(terms.password), \(caller.account), \(BaseLinkTerms.end(after: terms.days.value))
          from base
          where base.id = \(base) and base.deleted_at is null
          returning *
        )
        \(BaseLinkRecord.select("select * from made"))
        """)
    }
    guard var made else { throw Refusal.notFound(.base(name)) }
    made.secret = token?.secret
    return made
  }

  /// Changes a link of a team; nil leaves a value as it is. The new permission holds at once for everyone who has
  /// accepted the link.
  package func change(
    _ handle: String, of team: ID<Team>, to permission: Permission?, _ terms: BaseLinkTerms, by caller: SignedIn
  ) async throws -> BaseLinkRecord {
    let changed: BaseLinkRecord? = try await app.change(by: caller) {
      try await $0.row(
        """
        with changed as (
          update base_link
          set \(permission.assigned(to: "permission")), \(terms.password.assigned(to: "password_hash")),
              \(terms.days.assigned(to: "expires_at", BaseLinkTerms.end))
          where kind = \(kind.rawValue) and handle = \(handle) and team_id = \(team)
          returning *
        )
        \(BaseLinkRecord.select("select * from changed"))
        """)
    }
    guard let changed else { throw Refusal.notFound(.link) }
    return changed
  }

  /// Ends a link within the scope, and the access that it has given.
  package func delete(_ handle: String, within scope: Scope<BaseLink>, by caller: SignedIn) async throws {
    let count = try await app.change(by: caller) {
      try await $0.run("delete from base_link as link where \(isOfKind) and link.handle = \(handle) and \(scope)")
    }
    guard count == 1 else { throw Refusal.notFound(.link) }
  }
}

/// The password and the lifetime of a link to a base.
package struct BaseLinkTerms: Sendable {
  /// Nil: none in a new link, unchanged in a change.
  let password: PasswordHash?
  /// The lifetime in days; cleared: for ever, which is the default of a new link.
  let days: Patch<Int64>

  package init(password: PasswordHash?, days: Patch<Int64>) { (self.password, self.days) = (password, days) }

  /// The time when a link with this lifetime expires, as an expression; null for never.
  static func end(after days: Int64?) -> SQL { "now() + make_interval(days => \(days)::integer)" }
}
