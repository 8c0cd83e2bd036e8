internal import Crypto
public import Ground
public import Postgres

/// Writes the audit log to the service's output as well, so that it leaves the machine.
///
/// Whichever replica comes first reads what was committed since the last time, in a transaction that keeps the others
/// out and ends only when its lines are written. So each entry is written once. If the replica is killed between the
/// two, the next one writes the same lines again, and none is lost. Entries of one chain keep their order.
public struct AuditShipping: Sendable {
  /// How many entries are written in one transaction, and how many of these are of one chain.
  static let batch = 500
  private static let ofChain = 100
  /// How many chains one transaction reads from.
  private static let chains = 100
  /// How often the head of each chain is written, in seconds.
  private static let headInterval = 3600

  private let app: App
  private let write: @Sendable ([OutputLine]) async throws -> Void

  /// One line of the output.
  public enum OutputLine: Sendable {
    /// An entry.
    case entry(ShippedEntry)
    /// The last entry of a chain at this time.
    case head(AuditTrail.Head)
  }

  /// Works on the app's database. `write` returns when the lines have left the process, and throws if they cannot.
  public init(_ app: App, write: @escaping @Sendable ([OutputLine]) async throws -> Void) {
    (self.app, self.write) = (app, write)
  }

  /// Writes all that is to be written, unless another replica is doing that, or the task is cancelled.
  ///
  /// - Throws: What `write` has thrown, or `PostgresError`.
  public func ship() async throws {
    guard try await isDue() else { return }
    while try await shipBatch() { try Task.checkCancellation() }
  }

  /// Whether anything is to be written. The answer costs one look at the heads, and waits for nobody.
  private func isDue() async throws -> Bool {
    let due: ShipmentDue? = try await app.db.row(
      """
      select exists (select \(Self.behind)) or exists (select \(Self.headless))
        or not exists (select from audit_shipment) as is_due
      """)
    return due?.isDue == true
  }

  /// The chains that have entries which were not written. Nothing is deleted from either table.
  private static let behind: SQL = """
    from audit_chain as head left join audit_shipment as shipped using (chain)
    where head.number > coalesce(shipped.number, 0)
    """

  /// The chains whose heads were not written for long.
  private static let headless: SQL = """
    from audit_chain as head join audit_shipment as shipped using (chain)
    where shipped.head_at < now() - make_interval(secs => \(headInterval))
    """

  /// Writes one batch; true if there may be more.
  private func shipBatch() async throws -> Bool {
    try await app.keep(.shipping) { transaction in
      let lock: ShipmentDue? = try await transaction.row(
        "select pg_try_advisory_xact_lock(hashtextextended('audit shipment', 0)) as is_due")
      guard lock?.isDue == true else { return false }
      try await begin(transaction)
      let entries: [ShippedEntry] = try await transaction.rows(Self.next)
      tellBroken(in: entries)
      let heads: [ShippedHead] = entries.count < Self.batch ? try await transaction.rows(Self.nextHeads) : []
      for broken in heads.compactMap(\.broken) { app.report(.auditBroken(broken)) }
      guard !entries.isEmpty || !heads.isEmpty else { return false }
      try await write(entries.map { .entry($0) } + heads.map { .head($0.head) })
      try await note(entries, heads, transaction)
      return true
    }
  }

  /// Where nothing was written yet, begins with what is committed from now on. Chain 0 marks that this was done.
  private func begin(_ transaction: Transaction) async throws {
    try await transaction.run(
      """
      insert into audit_shipment (chain, number, hash, head_at)
      select chain, coalesce(number, 0), coalesce(hash, ''), '-infinity'
      from audit_chain full join (values (0::bigint)) as nobody (chain) using (chain)
      where not exists (select from audit_shipment)
      """)
  }

  /// Reports what is not as it was written. It is written to the output nevertheless, and what follows it is judged by it.
  private func tellBroken(in entries: [ShippedEntry]) {
    var last: [Int64: ChainEntry.Place] = [:]
    for entry in entries {
      let former = last.updateValue(entry.chained.place, forKey: entry.chained.chain) ?? entry.former
      if let broken = entry.chained.broken(after: former) { app.report(.auditBroken(broken)) }
    }
  }

  private func note(_ entries: [ShippedEntry], _ heads: [ShippedHead], _ transaction: Transaction) async throws {
    let last = Dictionary(entries.map { ($0.chained.chain, $0.chained) }) { $1 }.values
    try await transaction.run(
      """
      insert into audit_shipment (chain, number, hash, head_at)
      select chain, number, decode(hash, 'hex'), now()
      from unnest(\(last.map(\.chain))::bigint[], \(last.map(\.number))::bigint[],
                  \(last.map { hexadecimal($0.hash) })::text[]) as last (chain, number, hash)
      on conflict (chain) do update set number = excluded.number, hash = excluded.hash
      """)
    try await transaction.run(
      "update audit_shipment set head_at = now() where chain = any (\(heads.map(\.head.chain))::bigint[])")
  }

  private static let next: SQL = """
    select entry.*, \(ChainEntry.proof), former_number, former_hash
    from (
      select head.chain as behind_chain, coalesce(shipped.number, 0) as former_number,
             coalesce(shipped.hash, '') as former_hash
      \(behind)
      order by head.chain limit \(chains)
    ) as behind
    cross join lateral (
      select * from audit_log
      where audit_log.chain = behind_chain and audit_log.number > former_number
      order by audit_log.number limit \(ofChain)
    ) as entry
    order by entry.id limit \(batch)
    """

  private static let nextHeads: SQL = """
    select chain, head.number, head.hash, shipped.number as former_number, shipped.hash as former_hash \(headless)
    order by shipped.head_at, chain limit \(chains)
    """
}

/// An entry of the audit log for the output.
public struct ShippedEntry: RowDecodable, Sendable {
  let chained: ChainEntry
  /// What was written of its chain before this batch.
  let former: ChainEntry.Place
  private let at: Timestamp
  private let kind: String
  private let operation: String
  private let actor: Int64?
  private let target: Int64
  private let subject: Int64?
  private let detail: [UInt8]
  private let before: [UInt8]?
  private let after: [UInt8]?
  private let address: String?
  private let request: String?

  /// Reads the columns of `audit_log`, those of `ChainEntry`, and what was written before.
  public init(_ row: Row) throws(PostgresError) {
    chained = try ChainEntry(row)
    former = ChainEntry.Place(number: try row["former_number"], hash: try row["former_hash"])
    at = try row["at"]
    kind = try row["kind"]
    operation = try row["operation"]
    actor = try row["actor_id"]
    target = try row["target_id"]
    subject = try row["subject_id"]
    detail = try row["detail"]
    before = try row["was"]
    after = try row["became"]
    address = try row["address"]
    request = try row["request_id"]
  }

  /// Adds the members of its line. `team` and `number` name the entry for good; team 0 stands for none.
  public func write(to line: inout JSONWriter.Members) {
    line.add("team", chained.chain)
    line.add("number", chained.number)
    line.add("at", at.wire)
    line.add("kind", kind)
    line.add("operation", operation)
    line.add("actor", actor)
    line.add("target", target)
    line.add("subject", subject)
    line.add("detail", StoredJSON(text: detail))
    line.add("before", before.map(StoredJSON.init))
    line.add("after", after.map(StoredJSON.init))
    line.add("address", address)
    line.add("request_id", request)
    line.add("previous_hash", hexadecimal(chained.previousHash))
    line.add("hash", hexadecimal(chained.hash))
  }
}

/// The head of a chain, and what was written of the chain.
private struct ShippedHead: RowDecodable {
  let head: AuditTrail.Head
  /// What is wrong with it; nil if nothing is.
  let broken: AuditTrail.Broken?

  init(_ row: Row) throws(PostgresError) {
    let chain: Int64 = try row["chain"]
    let place = ChainEntry.Place(number: try row["number"], hash: try row["hash"])
    let former = ChainEntry.Place(number: try row["former_number"], hash: try row["former_hash"])
    head = AuditTrail.Head(chain: chain, count: place.number, hash: hexadecimal(place.hash))
    broken =
      if place.number < former.number {
        AuditTrail.Broken(chain: chain, number: place.number + 1, reason: "it is missing")
      } else if place.number == former.number && place.hash != former.hash {
        AuditTrail.Broken(chain: chain, number: place.number, reason: "it is not the entry that was written last")
      } else {
        nil
      }
  }
}

/// JSON as the database has it.
private struct StoredJSON: JSONEncodable {
  let text: [UInt8]
  func write(to json: inout JSONWriter) { json.raw(text) }
}

private struct ShipmentDue: RowDecodable {
  let isDue: Bool
  init(_ row: Row) throws(PostgresError) { isDue = try row["is_due"] }
}
