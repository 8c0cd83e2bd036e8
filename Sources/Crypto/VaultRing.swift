internal import Ground

/// The vaults of all master keys that a copy of the service knows: the one that the database is sealed with, those that
/// it replaced lately, and the one that will replace it.
public struct VaultRing: Sendable {
  /// The vault that seals.
  public let current: Vault
  /// All vaults, the current one first.
  public let all: [Vault]

  /// Makes a ring of one vault that seals, and others that only open.
  public init(_ current: Vault, and others: [Vault] = []) {
    self.current = current
    var all = [current]
    for vault in others where !all.contains(where: { $0.fingerprint == vault.fingerprint }) { all.append(vault) }
    self.all = all
  }

  /// Opens what any of the vaults has sealed for the purpose and the owner; nil for anything else.
  public func open(_ sealed: [UInt8], for purpose: String, of owner: String = "") -> [UInt8]? {
    all.lazy.compactMap { $0.open(sealed, for: purpose, of: owner) }.first
  }

  /// The vault of the master key that has this fingerprint; nil if none of them has.
  public func vault(of fingerprint: [UInt8]) -> Vault? { all.first { $0.fingerprint == fingerprint } }
}

/// A master key that was replaced, and until when what was derived from it may still be shown.
public struct FormerMasterKey: Sendable {
  /// Its vault.
  public let vault: Vault
  /// When it is forgotten, in seconds since 1970.
  public let end: Int64

  /// Makes one that is forgotten at a time in seconds since 1970.
  public init(_ vault: Vault, until end: Int64) { (self.vault, self.end) = (vault, end) }
}

extension Vault {
  private static let formerPurpose = "former master keys 1"

  /// Seals master keys that this one has replaced.
  public func seal(_ former: [FormerMasterKey]) -> [UInt8] {
    let lines = former.map { "\($0.end) \(Base64URL.text(of: $0.vault.master.bytes))" }
    return seal(Array(lines.joined(separator: "\n").utf8), for: Self.formerPurpose)
  }

  /// Opens sealed master keys; nil if another vault has sealed them.
  public func openFormer(_ sealed: [UInt8]) -> [FormerMasterKey]? {
    guard let clear = open(sealed, for: Self.formerPurpose) else { return nil }
    return clear.split(separator: UInt8(ascii: "\n")).compactMap { line in
      let words = line.split(separator: UInt8(ascii: " "))
      guard words.count == 2, let end = Int64(String(decoding: words[0], as: UTF8.self)),
        let key = Base64URL.decode(words[1]), let vault = try? Vault(masterKey: key)
      else { return nil }
      return FormerMasterKey(vault, until: end)
    }
  }
}
