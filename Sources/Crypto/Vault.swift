internal import CSodium

/// Seals data that is stored in the database but must not be readable there. The master key is kept elsewhere; each
/// purpose has its own key, derived from it.
public struct Vault: Sendable {
  let master: AuthenticationKey

  /// The master key is too short.
  public struct WeakKey: Error, CustomStringConvertible {
    /// A message for the operator.
    public let description = "the master key must have at least 32 bytes"
  }

  /// Makes a vault with a master key.
  ///
  /// - Throws: `WeakKey` if the master key has fewer than 32 bytes.
  public init(masterKey: String) throws(WeakKey) {
    try self.init(masterKey: Array(masterKey.utf8))
  }

  init(masterKey bytes: [UInt8]) throws(WeakKey) {
    guard bytes.count >= 32 else { throw WeakKey() }
    master = AuthenticationKey(bytes)
  }

  /// The key for one purpose.
  public func key(for purpose: String) -> AuthenticationKey {
    AuthenticationKey(master.code(of: Array("basekeeper \(purpose)".utf8)))
  }

  /// Distinguishes this master key from others without revealing it.
  public var fingerprint: [UInt8] { Array(key(for: "fingerprint 1").code(of: []).prefix(16)) }

  /// Seals bytes for one purpose, and for one owner, if there is a name of one.
  public func seal(_ bytes: [UInt8], for purpose: String, of owner: String = "") -> [UInt8] {
    key(for: purpose).seal(bytes, of: owner)
  }

  /// Opens what was sealed for the purpose and the owner; nil for anything else.
  public func open(_ sealed: [UInt8], for purpose: String, of owner: String = "") -> [UInt8]? {
    key(for: purpose).open(sealed, of: owner)
  }
}

extension AuthenticationKey {
  private static let nonceLength = 24
  private static let tagLength = 16

  /// Encrypts and authenticates bytes with this key, which must have 32 bytes: XChaCha20-Poly1305, with a random nonce
  /// in front. The name of an owner is authenticated, too, and not stored.
  public func seal(_ clear: [UInt8], of owner: String = "") -> [UInt8] {
    precondition(bytes.count == 32, "a key to seal with has 32 bytes")
    let nonce = randomBytes(Self.nonceLength)
    var sealed = [UInt8](repeating: 0, count: clear.count + Self.tagLength)
    let owner = Array(owner.utf8)
    let code = crypto_aead_xchacha20poly1305_ietf_encrypt(
      &sealed, nil, clear, UInt64(clear.count), owner, UInt64(owner.count), nil, nonce, bytes)
    precondition(code == 0, "libsodium cannot seal")
    return nonce + sealed
  }

  /// Opens what was sealed with this key for this owner; nil for anything else.
  public func open(_ sealed: [UInt8], of owner: String = "") -> [UInt8]? {
    precondition(bytes.count == 32, "a key to open with has 32 bytes")
    guard sealed.count >= Self.nonceLength + Self.tagLength else { return nil }
    let (nonce, body) = (Array(sealed.prefix(Self.nonceLength)), Array(sealed.dropFirst(Self.nonceLength)))
    var clear = [UInt8](repeating: 0, count: body.count - Self.tagLength)
    let owner = Array(owner.utf8)
    let code = crypto_aead_xchacha20poly1305_ietf_decrypt(
      &clear, nil, nil, body, UInt64(body.count), owner, UInt64(owner.count), nonce, bytes)
    return code == 0 ? clear : nil
  }
}
