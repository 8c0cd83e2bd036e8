import Ground
import HTTP
import Testing

@testable import Crypto

/// The keys of RFC 8037, appendix A, and ours.
@Suite struct SigningKeys {
  private static let seed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
  private static let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
  private static let thumbprint = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
  private static let signed = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
  private static let signature =
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

  private static func key() throws -> SigningKey {
    let seed = try #require(Base64URL.decode(seed.utf8))
    return try #require(SigningKey(.edDSA, stored: seed))
  }

  @Test func `Ed25519 signs as its RFC does`() throws {
    var text: [UInt8] = []
    Base64URL.append(try Self.key().signature(of: Array(Self.signed.utf8)), to: &text)
    #expect(String(decoding: text, as: UTF8.self) == Self.signature)
  }

  @Test func `Ed25519 verifies what its RFC has signed, and nothing else`() throws {
    let key = try Self.key()
    let signature = try #require(Base64URL.decode(Self.signature.utf8))
    let message = Array(Self.signed.utf8)
    #expect(key.isSignature(signature, of: message))
    #expect(!key.isSignature(signature, of: message + [0]))
    #expect(!SigningKey.generate(.edDSA).isSignature(signature, of: message))
    #expect(!key.isSignature([], of: message))
    #expect(!key.isSignature(Array(signature.dropLast()), of: message))
    #expect(!key.isSignature(signature + [0], of: message))
    for place in signature.indices {
      var changed = signature
      changed[place] ^= 1
      #expect(!key.isSignature(changed, of: message))
    }
  }

  @Test func `an Ed25519 key is named by its thumbprint, and published without its secret`() throws {
    let key = try Self.key()
    #expect(key.id == Self.thumbprint)
    let published = String(decoding: JSONWriter.bytes(of: try #require(key.publicKey)), as: UTF8.self)
    #expect(
      published
        == #"{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":"\#(Self.thumbprint)","x":"\#(Self.x)"}"#)
    #expect(!published.contains(Self.seed))
  }

  @Test func `a secret has no public key`() throws {
    #expect(SigningKey.generate(.hs256).publicKey == nil)
    #expect(try SigningKey(secret: String(repeating: "x", count: 32)).publicKey == nil)
  }

  @Test(arguments: SigningKey.Algorithm.allCases)
  func `the stored form of a key gives the same key`(_ algorithm: SigningKey.Algorithm) throws {
    let key = SigningKey.generate(algorithm)
    let again = try #require(SigningKey(algorithm, stored: key.bytes))
    let message = Array("message".utf8)
    #expect(again.id == key.id)
    #expect(again.algorithm == algorithm)
    #expect(again.bytes == key.bytes)
    #expect(again.signature(of: message) == key.signature(of: message))
    #expect(again.isSignature(key.signature(of: message), of: message))
  }

  @Test func `a secret always has the same ID, which does not reveal it`() throws {
    let secret = "a secret of at least thirty-two bytes"
    let key = try SigningKey(secret: secret)
    #expect(key.id == "erwvPmnQDGbGsw-R")
    #expect(key.bytes == Array(secret.utf8))
    #expect(try SigningKey(secret: secret + "x").id != key.id)
  }

  @Test(arguments: SigningKey.Algorithm.allCases)
  func `generated keys differ`(_ algorithm: SigningKey.Algorithm) {
    let keys = (0..<100).map { _ in SigningKey.generate(algorithm) }
    #expect(Set(keys.map(\.id)).count == 100)
    #expect(Set(keys.map(\.bytes)).count == 100)
    #expect(keys.allSatisfy { $0.bytes.count == 32 })
  }

  @Test func `invalid bytes are not a key`() {
    #expect(SigningKey(.edDSA, stored: [UInt8](repeating: 1, count: 31)) == nil)
    #expect(SigningKey(.edDSA, stored: [UInt8](repeating: 1, count: 64)) == nil)
    #expect(SigningKey(.hs256, stored: [UInt8](repeating: 1, count: 31)) == nil)
    #expect(SigningKey(.hs256, stored: [UInt8](repeating: 1, count: 64)) != nil)
  }
}
