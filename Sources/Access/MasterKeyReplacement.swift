public import Crypto
internal import Ground
public import Postgres

/// The replacement of the master key: everything that is sealed with it is sealed with another one, in one transaction.
public struct MasterKeyReplacement: Sendable {
  /// For how long the former key is kept in the database, sealed with the new one: longer than stored answers and
  /// temporary tokens last, which are derived from it.
  private static let seconds: Int64 = 25 * 3600
  private static let batch = 1000

  private let former: Vault
  private let new: Vault

  /// What was sealed anew.
  public struct ResealedCounts: Sendable {
    /// The number of signing keys, retired ones included.
    public fileprivate(set) var signingKeys = 0
    /// The number of second factors.
    public fileprivate(set) var secondFactors = 0
  }

  /// Replaces one master key by another.
  public init(of former: Vault, by new: Vault) { (self.former, self.new) = (former, new) }

  /// Seals everything anew; nil if the database is sealed with the new key already.
  ///
  /// Copies of the service go on meanwhile if they know both keys.
  ///
  /// - Throws: `KeyStore.Problem` if neither key fits, or if something cannot be opened; `PostgresError`. Then nothing
  ///   has changed.
  public func run(_ database: WritableDatabase) async throws -> ResealedCounts? {
    // Before anything waits for anything.
    guard try await !isDone(MasterKeyState.find(database)) else { return nil }
    return try await database.transaction { transaction in
      var outcome = ResealedCounts()
      // People who change their factor hold their account first, and then what the master key is. The factors that they
      // have sealed before it was held here are found the second time.
      outcome.secondFactors += try await sealFactors(transaction)
      let state = try await MasterKeyState.hold(transaction)
      guard try !isDone(state) else { return nil }
      outcome.secondFactors += try await sealFactors(transaction)
      outcome.signingKeys = try await sealSigningKeys(transaction)
      try await note(state, transaction)
      return outcome
    }
  }

  private func isDone(_ state: MasterKeyState) throws(KeyStore.Problem) -> Bool {
    if state.fingerprint == new.fingerprint { return true }
    guard state.fingerprint == former.fingerprint else { throw .otherMasterKey }
    return false
  }

  private func note(_ state: MasterKeyState, _ transaction: Transaction) async throws {
    let kept = state.lasting(former) + [FormerMasterKey(former, until: state.now + Self.seconds)]
    try await transaction.run(
      """
      update installation
      set master_key_check = \(new.fingerprint), former_master_keys = \(new.seal(kept)),
          former_master_keys_until = now() + make_interval(secs => \(Int(Self.seconds)))
      """)
  }

  // MARK: Second factors

  /// Seals those that the new key does not open. Returns their number.
  private func sealFactors(_ transaction: Transaction) async throws -> Int {
    var (count, last) = (0, Int64(0))
    while true {
      let page: [SealedFactor] = try await transaction.rows(
        """
        select id, totp_sealed from account where totp_sealed is not null and id > \(last) order by id limit \(Self.batch)
        for no key update
        """)
      guard let end = page.last else { return count }
      last = end.account
      var (accounts, sealed): ([Int64], [String]) = ([], [])
      for factor in page {
        guard let again = try seal(factor) else { continue }
        accounts.append(factor.account)
        sealed.append(hexadecimal(again))
      }
      count += accounts.count
      try await transaction.run(
        """
        update account set totp_sealed = decode(factor.sealed, 'hex')
        from unnest(\(accounts)::bigint[], \(sealed)::text[]) as factor (id, sealed) where factor.id = account.id
        """)
    }
  }

  /// The factor, sealed with the new key; nil if it is already.
  private func seal(_ factor: SealedFactor) throws(KeyStore.Problem) -> [UInt8]? {
    for (purpose, owner) in factor.purposes {
      if new.open(factor.sealed, for: purpose, of: owner) != nil { return nil }
      if let secret = former.open(factor.sealed, for: purpose, of: owner) {
        return new.seal(secret, for: purpose, of: owner)
      }
    }
    throw KeyStore.Problem(
      description: """
        the second factor of account \(factor.account) cannot be opened with this master key: nothing was changed. \
        Remove it first (`basekeeper admin disable-2fa`)
        """)
  }

  private struct SealedFactor: RowDecodable {
    let account: Int64
    let sealed: [UInt8]

    init(_ row: Row) throws(PostgresError) {
      account = try row["id"]
      sealed = try row["totp_sealed"]
    }

    /// What it may have been sealed for, and for which owner.
    var purposes: [(String, String)] {
      [
        (SealingPurpose.factor, SealingPurpose.owner(account)), (SealingPurpose.formerFactor, ""),
      ]
    }
  }

  // MARK: Signing keys

  private func sealSigningKeys(_ transaction: Transaction) async throws -> Int {
    let keys: [SealedSigningKey] = try await transaction.rows(
      "select id, sealed from signing_key where sealed is not null order by id for update")
    for key in keys {
      guard let secret = former.open(key.sealed, for: KeyStore.purpose) else {
        throw KeyStore.Problem(
          description: "the signing key \(key.id) cannot be opened with this master key: nothing was changed")
      }
      let sealed = new.seal(secret, for: KeyStore.purpose)
      try await transaction.run("update signing_key set sealed = \(sealed) where id = \(key.id)")
    }
    return keys.count
  }

  private struct SealedSigningKey: RowDecodable {
    let id: Int64
    let sealed: [UInt8]

    init(_ row: Row) throws(PostgresError) {
      id = try row["id"]
      sealed = try row["sealed"]
    }
  }
}

/// What second factors are sealed for.
public enum SealingPurpose {
  /// For their account alone.
  public static let factor = "one-time passwords 2"
  /// For all accounts, as earlier versions did.
  public static let formerFactor = "one-time passwords 1"

  /// The owner's name of what is sealed for an account alone.
  public static func owner(_ account: Int64) -> String { "account \(account)" }
}
