public import Crypto
public import Ground
public import Postgres

/// The keys that sign base tokens. They are stored in the database, sealed, for all replicas.
///
/// All replicas know a new key before it signs, and its predecessor is accepted until it is retired. So a token that
/// was just issued is never refused.
public struct KeyStore: Sendable {
  /// How long a new key waits before it signs. Replicas look for new keys more often than that.
  public static let overlap = Duration.seconds(30)

  /// The vaults of the master keys that the operator has set, or that are in files, read anew each time. The first one
  /// is what a database without a master key begins with.
  private let known: @Sendable () throws -> [Vault]
  /// The secret that is shared with other SeaTable components; nil if the operator has not set one. It signs with
  /// HS256.
  private let shared: SigningKey?
  private let algorithm: SigningKey.Algorithm

  static let purpose = "signing keys 1"

  /// An operation on keys that is not possible.
  public struct Problem: Error, CustomStringConvertible {
    /// A message for the operator.
    public let description: String
    /// Whether the database is sealed with a master key that is not known here.
    public var isOfMasterKey = false
  }

  /// Makes a store that signs with the given algorithm, and knows the master keys that the function returns: one at
  /// least.
  public init(
    vaults: @escaping @Sendable () throws -> [Vault], shared: SigningKey?, algorithm: SigningKey.Algorithm
  ) {
    (known, self.shared, self.algorithm) = (vaults, shared, algorithm)
  }

  /// What the service signs and seals with.
  public struct CurrentKeys: Sendable {
    /// The keys of tokens.
    public let signer: TokenSigner
    /// The vaults of the master keys.
    public let vaults: VaultRing
  }

  /// A key as `keys list` shows it.
  public struct KeyListing: Sendable {
    /// The key's `kid` in the header of tokens.
    public let id: String
    /// The signature algorithm.
    public let algorithm: String
    /// When the key starts to sign; nil for a key that is not in the database.
    public let activates: Timestamp?
    /// `signs`, `next`, `accepted` or `retired`.
    public let state: String
    /// Where the key is stored, if not in the database.
    public var note: String?
  }

  // MARK: Reading

  /// Loads the current keys. If none can sign yet, makes the first one.
  ///
  /// - Throws: `Problem` if the master key has changed, or `PostgresError`.
  public func load(_ database: WritableDatabase) async throws -> CurrentKeys {
    try await noteMasterKey(database)
    let vaults = try await ring(database)
    try await sealOldSecrets(database, vaults)
    if try await current(database, vaults) == nil { try await makeFirst(database, vaults) }
    guard let signer = try await current(database, vaults) else {
      throw Problem(description: "there is no key to sign with")
    }
    return CurrentKeys(signer: signer, vaults: vaults)
  }

  /// Replaces the keys of a loop's app with those in the database. Returns the time until the next key starts to sign;
  /// nil if there is none.
  public func refresh(_ app: App) async throws -> Duration? {
    let vaults = try await ring(app.writer)
    app.keys.vaults = vaults
    if let signer = try await current(app.writer, vaults) {
      let isAnother = signer.signing.id != app.keys.current.signing.id
      app.keys.current = signer
      if isAnother { _ = try await note(signer, app.writer) }
    }
    let next: Next? = try await app.db.row(
      """
      select ceil(extract(epoch from min(activates_at) - now()) * 1000)::bigint as milliseconds
      from signing_key where retired_at is null and activates_at > now() having count(*) > 0
      """)
    return next.map { .milliseconds($0.milliseconds) }
  }

  /// Records which key the service signs with, for commands with other settings. True if it was another one, or none.
  public func note(_ signer: TokenSigner, _ database: WritableDatabase) async throws -> Bool {
    let id = signer.signing.id
    return try await database.run(
      "update installation set signing_kid = \(id) where signing_kid is distinct from \(id)") == 1
  }

  /// The key that the service signs with. Normally the current settings determine it. But the service may have recorded
  /// a key that does not fit them: it signs with a shared secret, or without one although these settings have one, or
  /// with another algorithm. Then the recorded key counts.
  private func signing(_ database: WritableDatabase) async throws -> String {
    let own = try await load(database).signer.signing
    let noted: Noted? = try await database.row(
      """
      select signing_kid, signing_key.algorithm
      from installation left join signing_key on signing_key.kid = signing_kid where signing_kid is not null
      """)
    guard let noted else { return own.id }
    let isAlike = own.id != shared?.id && noted.algorithm == own.algorithm.rawValue
    return isAlike ? own.id : noted.id
  }

  private struct Noted: RowDecodable {
    let id: String
    /// Nil for a shared secret.
    let algorithm: String?

    init(_ row: Row) throws(PostgresError) {
      id = try row["signing_kid"]
      algorithm = try row["algorithm"]
    }
  }

  private struct Next: RowDecodable {
    let milliseconds: Int64
    init(_ row: Row) throws(PostgresError) { milliseconds = try row["milliseconds"] }
  }

  private func current(_ database: WritableDatabase, _ vaults: VaultRing) async throws -> TokenSigner? {
    let stored: [Stored] = try await database.rows(
      """
      select \(Stored.columns) from signing_key
      where retired_at is null and sealed is not null
      order by activates_at, id
      """)
    let keys = try stored.map { (key: try key(of: $0, vaults), isActive: $0.isActive) }
    let youngest = keys.last { $0.isActive && $0.key.algorithm == algorithm }?.key
    guard let signing = signingSecret ?? youngest else { return nil }
    return TokenSigner(signing: signing, accepted: keys.map(\.key) + (shared.map { [$0] } ?? []), vaults: vaults)
  }

  /// The shared secret if it signs; otherwise nil.
  private var signingSecret: SigningKey? { algorithm == .hs256 ? shared : nil }

  private func key(of entry: Stored, _ vaults: VaultRing) throws(Problem) -> SigningKey {
    guard let algorithm = SigningKey.Algorithm(rawValue: entry.algorithm), let sealed = entry.sealed,
      let bytes = vaults.open(sealed, for: Self.purpose), let key = SigningKey(algorithm, stored: bytes)
    else { throw Problem(description: "the key \(entry.id ?? "") cannot be opened with this master key") }
    return key
  }

  /// The vaults of the known master keys. The current one is that of the key that the database is sealed with.
  ///
  /// - Throws: `Problem` if that key is not known: then nothing that was sealed could be opened.
  func ring(_ database: WritableDatabase) async throws -> VaultRing {
    try await MasterKeyState.find(database).ring(of: known())
  }

  /// Notes the first known master key in a database that has none yet.
  private func noteMasterKey(_ database: WritableDatabase) async throws {
    guard let fingerprint = try known().first?.fingerprint else { return }
    try await database.run(
      "update installation set master_key_check = \(fingerprint) where master_key_check is null")
  }

  // MARK: Making keys

  private func makeFirst(_ database: WritableDatabase, _ vaults: VaultRing) async throws {
    let key = SigningKey.generate(algorithm)
    try await database.transaction { transaction in
      // One replica at a time. A replica that has waited here began its transaction before the key that it now finds
      // was made.
      try await transaction.run("select from installation for update")
      let vault = try await vaults.held(transaction)
      try await transaction.run(
        """
        insert into signing_key (kid, algorithm, sealed, activates_at)
        select \(key.id), \(key.algorithm.rawValue), \(vault.seal(key.bytes, for: Self.purpose)), now()
        where not exists (
          select from signing_key
          where algorithm = \(key.algorithm.rawValue) and retired_at is null and activates_at <= clock_timestamp())
        """)
    }
  }

  /// Seals secrets from versions that did not seal keys.
  private func sealOldSecrets(_ database: WritableDatabase, _ vaults: VaultRing) async throws {
    let old: [Clear] = try await database.rows("select id, secret from signing_key where secret is not null")
    for row in old {
      let key = try SigningKey(secret: row.secret)
      try await database.transaction { transaction in
        let sealed = try await vaults.held(transaction).seal(key.bytes, for: Self.purpose)
        try await transaction.run(
          """
          update signing_key set secret = null, kid = \(key.id), sealed = \(sealed)
          where id = \(row.id) and secret is not null
          """)
      }
    }
  }

  private struct Clear: RowDecodable {
    let id: Int64
    let secret: String

    init(_ row: Row) throws(PostgresError) {
      id = try row["id"]
      secret = try row["secret"]
    }
  }

  // MARK: Administering

  /// All keys, the oldest first. The state `signs` refers to the key that the service last signed with.
  public func list(_ database: WritableDatabase) async throws -> [KeyListing] {
    let signing = try await signing(database)
    let stored: [Stored] = try await database.rows(
      "select \(Stored.columns) from signing_key order by activates_at, id")
    let entries = stored.map { entry in
      let state =
        entry.isRetired ? "retired" : entry.id == signing ? "signs" : entry.isActive ? "accepted" : "next"
      return KeyListing(id: entry.id ?? "", algorithm: entry.algorithm, activates: entry.activates, state: state)
    }
    var all = entries
    if let shared {
      let state = shared.id == signing ? "signs" : "accepted"
      all.insert(
        KeyListing(id: shared.id, algorithm: "HS256", activates: nil, state: state, note: "JWT_PRIVATE_KEY"), at: 0)
    }
    if !all.contains(where: { $0.id == signing }) {
      let note = "the service's JWT_PRIVATE_KEY, which is not set here"
      all.insert(KeyListing(id: signing, algorithm: "HS256", activates: nil, state: "signs", note: note), at: 0)
    }
    return all
  }

  /// Makes a new key, which starts to sign after the overlap.
  ///
  /// - Throws: `Problem` if the shared secret signs, or `PostgresError`.
  public func rotate(_ database: WritableDatabase) async throws -> KeyListing {
    let signing = try await signing(database)
    let isStored = try await database.run("select from signing_key where kid = \(signing)") == 1
    guard signingSecret == nil, isStored else {
      throw Problem(description: "JWT_PRIVATE_KEY signs: to rotate it, change that variable and restart all copies")
    }
    let key = SigningKey.generate(algorithm)
    let vaults = try await ring(database)
    let made: Stored? = try await database.transaction {
      let sealed = try await vaults.held($0).seal(key.bytes, for: Self.purpose)
      return try await $0.row(
        """
        insert into signing_key (kid, algorithm, sealed, activates_at)
        values (\(key.id), \(key.algorithm.rawValue), \(sealed),
                now() + make_interval(secs => \(Int(Self.overlap.components.seconds))))
        returning \(Stored.columns)
        """)
    }
    return KeyListing(id: key.id, algorithm: key.algorithm.rawValue, activates: made?.activates, state: "next")
  }

  /// Retires a key. Tokens that it has signed are refused from now on.
  ///
  /// - Throws: `Problem` if the key signs, is the shared secret, or does not exist, or `PostgresError`.
  public func retire(_ id: String, _ database: WritableDatabase) async throws {
    let signing = try await signing(database)
    guard id != shared?.id else { throw Problem(description: "\(id) is JWT_PRIVATE_KEY: remove it there") }
    guard id != signing else {
      throw Problem(description: "\(id) signs: run `basekeeper keys rotate` first, and wait until the new key signs")
    }
    let count = try await database.run(
      "update signing_key set retired_at = now() where kid = \(id) and retired_at is null")
    guard count == 1 else { throw Problem(description: "\(id): there is no such key, or it is already retired") }
  }

  private struct Stored: RowDecodable {
    let id: String?
    let algorithm: String
    let sealed: [UInt8]?
    let activates: Timestamp
    let isRetired: Bool
    let isActive: Bool

    static let columns: SQL = """
      kid, algorithm, sealed, activates_at, retired_at is not null as is_retired, activates_at <= now() as is_active
      """

    init(_ row: Row) throws(PostgresError) {
      id = try row["kid"]
      algorithm = try row["algorithm"]
      sealed = try row["sealed"]
      activates = try row["activates_at"]
      isRetired = try row["is_retired"]
      isActive = try row["is_active"]
    }
  }
}
