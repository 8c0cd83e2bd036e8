public import Postgres

/// When tokens were last used, and by whom: gathered in memory and written in batches, once a minute for each token at
/// most, so that a request writes nothing.
///
/// What was gathered and not written yet is lost with a crash, not with an orderly stop.
public final class LastUse: @unchecked Sendable {  // Sendable: owned by its loop's thread
  private static let interval: Int64 = 60
  private static let addressCount = 5

  private let db: Database
  private var programs = Gathered<APIToken>()
  private var people = Gathered<AccountToken>()

  /// The uses of one kind of tokens.
  private struct Gathered<Token> {
    var uses: [ID<Token>: Use] = [:]
    /// When each was written last, in seconds; what is older than the interval is forgotten, and so is what lies ahead,
    /// where the clock was put back.
    var written: [ID<Token>: Int64] = [:]

    mutating func note(_ token: ID<Token>, at time: Timestamp, _ origin: Origin) {
      uses[token, default: Use(time: time)].add(time, origin)
    }

    /// Takes out what is due, in one order for all replicas, so that there is no deadlock between them.
    mutating func due(at now: Int64?) -> [(key: ID<Token>, value: Use)] {
      written = now.map { now in written.filter { now - LastUse.interval < $0.value && $0.value <= now } } ?? [:]
      let due = uses.filter { written[$0.key] == nil }
      for key in due.keys {
        uses[key] = nil
        if let now { written[key] = now }
      }
      return due.sorted { $0.key.value < $1.key.value }
    }

    /// Puts back what could not be written.
    mutating func restore(_ batch: [(key: ID<Token>, value: Use)]) {
      for (key, use) in batch {
        written[key] = nil
        uses[key] = uses[key].map { use.followed(by: $0) } ?? use
      }
    }
  }

  private struct Use {
    var time: Timestamp
    var count: Int64 = 0
    var client: String?
    /// The last first.
    var addresses: [String] = []

    mutating func add(_ time: Timestamp, _ origin: Origin) {
      self.time = max(self.time, time)
      count += 1
      if let client = origin.client { self.client = client }
      guard addresses.first != origin.address else { return }
      addresses.removeAll { $0 == origin.address }
      addresses.insert(origin.address, at: 0)
      if addresses.count > LastUse.addressCount { addresses.removeLast() }
    }

    func followed(by later: Use) -> Use {
      var both = later
      both.count += count
      both.client = later.client ?? client
      both.addresses += addresses.filter { !later.addresses.contains($0) }
      return both
    }
  }

  init(db: Database) { self.db = db }

  /// Notes a use of an API token.
  public func note(_ token: ID<APIToken>, at time: Timestamp, from origin: Origin) {
    programs.note(token, at: time, origin)
  }

  /// Notes a use of an account token.
  public func note(_ token: ID<AccountToken>, at time: Timestamp, from origin: Origin) {
    people.note(token, at: time, origin)
  }

  /// Writes what is due at a time, or all there is at the end; keeps it for the next call where the database is away.
  public func write(at now: Timestamp?) async {
    let programs = self.programs.due(at: now?.seconds)
    do { try await write(programs) } catch { self.programs.restore(programs) }
    let people = self.people.due(at: now?.seconds)
    do { try await write(people) } catch { self.people.restore(people) }
  }

  private func write(_ batch: [(key: ID<APIToken>, value: Use)]) async throws {
    guard !batch.isEmpty else { return }
    try await db.run(
      """
      update api_token as token
      set last_used_at = greatest(token.last_used_at, \(Self.time)),
          use_count = token.use_count + used.count, last_client = coalesce(nullif(used.client, ''), token.last_client),
          last_addresses = array(
            select address
            from unnest(string_to_array(used.addresses, ' ')::inet[] || token.last_addresses)
              with ordinality as seen (address, place)
            group by address order by min(place) limit \(Self.addressCount))
      from \(Self.rows(batch)) as used (id, microseconds, count, client, addresses)
      where token.id = used.id
      """)
  }

  private func write(_ batch: [(key: ID<AccountToken>, value: Use)]) async throws {
    guard !batch.isEmpty else { return }
    try await db.run(
      """
      update account_token as token
      set last_used_at = greatest(token.last_used_at, \(Self.time)),
          last_client = coalesce(nullif(used.client, ''), token.last_client),
          last_address = split_part(used.addresses, ' ', 1)::inet
      from \(Self.rows(batch)) as used (id, microseconds, count, client, addresses)
      where token.id = used.id
      """)
  }

  /// When it was used. A clock that is ahead of the database's must not give a use that all later ones are behind.
  private static let time: SQL = "least(to_timestamp(used.microseconds / 1e6), now())"

  /// What the column takes of it.
  private static func cut(_ client: String?) -> String { String((client ?? "").unicodeScalars.prefix(255)) }

  private static func rows<Token>(_ batch: [(key: ID<Token>, value: Use)]) -> SQL {
    """
    unnest(\(batch.map(\.key.value))::bigint[], \(batch.map(\.value.time.microseconds))::bigint[],
           \(batch.map(\.value.count))::bigint[], \(batch.map { Self.cut($0.value.client) })::text[],
           \(batch.map { $0.value.addresses.joined(separator: " ") })::text[])
    """
  }
}
