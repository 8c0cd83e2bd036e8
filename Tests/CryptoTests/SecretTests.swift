import Foundation
import Ground
import Testing

@testable import Crypto

@Suite struct Secrets {
  @Test func `a token has 32 random digits and their checksum`() throws {
    let tokens = (0..<1000).map { _ in Secret.generate() }
    #expect(Set(tokens.map(\.clear)).count == 1000)
    for token in tokens {
      #expect(Secret(token: token.clear) == token)
      #expect(token.clear.count == 40)
    }
  }

  @Test func `the checksum is the common CRC-32`() {
    #expect(crc32("123456789".utf8) == 0xcbf4_3926)
    #expect(Secret(token: "0123456789abcdef0123456789abcdef7759b50e") != nil)  // by zlib
    #expect(Secret(token: "0123456789abcdef0123456789abcdef7759b50f") == nil)
  }

  @Test func `a mistyped token is not a token`() {
    let token = Array(Secret.generate().clear)
    for place in token.indices {
      var mistyped = token
      mistyped[place] = mistyped[place] == "0" ? "1" : "0"
      #expect(Secret(token: String(mistyped)) == nil)
    }
    for text in [
      "", String(token.dropLast()), String(token) + "0", String(token).uppercased(), " " + String(token.dropFirst()),
    ] {
      #expect(Secret(token: text) == nil)
    }
  }

  @Test func `a secret does not print itself`() {
    let secret = Secret.generate()
    var dumped = ""
    dump(secret, to: &dumped)
    for text in ["\(secret)", String(describing: secret), String(reflecting: secret), "\([secret])", dumped] {
      #expect(!text.contains(secret.clear))
    }
  }

  @Test func `a masked token shows four characters`() {
    let secret = Secret.generate()
    #expect(Secret.masked(hint: secret.hint) == secret.clear.prefix(4) + String(repeating: "*", count: 36))
  }

  @Test func `its hash is the SHA-256 of its text`() throws {
    let secret = try #require(Secret(token: "0123456789abcdef0123456789abcdef7759b50e"))
    #expect(secret.hash.hex == hexadecimal(sha256(Array(secret.clear.utf8))))
    #expect(secret.hash.bytes.count == 32)
  }

  @Test func `generated passwords differ and can be copied`() {
    let passwords = (0..<1000).map { _ in Secret.generatedPassword().clear }
    #expect(Set(passwords).count == 1000)
    #expect(passwords.allSatisfy { $0.count == 34 && !$0.contains("l") && !$0.contains("0") && !$0.contains("1") })
  }

  @Test func `generated passwords and recovery codes have 128 bits or more`() {
    let many = (0..<1000).map { _ in Secret.generatedPassword().clear.replacing("-", with: "") }
    let bitsOfOne = log2(Double(Set(many.joined()).count))
    #expect(many.allSatisfy { Double($0.count) * bitsOfOne >= 128 })
    let codes = (0..<1000).map { _ in Secret.generatedRecoveryCode().clear }
    #expect(Set(codes).count == 1000)
    #expect(codes.allSatisfy { Double($0.replacing("-", with: "").count) * bitsOfOne >= 128 })
  }

  @Test(arguments: ["k3v8ne-4tzq7m-xw2rja-hs9dfb", "k3v8ne-4tzq7m-xw2rja-hs9dfb-abcdef"])
  func `a recovery code is read however it is typed, one of before, too`(_ code: String) {
    for typed in [code, code.uppercased(), code.replacing("-", with: ""), " " + code.replacing("-", with: " ")] {
      #expect(Secret(recoveryCode: typed).clear == code)
    }
  }
}
