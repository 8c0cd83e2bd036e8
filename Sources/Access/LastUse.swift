public import Postgres

/// When API tokens were last used: gathered in memory and written in batches, so that an exchange writes nothing.
///
/// What was gathered since the last `write()` is lost with a crash, not with an orderly stop.
public final class LastUse: @unchecked Sendable {  // Sendable: owned by its loop's thread
  private let db: Database
  private var used: [ID<APIToken>: Timestamp] = [:]

  init(db: Database) { self.db = db }

  /// Notes a use.
  public func note(_ token: ID<APIToken>, at time: Timestamp) { used[token] = time }

  /// Writes what was gathered, in one statement; keeps it for the next call where the database is away.
  public func write() async {
    guard !used.isEmpty else { return }
    let batch = used.sorted { $0.key.value < $1.key.value }  // one order for all replicas: no deadlock between them
    used = [:]
    do {
      try await db.run(
        """
        update api_token
        set last_used_at = greatest(last_used_at, to_timestamp(used.microseconds / 1e6))
        from unnest(\(batch.map(\.key.value))::bigint[], \(batch.map(\.value.microseconds))::bigint[])
          as used (id, microseconds)
        where api_token.id = used.id
        """)
    } catch {
      used.merge(batch.lazy.map { ($0.key, $0.value) }) { later, _ in later }
    }
  }
}
