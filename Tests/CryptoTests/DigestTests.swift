import Ground
import Testing

@testable import Crypto

@Suite struct Digests {
  /// FIPS 180-4, appendix B, and a million times "a".
  @Test(arguments: [
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func `SHA-256 gives the values of its standard`(_ text: String, _ digest: String) {
    #expect(hexadecimal(sha256(Array(text.utf8))) == digest)
  }

  /// RFC 4231: test cases 1 to 4, 6 and 7.
  @Test(arguments: [
    (
      [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
    ),
    (
      Array(1...25), [UInt8](repeating: 0xcd, count: 50),
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
    ),
    (
      [UInt8](repeating: 0xaa, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
    (
      [UInt8](repeating: 0xaa, count: 131),
      Array(
        """
        This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed \
        before being used by the HMAC algorithm.
        """.utf8),
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
    ),
  ])
  func `HMAC gives the values of its RFC`(_ key: [UInt8], _ message: [UInt8], _ code: String) {
    let key = AuthenticationKey(key)
    #expect(hexadecimal(key.code(of: message)) == code)
    #expect(hexadecimal(key.code(of: message)) == code, "the second code of a key")
    #expect(key.isCode(key.code(of: message), of: message))
    #expect(!key.isCode(key.code(of: message), of: message + [0]))
    #expect(!key.isCode([], of: message))
  }

  @Test func `a key's resources are released with it, so that many short-lived ones cost nothing`() {
    let message = Array("message".utf8)
    let keys = (0..<1000).map { number in
      let key = AuthenticationKey(Array("key \(number)".utf8))
      #expect(key.isCode(key.code(of: message), of: message))
      return Weak(key: key)
    }
    #expect(keys.filter { $0.key != nil }.count <= 100)
  }

  private struct Weak {
    weak var key: AuthenticationKey?
  }

  @Test func `threads hash side by side`() async {
    let key = AuthenticationKey(Array("key".utf8))
    await withTaskGroup(of: Bool.self) { group in
      for number in 0..<64 {
        group.addTask {
          (0..<500).allSatisfy { _ in
            let message = Array("message \(number)".utf8)
            return key.isCode(key.code(of: message), of: message) && sha256(message) == sha256(message)
          }
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  @Test func `random bytes do not repeat`() {
    let drawn = (0..<10_000).map { _ in randomBytes(16) }
    #expect(Set(drawn).count == drawn.count)
    #expect(randomBytes(10_000).count == 10_000)
  }
}
