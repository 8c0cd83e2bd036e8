public import Ground
internal import Postgres

/// Records when and from where tokens were last used, and how often links were visited. Uses are collected in memory
/// and written in batches, at most once a minute for each token. So a request writes nothing, and concurrent requests
/// do not wait for the same row.
///
/// Uses that are not written yet are lost in a crash, but not when the service stops normally.
public final class LastUse: @unchecked Sendable {  // Sendable: owned by its loop's thread
  private static let interval: Int64 = 60
  private static let addressCount = 5
  /// How many tokens are written in one statement. The loop does other work between statements.
  private static let batchSize = 500

  private let db: WritableDatabase
  private let programs = Gathered<APIToken>()
  private let people = Gathered<AccountToken>()
  private let links = Gathered<BaseLink>()

  private typealias Batch<Token> = [(key: ID<Token>, value: UseCount)]

  /// The pending uses of one kind of token.
  private final class Gathered<Token> {
    private struct PendingUse {
      /// Uses that are not written yet.
      var use: UseCount?
      /// When uses were last written, in seconds since 1970.
      var written = Int64.min
    }

    private var states: [ID<Token>: PendingUse] = [:]

    var tokens: [ID<Token>] { Array(states.keys) }

    func note(_ token: ID<Token>, at time: Timestamp, _ origin: Origin) {
      guard origin.isCounted else { return }
      states[token, default: PendingUse()].use.add(time, origin)
    }

    /// Removes and returns the uses that are due among `tokens`; all of them if `now` is nil. They are sorted by token,
    /// so that replicas do not deadlock.
    func takeDue(of tokens: some Sequence<ID<Token>>, at now: Int64?) -> Batch<Token> {
      var due: Batch<Token> = []
      for token in tokens {
        guard let state = states[token] else { continue }
        // A last write in the future means that the clock was set back; the use is due then, too.
        if let now, now - LastUse.interval < state.written && state.written <= now { continue }
        states[token] = state.use == nil ? nil : PendingUse(written: now ?? .min)
        if let use = state.use { due.append((token, use)) }
      }
      return due.sorted { $0.key.value < $1.key.value }
    }

    /// Puts back uses that could not be written.
    func restore(_ batch: Batch<Token>) {
      for (token, use) in batch {
        states[token] = PendingUse(use: states[token]?.use.map { use.followed(by: $0) } ?? use)
      }
    }
  }

  fileprivate struct UseCount {
    var time: Timestamp
    var count: Int64 = 0
    var client: String?
    /// The most recent address comes first.
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

    func followed(by later: UseCount) -> UseCount {
      var both = later
      both.count += count
      both.client = later.client ?? client
      both.addresses += addresses.filter { !later.addresses.contains($0) }
      return both
    }
  }

  init(db: WritableDatabase) { self.db = db }

  /// Records a use of an API token.
  public func note(_ token: ID<APIToken>, at time: Timestamp, from origin: Origin) {
    programs.note(token, at: time, origin)
  }

  /// Records a use of an account token.
  public func note(_ token: ID<AccountToken>, at time: Timestamp, from origin: Origin) {
    people.note(token, at: time, origin)
  }

  /// Records a visit of a link.
  public func note(_ link: ID<BaseLink>, at time: Timestamp, from origin: Origin) {
    links.note(link, at: time, origin)
  }

  /// Writes the uses that are due at `now`; all of them if it is nil. If the database is unavailable, they are kept for
  /// the next call.
  public func write(at now: Timestamp?) async {
    await write(programs, at: now?.seconds, by: Self.update)
    await write(people, at: now?.seconds, by: Self.update)
    await write(links, at: now?.seconds, by: Self.update)
  }

  private func write<Token>(
    _ gathered: Gathered<Token>, at now: Int64?, by update: (Batch<Token>) -> SQL
  ) async {
    var rest = gathered.tokens[...]
    while !rest.isEmpty {
      let batch = gathered.takeDue(of: rest.prefix(Self.batchSize), at: now)
      rest = rest.dropFirst(Self.batchSize)
      guard !batch.isEmpty else { continue }
      do {
        try await db.run(update(batch))
      } catch {
        return gathered.restore(batch)
      }
    }
  }

  private static func update(_ batch: Batch<APIToken>) -> SQL {
    """
    update api_token_use as known
    set last_used_at = greatest(known.last_used_at, \(time)),
        use_count = known.use_count + used.count, last_client = coalesce(nullif(used.client, ''), known.last_client),
        last_addresses = array(
          select address
          from unnest(string_to_array(used.addresses, ' ')::inet[] || known.last_addresses)
            with ordinality as seen (address, place)
          group by address order by min(place) limit \(addressCount))
    from \(rows(batch)) as used (id, microseconds, count, client, addresses)
    where known.token_id = used.id
    """
  }

  private static func update(_ batch: Batch<AccountToken>) -> SQL {
    """
    update account_token as token
    set last_used_at = greatest(token.last_used_at, \(time)),
        last_client = coalesce(nullif(used.client, ''), token.last_client),
        last_address = split_part(used.addresses, ' ', 1)::inet
    from \(rows(batch)) as used (id, microseconds, count, client, addresses)
    where token.id = used.id
    """
  }

  private static func update(_ batch: Batch<BaseLink>) -> SQL {
    """
    update base_link as link
    set view_count = link.view_count + used.count
    from \(rows(batch)) as used (id, microseconds, count, client, addresses)
    where link.id = used.id
    """
  }

  /// The time of the use, but not later than the database's: a clock that is ahead must not record a use that seems
  /// later than all that follow.
  private static let time: SQL = "least(to_timestamp(used.microseconds / 1e6), now())"

  /// The client's name, truncated to what the column holds.
  private static func cut(_ client: String?) -> String { String((client ?? "").unicodeScalars.prefix(255)) }

  private static func rows<Token>(_ batch: Batch<Token>) -> SQL {
    """
    unnest(\(batch.map(\.key.value))::bigint[], \(batch.map(\.value.time.microseconds))::bigint[],
           \(batch.map(\.value.count))::bigint[], \(batch.map { Self.cut($0.value.client) })::text[],
           \(batch.map { $0.value.addresses.joined(separator: " ") })::text[])
    """
  }
}

extension LastUse.UseCount? {
  fileprivate mutating func add(_ time: Timestamp, _ origin: Origin) {
    if self == nil { self = LastUse.UseCount(time: time) }
    self?.add(time, origin)
  }
}
