import API
import Access
import Crypto
import Ground
import HTTP
import Postgres
import TestSupport
import Testing

@Suite struct KeyStores {
  private static let claims = BaseTokenClaims.program(
    expiry: 60, dtableUUID: World.projects, permission: "rw", appName: "writer", apiTokenID: 2)
  private static let clear = "a clear secret of thirty-two bytes or more"

  private static func vault(_ key: String = "a master key of at least thirty-two bytes") throws -> Vault {
    try Vault(masterKey: key)
  }

  private static func store(
    _ algorithm: SigningKey.Algorithm = .hs256, shared: SigningKey? = nil, vault: Vault? = nil
  ) throws -> KeyStore {
    try stores([try vault ?? Self.vault()], algorithm, shared: shared)
  }

  /// A store that knows these master keys.
  private static func stores(
    _ vaults: [Vault], _ algorithm: SigningKey.Algorithm = .hs256, shared: SigningKey? = nil
  ) throws -> KeyStore {
    KeyStore(vaults: { vaults }, shared: shared, algorithm: algorithm)
  }

  private static func load(_ store: KeyStore, _ database: TestDatabase) async throws -> TokenSigner {
    try await database.db.onLoop { try await store.load($0).signer }
  }

  private static func states(_ store: KeyStore, _ database: TestDatabase) async throws -> [String] {
    try await database.db.onLoop { try await store.list($0) }.map(\.state)
  }

  private static func rotate(_ store: KeyStore, _ database: TestDatabase) async throws -> KeyStore.KeyListing {
    try await database.db.onLoop { try await store.rotate($0) }
  }

  private static func retire(_ id: String, _ store: KeyStore, _ database: TestDatabase) async throws {
    try await database.db.onLoop { try await store.retire(id, $0) }
  }

  private static func accepts(_ signer: TokenSigner, _ token: String) -> Bool {
    (try? signer.verify(token, at: 0)) != nil
  }

  @Test(arguments: SigningKey.Algorithm.allCases)
  func `the first key is created if there is none, and found from then on`(
    _ algorithm: SigningKey.Algorithm
  ) async throws {
    try await TestDatabase.with { database async throws in
      let store = try Self.store(algorithm)
      let first = try await Self.load(store, database)
      let second = try await Self.load(store, database)
      #expect(first.signing.algorithm == algorithm)
      #expect(first.signing.id == second.signing.id)
      #expect(second.accepted.map(\.id) == [first.signing.id])
      #expect(Self.accepts(second, first.sign(Self.claims)))
      #expect(try await Self.states(store, database) == ["signs"])
      #expect(try await !database.dump().contains(hexadecimal(first.signing.bytes)))
    }
  }

  @Test(arguments: SigningKey.Algorithm.allCases)
  func `of eight processes that start at once, one creates it`(_ algorithm: SigningKey.Algorithm) async throws {
    try await TestDatabase.with(connections: 16) { database async throws in
      let store = try Self.store(algorithm)
      for _ in 1...20 {
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
          for _ in 1...8 { group.addTask { try await Self.load(store, database).signing.id } }
          return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        #expect(try await database.count("signing_key") == 1)
        try await database.execute("delete from signing_key")
      }
    }
  }

  @Test(arguments: SigningKey.Algorithm.allCases)
  func `a new key is known before it signs, and the former one accepted until retired`(
    _ algorithm: SigningKey.Algorithm
  ) async throws {
    try await TestDatabase.with { database async throws in
      let store = try Self.store(algorithm)
      let old = try await Self.load(store, database)
      let entry = try await Self.rotate(store, database)
      #expect(entry.state == "next")
      #expect(entry.id != old.signing.id)
      #expect(
        try await database.count(
          "signing_key where kid = '\(entry.id)' and activates_at = created_at + interval '30 seconds'") == 1)

      let both = try await Self.load(store, database)
      #expect(both.signing.id == old.signing.id)
      #expect(both.accepted.map(\.id) == [old.signing.id, entry.id])
      #expect(try await Self.states(store, database) == ["signs", "next"])

      try await database.execute("update signing_key set activates_at = now() where kid = '\(entry.id)'")
      let new = try await Self.load(store, database)
      #expect(new.signing.id == entry.id)
      #expect(try await Self.states(store, database) == ["accepted", "signs"])
      // Each accepts what the other has signed until the former one is retired.
      #expect(Self.accepts(both, new.sign(Self.claims)))
      #expect(Self.accepts(new, old.sign(Self.claims)))

      try await Self.retire(old.signing.id, store, database)
      let alone = try await Self.load(store, database)
      #expect(alone.accepted.map(\.id) == [entry.id])
      #expect(!Self.accepts(alone, old.sign(Self.claims)))
      #expect(Self.accepts(alone, new.sign(Self.claims)))
      #expect(try await Self.states(store, database) == ["retired", "signs"])
    }
  }

  @Test func `the signing key cannot be retired, nor one that does not exist`() async throws {
    try await TestDatabase.with { database async throws in
      let store = try Self.store()
      let first = try await Self.load(store, database).signing.id
      for id in [first, "nothing", ""] {
        await #expect(throws: KeyStore.Problem.self) { try await Self.retire(id, store, database) }
      }
      let next = try await Self.rotate(store, database).id
      await #expect(throws: KeyStore.Problem.self) { try await Self.retire(first, store, database) }
      try await Self.retire(next, store, database)
      await #expect(throws: KeyStore.Problem.self) { try await Self.retire(next, store, database) }
      #expect(try await Self.load(store, database).accepted.map(\.id) == [first])
    }
  }

  @Test func `another master key is refused, and changes nothing`() async throws {
    try await TestDatabase.with { database async throws in
      let store = try Self.store()
      let first = try await Self.load(store, database).signing.id
      let before = try await database.dump()
      let other = try Self.store(vault: Self.vault("another master key of thirty-two bytes"))
      let problem = await #expect(throws: KeyStore.Problem.self) { try await Self.load(other, database) }
      #expect(
        problem?.description.hasPrefix("the master key is not the one that sealed the keys in this database") == true)
      await #expect(throws: KeyStore.Problem.self) { _ = try await Self.rotate(other, database) }
      await #expect(throws: KeyStore.Problem.self) { try await Self.retire(first, other, database) }
      #expect(try await database.dump() == before)
      #expect(try await Self.load(store, database).signing.id == first)
    }
  }

  @Test func `a secret stored in clear by an earlier version is sealed, and nothing of it remains`() async throws {
    try await TestDatabase.with(connections: 16) { database async throws in
      try await database.execute("insert into signing_key (secret) values ('\(Self.clear)')")
      #expect(try await database.dump().contains(Self.clear))
      let store = try Self.store()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 1...8 { group.addTask { _ = try await Self.load(store, database) } }
        try await group.waitForAll()
      }
      let dump = try await database.dump()
      #expect(!dump.contains(Self.clear))
      #expect(!dump.contains(hexadecimal(Array(Self.clear.utf8))))
      #expect(try await database.count("signing_key") == 1)
      let signer = try await Self.load(store, database)
      #expect(signer.signing.id == (try SigningKey(secret: Self.clear)).id)
      let before = TokenSigner(signing: try SigningKey(secret: Self.clear), vault: try Self.vault())
      #expect(Self.accepts(signer, before.sign(Self.claims)))
    }
  }

  @Test func `after a change of the algorithm, the former keys are still accepted`() async throws {
    try await TestDatabase.with { database async throws in
      let secrets = try Self.store(.hs256)
      let pairs = try Self.store(.edDSA)
      let old = try await Self.load(secrets, database)
      let new = try await Self.load(pairs, database)
      #expect(new.signing.algorithm == .edDSA)
      #expect(Self.accepts(new, old.sign(Self.claims)))
      let back = try await Self.load(secrets, database)
      #expect(back.signing.id == old.signing.id)
      #expect(Self.accepts(back, new.sign(Self.claims)))
      #expect(try await database.count("signing_key") == 2)
    }
  }

  // MARK: A secret that is shared

  @Test func `a shared secret signs, and no key is created`() async throws {
    try await TestDatabase.with { database async throws in
      let made = try await Self.load(try Self.store(), database)
      let shared = try SigningKey(secret: Self.clear)
      let store = try Self.store(shared: shared)
      let signer = try await Self.load(store, database)
      #expect(signer.signing.id == shared.id)
      #expect(Self.accepts(signer, made.sign(Self.claims)))
      #expect(try await database.count("signing_key") == 1)
      #expect(try await !database.dump().contains(Self.clear))
      #expect(try await Self.states(store, database) == ["signs", "accepted"])
      await #expect(throws: KeyStore.Problem.self) { _ = try await Self.rotate(store, database) }
      await #expect(throws: KeyStore.Problem.self) { try await Self.retire(shared.id, store, database) }
    }
  }

  @Test func `if key pairs sign, a shared secret is still accepted`() async throws {
    try await TestDatabase.with { database async throws in
      let shared = try SigningKey(secret: Self.clear)
      let store = try Self.store(.edDSA, shared: shared)
      let signer = try await Self.load(store, database)
      #expect(signer.signing.algorithm == .edDSA)
      #expect(signer.accepted.map(\.id) == [signer.signing.id, shared.id])
      let other = TokenSigner(signing: shared, vault: try Self.vault())
      #expect(Self.accepts(signer, other.sign(Self.claims)))
      #expect(!Self.accepts(other, signer.sign(Self.claims)))
      #expect(try await Self.states(store, database) == ["accepted", "signs"])
      #expect(try await Self.rotate(store, database).algorithm == "EdDSA")
      await #expect(throws: KeyStore.Problem.self) { try await Self.retire(shared.id, store, database) }
    }
  }

  // MARK: In service

  @Test func `a running service reads new keys, publishes them before they sign, and drops retired ones`()
    async throws
  {
    try await World.with { world async throws in
      let store = try Self.stores(
        [world.app.vaults.current], .edDSA, shared: SigningKey(secret: World.signingSecret))
      func published() async throws -> [String] {
        let isRefreshed = try await world.onLoop { app in
          do { _ = try await store.refresh(app) } catch { return false }
          return true
        }
        #expect(isRefreshed)
        let keys = try await world.call(.get, "/.well-known/jwks.json")["keys"] as? [[String: String]]
        #expect(keys?.allSatisfy { $0["kty"] == "OKP" && $0["alg"] == "EdDSA" && $0["d"] == nil } == true)
        return try #require(keys).compactMap { $0["kid"] }
      }
      func header(_ token: String) throws -> String? { token.split(separator: ".").first.map(String.init) }

      let secret = try #require(world.credentials[.apiTokenWriter])
      let shared = try await world.baseToken(of: secret)
      let first = try await Self.load(store, world.database).signing.id
      #expect(try await published() == [first])
      let second = try await Self.rotate(store, world.database).id
      #expect(try await published() == [first, second])
      let former = try await world.baseToken(of: secret)
      try await world.database.execute("update signing_key set activates_at = now() where kid = '\(second)'")
      #expect(try await published() == [first, second])
      let latter = try await world.baseToken(of: secret)
      #expect(try header(former) != header(latter))
      for token in [shared, former, latter] { #expect(try await world.knock(token) == 200) }
      try await Self.retire(first, store, world.database)
      #expect(try await published() == [second])
      var statuses: [Int] = []
      for token in [shared, former, latter] { statuses.append(try await world.knock(token)) }
      #expect(statuses == [200, 403, 200])
    }
  }
}
