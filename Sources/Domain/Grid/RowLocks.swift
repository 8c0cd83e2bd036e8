internal import Access
internal import Postgres

extension Transaction {
  /// Refuses whoever does not hold all of these locks of rows, which are named by their holders. The lock of a person
  /// who may not write in the base any more, neither themselves nor by an API token that they have made, holds nobody
  /// off: else nobody could ever unlock the row.
  ///
  /// - Throws: `GridError.rowLocked`.
  func refuseLocks(_ holders: [String?], for author: Author, in base: ID<Base>) async throws {
    let others = Set(holders.compactMap(\.self)).subtracting([author.name])
    guard !others.isEmpty else { return }
    let people = others.compactMap { UserID(wire: $0)?.uid }
    let gone: [UserID] = try await rows(
      """
      select holder.uid as id from account as holder
      where holder.uid = any(\(people)::text[])
        and not exists (
          select from live_account as account
          join base_permission as own on own.account_id = account.id
          where account.id = holder.id and own.base_id = \(base) and own.permission = 'rw')
        and not exists (
          select from api_token as token
          where token.base_id = \(base) and token.created_by = holder.id and token.permission = 'rw'
            and token.revoked_at is null and (token.expires_at is null or token.expires_at > now()))
      """, as: LockHolder.self
    ).map(\.id)
    guard gone.count == others.count else { throw GridError.rowLocked }
  }
}

private struct LockHolder: RowDecodable {
  let id: UserID
  init(_ row: Row) throws(PostgresError) { id = try row["id"] }
}
