public import Crypto

/// The keys of one loop. They are replaced as a whole when the database has others.
public final class SigningKeys: @unchecked Sendable {  // Sendable: owned by its loop's thread
  /// The current keys.
  public internal(set) var current: TokenSigner {
    didSet { verified = VerifiedTokens() }
  }
  /// The vaults of the known master keys.
  public internal(set) var vaults: VaultRing
  private var verified = VerifiedTokens()

  init(_ signer: TokenSigner, _ vaults: VaultRing) { (current, self.vaults) = (signer, vaults) }

  /// What a base token says that one of the current keys has signed.
  func verifySignature(of token: String) throws(TokenError) -> SignedBaseToken {
    // Longer ones are refused by their length.
    guard token.utf8.count <= TokenSigner.longest else { throw .invalid }
    let hash = SecretHash(of: token)
    if let known = verified[hash] { return known }
    let signed = try current.verifySignature(of: token)
    verified.remember(signed, as: hash)
    return signed
  }
}

/// The base tokens whose signatures were verified last. A program sends the same one with each request, and what its
/// signature has proved stays proved as long as the keys are the same. Nothing else is remembered: whether a token has
/// ended, the clock and the database are asked each time.
private struct VerifiedTokens {
  /// How many were used since the others were set aside.
  private static let most = 500

  private var recent: [SecretHash: SignedBaseToken] = [:]
  private var former: [SecretHash: SignedBaseToken] = [:]

  subscript(hash: SecretHash) -> SignedBaseToken? {
    mutating get {
      if let known = recent[hash] { return known }
      guard let known = former[hash] else { return nil }
      remember(known, as: hash)
      return known
    }
  }

  /// Remembers a token. When there are too many, those are forgotten that were not used for longest.
  mutating func remember(_ token: SignedBaseToken, as hash: SecretHash) {
    if recent.count == Self.most { (former, recent) = (recent, [:]) }
    recent[hash] = token
  }
}
