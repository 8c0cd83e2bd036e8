public import Crypto
public import Postgres

/// What the database says of its master key.
struct MasterKeyState: RowDecodable {
  /// The fingerprint of the key that it is sealed with; nil if nothing was sealed yet.
  let fingerprint: [UInt8]?
  /// The keys that this one has replaced, sealed with it; nil if none was replaced lately.
  let former: [UInt8]?
  /// The time, in seconds since 1970.
  let now: Int64

  init(_ row: Row) throws(PostgresError) {
    fingerprint = try row["master_key_check"]
    former = try row["former_master_keys"]
    now = try row["now"]
  }

  /// The present state.
  static func find(_ database: WritableDatabase) async throws -> MasterKeyState {
    try checked(await database.row("\(statement)"))
  }

  /// The present state, which nobody changes before the transaction ends.
  static func hold(_ transaction: Transaction) async throws -> MasterKeyState {
    try checked(await transaction.row("\(statement) for update"))
  }

  private static let statement: SQL = """
    select master_key_check, former_master_keys, floor(extract(epoch from now()))::bigint as now from installation
    """

  private static func checked(_ found: MasterKeyState?) throws -> MasterKeyState {
    guard let found else { throw PostgresError.unexpected("the table installation is empty") }
    return found
  }

  /// The vaults of the known keys and of those that were replaced lately; the one of the database's key is the current.
  ///
  /// - Throws: `KeyStore.Problem` if that key is not known.
  func ring(of known: [Vault]) throws(KeyStore.Problem) -> VaultRing {
    guard let current = known.first(where: { $0.fingerprint == fingerprint }) else { throw .otherMasterKey }
    return VaultRing(current, and: known + lasting(current).map(\.vault))
  }

  /// The keys that were replaced lately, opened with the present one.
  func lasting(_ current: Vault) -> [FormerMasterKey] {
    (former.flatMap(current.openFormer) ?? []).filter { $0.end > now }
  }
}

extension KeyStore.Problem {
  /// The database is sealed with a master key that is not known here.
  static let otherMasterKey = KeyStore.Problem(
    description: """
      the master key is not the one that sealed the keys in this database: set BASEKEEPER_MASTER_KEY to what it was; \
      where it was not set, it is in master.key in the data directory of the copy that began with this database. If it \
      was replaced, set BASEKEEPER_MASTER_KEY to the new one
      """, isOfMasterKey: true)
}

extension VaultRing {
  /// The vault that seals what the transaction stores. Until the transaction ends, no other one replaces it.
  ///
  /// Whoever replaces the master key changes accounts first: so hold an account that is to be changed before this.
  public func held(_ transaction: Transaction) async throws -> Vault {
    let found: HeldMasterKey? = try await transaction.row("select master_key_check from installation for share")
    guard let fingerprint = found?.fingerprint else { return current }
    guard let vault = vault(of: fingerprint) else { throw KeyStore.Problem.otherMasterKey }
    return vault
  }

  private struct HeldMasterKey: RowDecodable {
    let fingerprint: [UInt8]?
    init(_ row: Row) throws(PostgresError) { fingerprint = try row["master_key_check"] }
  }
}
