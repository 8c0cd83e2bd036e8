import Testing

@testable import Crypto

@Suite struct Vaults {
  private let vault: Vault
  private let other: Vault
  private let clear = Array("what nobody is to read".utf8)

  init() throws {
    vault = try Vault(masterKey: "a master key of thirty-two bytes or more")
    other = try Vault(masterKey: "a master key of thirty-two bytes or less")
  }

  @Test(arguments: [0, 1, 32, 10_000])
  func `a sealed secret is opened`(_ count: Int) {
    let clear = randomBytes(count)
    #expect(vault.open(vault.seal(clear, for: "tests 1"), for: "tests 1") == clear)
  }

  @Test func `a sealed secret is not visible`() {
    let sealed = vault.seal(clear, for: "tests 1")
    #expect(sealed.count == clear.count + 40)
    #expect(!sealed.contains(clear))
  }

  @Test func `two seals of the same secret differ`() {
    #expect(Set((0..<100).map { _ in vault.seal(clear, for: "tests 1") }).count == 100)
  }

  @Test func `neither another purpose nor another master key opens it`() {
    let sealed = vault.seal(clear, for: "tests 1")
    #expect(vault.open(sealed, for: "tests 2") == nil)
    #expect(other.open(sealed, for: "tests 1") == nil)
    #expect(vault.key(for: "tests 1").bytes != vault.key(for: "tests 2").bytes)
    #expect(vault.key(for: "tests 1").bytes == vault.key(for: "tests 1").bytes)
  }

  @Test func `what is sealed for an owner is opened for nobody else`() {
    let sealed = vault.seal(clear, for: "tests 1", of: "account 1")
    #expect(vault.open(sealed, for: "tests 1", of: "account 1") == clear)
    for other in ["account 2", "account 11", "account ", "account 1\u{0}", ""] {
      #expect(vault.open(sealed, for: "tests 1", of: other) == nil)
    }
    #expect(vault.open(sealed, for: "tests 1") == nil)
    #expect(vault.open(vault.seal(clear, for: "tests 1"), for: "tests 1", of: "account 1") == nil)
    #expect(!sealed.contains(Array("account 1".utf8)))
  }

  @Test func `any changed byte is noticed`() {
    let sealed = vault.seal(clear, for: "tests 1")
    for place in sealed.indices {
      for bit in [1, 128] as [UInt8] {
        var changed = sealed
        changed[place] ^= bit
        #expect(vault.open(changed, for: "tests 1") == nil)
      }
    }
  }

  @Test func `a seal that is too short or too long is noticed`() {
    let sealed = vault.seal(clear, for: "tests 1")
    for count in 0..<sealed.count { #expect(vault.open(Array(sealed.prefix(count)), for: "tests 1") == nil) }
    #expect(vault.open(sealed + [0], for: "tests 1") == nil)
    #expect(vault.open(Array(sealed.dropFirst()), for: "tests 1") == nil)
  }

  @Test func `a fingerprint tells master keys apart, and is not the key of any purpose`() {
    #expect(vault.fingerprint == vault.fingerprint)
    #expect(vault.fingerprint != other.fingerprint)
    #expect(vault.fingerprint.count == 16)
    #expect(vault.fingerprint != Array(vault.key(for: "fingerprint 1").bytes.prefix(16)))
  }
}
