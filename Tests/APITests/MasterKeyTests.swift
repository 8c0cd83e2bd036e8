import Access
import Crypto
import Domain
import Postgres
import TestSupport
import Testing

/// The replacement of the master key, beside what runs.
@Suite struct MasterKeys {
  private let old: Vault
  private let new: Vault

  init() throws {
    old = try Vault(masterKey: "the first master key of these tests")
    new = try Vault(masterKey: "the second master key of these tests")
  }

  private static func store(_ vaults: [Vault]) -> KeyStore {
    KeyStore(vaults: { vaults }, shared: nil, algorithm: .hs256)
  }

  private static func keys(_ database: TestDatabase, _ vaults: [Vault]) async throws -> KeyStore.CurrentKeys {
    try await database.db.onLoop { try await store(vaults).load($0) }
  }

  @discardableResult private static func replace(
    _ database: TestDatabase, _ former: Vault, by new: Vault
  ) async throws -> MasterKeyReplacement.ResealedCounts? {
    try await database.db.onLoop { try await MasterKeyReplacement(of: former, by: new).run($0) }
  }

  private static func addFactor(_ database: TestDatabase, _ sealed: [UInt8]) async throws -> Int64 {
    try await database.db.onLoop {
      try await $0.run(
        "insert into account (uid, email, name) select md5('a') , 'a@example.com', 'A' on conflict do nothing")
      let found: FirstAccount? = try await $0.run(
        "update account set totp_sealed = \(sealed) returning id", returning: FirstAccount.self)
      return found?.id ?? 0
    }
  }

  private struct FirstAccount: RowDecodable {
    let id: Int64
    init(_ row: Row) throws(PostgresError) { id = try row["id"] }
  }

  @Test func `signing keys and what they signed outlast it, and only the new key opens them`() async throws {
    try await TestDatabase.with { database async throws in
      let before = try await Self.keys(database, [old])
      let outcome = try #require(try await Self.replace(database, old, by: new))
      #expect(outcome.signingKeys == 1)
      let after = try await Self.keys(database, [new])
      #expect(after.signer.signing.id == before.signer.signing.id)
      #expect(after.signer.signing.bytes == before.signer.signing.bytes)
      await #expect(throws: KeyStore.Problem.self) { try await Self.keys(database, [old]) }
      // Whoever knows both goes on, whichever comes first.
      for known in [[old, new], [new, old]] {
        #expect(try await Self.keys(database, known).vaults.current.fingerprint == new.fingerprint)
      }
      #expect(try await Self.replace(database, old, by: new) == nil)
    }
  }

  @Test func `keys that were replaced are known for a day to who knows the newest, each`() async throws {
    try await TestDatabase.with { database async throws in
      let third = try Vault(masterKey: "the third master key of these tests")
      _ = try await Self.keys(database, [old])
      try await Self.replace(database, old, by: new)
      try await Self.replace(database, new, by: third)
      let known = try await Self.keys(database, [third]).vaults.all.map(\.fingerprint)
      #expect(known == [third, old, new].map(\.fingerprint))
      try await database.execute(
        "update installation set former_master_keys = null, former_master_keys_until = null")
      #expect(try await Self.keys(database, [third]).vaults.all.map(\.fingerprint) == [third.fingerprint])
    }
  }

  @Test func `one that is not the database's own changes nothing, nor does one that cannot open everything`()
    async throws
  {
    try await TestDatabase.with { database async throws in
      _ = try await Self.keys(database, [old])
      let third = try Vault(masterKey: "the third master key of these tests")
      let account = try await Self.addFactor(database, third.seal([1, 2, 3], for: "one-time passwords 2"))
      let before = try await database.dump()
      await #expect(throws: KeyStore.Problem.self) { try await Self.replace(database, third, by: new) }
      let problem = await #expect(throws: KeyStore.Problem.self) { try await Self.replace(database, old, by: new) }
      #expect(problem?.description.contains("the second factor of account \(account)") == true)
      #expect(try await database.dump() == before)
    }
  }

  @Test func `a factor stays bound to its account, and one for all stays one for all`() async throws {
    try await TestDatabase.with { database async throws in
      _ = try await Self.keys(database, [old])
      let account = try await Self.addFactor(database, [0])
      for (purpose, owner) in [("one-time passwords 2", "account \(account)"), ("one-time passwords 1", "")] {
        let sealed = old.seal([1, 2, 3], for: purpose, of: owner)
        _ = try await Self.addFactor(database, sealed)
        try await Self.replace(database, old, by: new)
        let found: [UInt8] = try await database.db.onLoop {
          try await $0.row("select totp_sealed as bytes from account", as: SealedBytes.self)?.bytes ?? []
        }
        #expect(new.open(found, for: purpose, of: owner) == [1, 2, 3])
        #expect(VaultRing(old).open(found, for: purpose, of: owner) == nil)
        try await Self.replace(database, new, by: old)
      }
    }
  }

  private struct SealedBytes: RowDecodable {
    let bytes: [UInt8]
    init(_ row: Row) throws(PostgresError) { bytes = try row["bytes"] }
  }

  @Test func `nobody seals with a key that was replaced meanwhile`() async throws {
    try await TestDatabase.with { database async throws in
      let (before, both) = (VaultRing(old), VaultRing(old, and: [new]))
      _ = try await Self.keys(database, [old])
      try await Self.replace(database, old, by: new)
      let fingerprint = try await database.db.onLoop { database in
        try await database.transaction { try await both.held($0).fingerprint }
      }
      #expect(fingerprint == new.fingerprint)
      await #expect(throws: KeyStore.Problem.self) {
        try await database.db.onLoop { database in
          try await database.transaction { try await before.held($0).fingerprint }
        }
      }
    }
  }

  @Test func `a former key is forgotten when its time is over`() async throws {
    try await World.with { world async throws in
      let seal = "former_master_keys = '\\x00', former_master_keys_until = now()"
      try await world.database.execute("update installation set \(seal) + interval '1 hour'")
      _ = try await world.onLoop { try? await Retention($0).deleteOld() }
      #expect(try await world.database.count("installation where former_master_keys is not null") == 1)
      try await world.database.execute("update installation set \(seal)")
      _ = try await world.onLoop { try? await Retention($0).deleteOld() }
      #expect(try await world.database.count("installation where former_master_keys is not null") == 0)
    }
  }
}
