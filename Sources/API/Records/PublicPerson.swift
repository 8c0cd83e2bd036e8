internal import Access
internal import Domain
internal import Ground
internal import Postgres

/// A person as others of his team see him.
struct PublicPerson: RowDecodable, Output, JSONEncodable {
  let user: UserID
  let name: String
  let email: String

  /// What `init(_ row:)` reads, from `account`.
  static let columns: SQL = "account.uid, account.name, account.email"

  init(_ row: Row) throws(PostgresError) {
    user = try row["uid"]
    name = try row["name"]
    email = try row["email"]
  }

  func write(to json: inout JSONWriter) { json.object(write) }

  func write(to object: inout JSONWriter.Members) {
    object.add("email", user)
    object.add("name", name)
    object.add("contact_email", email)
    object.addAvatar()
  }
}

/// Everybody who may open a base.
struct Collaborators: Output, JSONEncodable {
  let users: [PublicPerson]

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("user_list", users)
      $0.add("app_user_list", [String]())
    }
  }
}

extension SignedIn {
  /// What `PublicPerson` reads, for the rows that are visible.
  var visibleColumns: SQL { "account.uid, account.name, \(visibleAddress) as email" }
}

extension App {
  /// The people of a statement that selects `PublicPerson.columns`.
  func people(_ sql: SQL) async throws(PostgresError) -> [PublicPerson] {
    try await db.rows(sql)
  }

  /// Everybody who may open a base, whichever way. Who has come from another team, by invite links alone, learns their
  /// names, which stand in the base, and nobody's address but their own. Nil sees all.
  func collaborators(of base: ID<Base>, for viewer: ID<Account>?, _ page: LongPage) async throws(PostgresError)
    -> Collaborators
  {
    Collaborators(
      users: try await people(
        """
        select account.uid, account.name, case when \(viewer)::bigint is null or account.id = \(viewer) or exists (
          select from account as viewer
          join base on base.id = \(base)
          where viewer.id = \(viewer) and (viewer.team_id = base.team_id or exists (
            select from base_way as way
            where way.base_id = base.id and way.account_id = viewer.id and way.source <> 'invite link'))
        ) then account.email else '' end as email
        from base_permission
        join live_account as account on account.id = base_permission.account_id
        where base_permission.base_id = \(base)
        order by account.id
        \(page.limit)
        """))
  }
}
