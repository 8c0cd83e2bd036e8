internal import Access
internal import Domain
internal import Ground
internal import Postgres

/// Somebody who has accepted an invite link to a base. One form for all lists.
struct InviteLinkGuest: RowDecodable, JSONEncodable {
  let person: PublicPerson
  let permission: Permission
  let link: String
  let base: BaseUUID
  let accepted: Timestamp

  /// Holds for rows of `guest` and `link` of those who may come in now.
  static let isWelcome: SQL = """
    exists (
      select from base_way as way
      where way.base_id = link.base_id and way.account_id = guest.account_id and way.source = 'invite link')
    """

  init(_ row: Row) throws(PostgresError) {
    person = try PublicPerson(row)
    permission = try row["permission"]
    link = try row["handle"]
    base = try row["base_uuid"]
    accepted = try row["accepted_at"]
  }

  func write(to json: inout JSONWriter) { json.object(write) }

  func write(to object: inout JSONWriter.Members) {
    person.write(to: &object)
    object.add("permission", permission.rawValue)
    object.add("invite_link", link)
    object.add("dtable_uuid", base)
    object.add("accepted_at", accepted)
  }
}

// MARK: Operations, for whoever has proved his right to the base

extension App {
  /// The guests for whose rows of `guest` and `link` a condition holds.
  func guests(_ condition: SQL, _ page: SQL) async throws(PostgresError) -> [InviteLinkGuest] {
    try await db.rows(
      """
      select \(PublicPerson.columns), guest.permission, guest.handle, base.uuid::text as base_uuid, guest.accepted_at
      from (
        select guest.link_id, guest.account_id, guest.accepted_at, link.base_id, link.permission, link.handle
        from invite_link_guest as guest
        join base_link as link on link.id = guest.link_id
        where \(condition)
        order by guest.accepted_at, guest.account_id, guest.link_id
        \(page)
      ) as guest
      join base on base.id = guest.base_id
      join account on account.id = guest.account_id
      order by guest.accepted_at, guest.account_id, guest.link_id
      """)
  }

  /// Takes a guest out of a base, by whichever links: they end for them, as do those that they have not accepted.
  func removeGuest(_ user: String, of base: ID<Base>, by caller: SignedIn) async throws {
    try await change(by: caller) {
      guard try await $0.bar(user, from: base) > 0 else { throw Refusal.notFound(.user(user)) }
    }
  }
}

extension Transaction {
  /// Takes from somebody what invite links have given them in a base, and lets them in by none of these again. Gives for
  /// how many links they were guests.
  @discardableResult
  func bar(_ user: String, from base: ID<Base>) async throws(PostgresError) -> Int64 {
    let barred: Barred? = try await row(
      "select bar_guest(id, array[\(base)::bigint]) as guests from account where uid = \(UserID(wire: user))")
    return barred?.guests ?? 0
  }
}

private struct Barred: RowDecodable {
  let guests: Int64
  init(_ row: Row) throws(PostgresError) { guests = try row["guests"] }
}
