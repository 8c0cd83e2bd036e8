internal import Crypto
internal import Ground
public import Postgres

/// Verifies the audit log: that nothing in it was changed, removed or inserted since the database wrote it. Each entry
/// contains the hash of the previous entry in its chain, and a table of heads contains the last hash of each chain.
public enum AuditTrail {
  /// The last entry of a chain. If it is also noted elsewhere, it reveals when a whole chain was rewritten.
  public struct Head: Sendable, Equatable {
    /// The team's number, or 0 for entries that belong to no team.
    public let chain: Int64
    /// The number of entries.
    public let count: Int64
    /// The hash of the last entry, in hexadecimal.
    public let hash: String
  }

  /// The first entry that is not as it was written.
  public struct Broken: Error, Equatable, CustomStringConvertible {
    /// The team's number, or 0 for entries that belong to no team.
    public let chain: Int64
    /// The position of the entry in its chain, counted from 1.
    public let number: Int64
    /// What is wrong with it.
    public let reason: String

    /// A text that names the entry.
    public var description: String {
      "the audit log of \(chain == 0 ? "no team" : "team \(chain)") is broken at entry \(number): \(reason)"
    }
  }

  /// Verifies all chains in one snapshot, and returns their heads.
  ///
  /// - Throws: `Broken`, or `PostgresError`.
  public static func verify(_ database: WritableDatabase) async throws -> [Head] {
    try await database.transaction(after: "set transaction isolation level repeatable read, read only") {
      let heads: [StoredHead] = try await $0.rows("select chain, number, hash from audit_chain order by chain")
      var walk = Walk(heads: heads)
      while true {
        let entries: [ChainEntry] = try await $0.rows(batch(after: walk))
        for entry in entries { try walk.take(entry) }
        if entries.count < batchSize { break }
      }
      try walk.end()
      return heads.map { Head(chain: $0.chain, count: $0.number, hash: hexadecimal($0.hash)) }
    }
  }

  private static let batchSize = 1000

  /// Selects the next entries.
  private static func batch(after walk: Walk) -> SQL {
    """
    select chain, number, previous_hash, hash, \(ChainEntry.proof)
    from audit_log
    where (chain, number) > (\(walk.chain), \(walk.number))
    order by chain, number
    limit \(batchSize)
    """
  }
}

/// Walks through the entries in the order of their chains.
private struct Walk {
  private var heads: [StoredHead]
  private(set) var chain: Int64 = -1
  private(set) var number: Int64 = 0
  private var hash: [UInt8] = []

  init(heads: [StoredHead]) { self.heads = heads.reversed() }

  mutating func take(_ entry: ChainEntry) throws(AuditTrail.Broken) {
    if entry.chain != chain {
      try endChain()
      // A chain that lost all its entries is noticed when the next chain begins.
      while let head = heads.last, head.chain < entry.chain { try endEmpty(head) }
      (chain, number, hash) = (entry.chain, 0, [])
    }
    if let broken = entry.broken(after: ChainEntry.Place(number: number, hash: hash)) { throw broken }
    (number, hash) = (entry.number, entry.hash)
  }

  mutating func end() throws(AuditTrail.Broken) {
    try endChain()
    while let head = heads.last { try endEmpty(head) }
  }

  private mutating func endChain() throws(AuditTrail.Broken) {
    guard chain >= 0 else { return }
    guard let head = heads.popLast(), head.chain == chain else { throw broken(1, "its chain has no head") }
    guard head.number <= number else { throw broken(number + 1, "it is missing") }
    guard head.number == number else { throw broken(head.number + 1, "it comes after the last entry") }
    guard head.hash == hash else { throw broken(number, "it is not the entry that was written last") }
  }

  private mutating func endEmpty(_ head: StoredHead) throws(AuditTrail.Broken) {
    guard head.number == 0 else { throw AuditTrail.Broken(chain: head.chain, number: 1, reason: "it is missing") }
    _ = heads.popLast()
  }

  private func broken(_ number: Int64, _ reason: String) -> AuditTrail.Broken {
    AuditTrail.Broken(chain: chain, number: number, reason: reason)
  }
}

private struct StoredHead: RowDecodable {
  let chain: Int64
  let number: Int64
  let hash: [UInt8]

  init(_ row: Row) throws(PostgresError) {
    chain = try row["chain"]
    number = try row["number"]
    hash = try row["hash"]
  }
}

/// An entry as a link of its chain.
struct ChainEntry: RowDecodable, Sendable {
  /// A place in a chain: an entry's number, counted from 1, and its hash. Before the first entry, 0 and nothing.
  struct Place: Sendable {
    let number: Int64
    let hash: [UInt8]
  }

  let chain: Int64
  let place: Place
  let previousHash: [UInt8]
  private let content: [UInt8]
  private let hasItsID: Bool

  var number: Int64 { place.number }
  var hash: [UInt8] { place.hash }

  /// What is needed beside the columns of `audit_log`. The hashed content is defined here, not by the database's own
  /// function for it, because that could have been changed, too. The id is part of the detail, except in entries that an
  /// earlier version's schema has written.
  static let proof: SQL = """
    convert_to(jsonb_build_array(
      chain, number, (extract(epoch from at) * 1000000)::bigint, actor_id, address, request_id, kind, operation,
      target_id, subject_id, detail, was, became)::text, 'UTF8') as content,
    coalesce(detail ->> 'entry' = id::text, true) as has_its_id
    """

  init(_ row: Row) throws(PostgresError) {
    chain = try row["chain"]
    place = Place(number: try row["number"], hash: try row["hash"])
    previousHash = try row["previous_hash"]
    content = try row["content"]
    hasItsID = try row["has_its_id"]
  }

  /// What is wrong with it, if it is the entry after `former`; nil if nothing is.
  func broken(after former: Place) -> AuditTrail.Broken? {
    let next = former.number + 1
    func broken(_ reason: String) -> AuditTrail.Broken { AuditTrail.Broken(chain: chain, number: next, reason: reason) }
    guard number == next else { return broken("it is missing") }
    guard previousHash == former.hash else { return broken("it does not follow the entry before it") }
    return hash == sha256(previousHash + content) && hasItsID ? nil : broken("it was changed")
  }
}
