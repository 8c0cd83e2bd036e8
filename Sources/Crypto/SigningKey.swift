internal import CSodium
public import Ground

/// A key that signs base tokens and verifies its own signatures (RFC 7515, 7518, 8037).
public final class SigningKey: Sendable {
  /// The signature algorithm. A token's header may name another one; only the key's counts (RFC 8725, 3.1).
  public enum Algorithm: String, Sendable, CaseIterable {
    /// HMAC with SHA-256. Verifiers need the same secret.
    case hs256 = "HS256"
    /// Ed25519. Verifiers need only the public key.
    case edDSA = "EdDSA"
  }

  private enum Material: Sendable {
    case secret(AuthenticationKey)
    /// An Ed25519 seed, the secret key derived from it, and the public key.
    case pair(seed: [UInt8], secret: [UInt8], publicKey: [UInt8])
  }

  /// Identifies the key in a token's header (`kid`).
  public let id: String
  private let material: Material
  /// The encoded header of tokens, with the dot after it.
  let header: [UInt8]

  /// The secret is too short: HS256 needs 32 bytes (RFC 7518, 3.2).
  public struct WeakSecret: Error, CustomStringConvertible {
    /// A message for the operator.
    public let description = "the signing secret must have at least 32 bytes"
  }

  /// Makes a new key.
  public static func generate(_ algorithm: Algorithm) -> SigningKey {
    SigningKey(algorithm, randomBytes(32))
  }

  /// Makes an HS256 key from a secret that other SeaTable components share.
  public convenience init(secret: String) throws(WeakSecret) {
    let bytes = Array(secret.utf8)
    guard bytes.count >= 32 else { throw WeakSecret() }
    self.init(.hs256, bytes)
  }

  /// Restores a key from its `bytes`; nil if they cannot be a key of this algorithm.
  public convenience init?(_ algorithm: Algorithm, stored bytes: [UInt8]) {
    guard algorithm == .hs256 ? bytes.count >= 32 : bytes.count == 32 else { return nil }
    self.init(algorithm, bytes)
  }

  private init(_ algorithm: Algorithm, _ bytes: [UInt8]) {
    switch algorithm {
    case .hs256:
      let key = AuthenticationKey(bytes)
      material = .secret(key)
      id = Base64URL.text(of: Array(key.code(of: Array("basekeeper key id 1".utf8)).prefix(12)))
    case .edDSA:
      var publicKey = [UInt8](repeating: 0, count: 32)
      var secret = [UInt8](repeating: 0, count: 64)
      precondition(crypto_sign_seed_keypair(&publicKey, &secret, bytes) == 0, "libsodium makes no key")
      material = .pair(seed: bytes, secret: secret, publicKey: publicKey)
      // RFC 7638: the hash of the required members, in lexicographic order.
      id = Base64URL.text(
        of: sha256(Array(#"{"crv":"Ed25519","kty":"OKP","x":"\#(Base64URL.text(of: publicKey))"}"#.utf8)))
    }
    var header: [UInt8] = []
    Base64URL.append(Array(#"{"typ":"JWT","alg":"\#(algorithm.rawValue)","kid":"\#(id)"}"#.utf8), to: &header)
    self.header = header + [UInt8(ascii: ".")]
  }

  /// The key's algorithm.
  public var algorithm: Algorithm {
    switch material {
    case .secret: .hs256
    case .pair: .edDSA
    }
  }

  /// The key as bytes, to be sealed and stored.
  public var bytes: [UInt8] {
    switch material {
    case .secret(let key): key.bytes
    case .pair(let seed, _, _): seed
    }
  }

  /// The public key, which others verify with, as a JSON Web Key (RFC 7517, 8037). Nil for an HS256 key.
  public var publicKey: PublicKey? {
    guard case .pair(_, _, let publicKey) = material else { return nil }
    return PublicKey(id: id, x: Base64URL.text(of: publicKey))
  }

  func signature(of message: [UInt8]) -> [UInt8] {
    switch material {
    case .secret(let key): return key.code(of: message)
    case .pair(_, let secret, _):
      var signature = [UInt8](repeating: 0, count: 64)
      let code = crypto_sign_detached(&signature, nil, message, UInt64(message.count), secret)
      precondition(code == 0, "libsodium cannot sign")
      return signature
    }
  }

  func isSignature(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    switch material {
    case .secret(let key): return key.isCode(signature, of: message)
    case .pair(_, _, let publicKey):
      return signature.count == 64
        && crypto_sign_verify_detached(signature, message, UInt64(message.count), publicKey) == 0
    }
  }
}

/// A public Ed25519 key.
public struct PublicKey: Sendable, JSONEncodable {
  let id: String
  let x: String

  /// Writes a JSON Web Key.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.add("kty", "OKP")
      $0.add("crv", "Ed25519")
      $0.add("alg", "EdDSA")
      $0.add("use", "sig")
      $0.add("kid", id)
      $0.add("x", x)
    }
  }
}
