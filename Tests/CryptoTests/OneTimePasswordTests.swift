import Testing

@testable import Crypto

@Suite struct OneTimePasswords {
  private let password = OneTimePassword(secret: Array("12345678901234567890".utf8))
  private let now: Int64 = 1_800_000_010

  /// RFC 6238, appendix B, for SHA-1.
  @Test(arguments: [
    (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
    (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
  ])
  func `time gives the codes of its RFC`(_ time: Int64, _ code: String) {
    #expect(password.code(at: OneTimePassword.step(at: time), digits: 8) == code)
  }

  /// RFC 4226, appendix D.
  @Test(
    arguments: zip(
      0...9,
      [
        "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
      ]))
  func `counting gives the codes of its RFC`(_ count: Int64, _ code: String) {
    #expect(password.code(at: count) == code)
  }

  /// RFC 4648, section 10, without padding.
  @Test(arguments: [
    ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
    ("foobar", "MZXW6YTBOI"),
  ])
  func `base32 gives the values of its RFC`(_ bytes: String, _ text: String) {
    #expect(OneTimePassword(secret: Array(bytes.utf8)).base32 == text)
  }

  @Test func `a new secret has 160 bits and is unique`() {
    let passwords = (0..<100).map { _ in OneTimePassword.generate() }
    #expect(passwords.allSatisfy { $0.secret.count == 20 && $0.base32.count == 32 })
    #expect(Set(passwords.map(\.secret)).count == 100)
  }

  @Test func `only the codes of the current, previous and next step are accepted`() {
    let step = OneTimePassword.step(at: now)
    for near in step - 1...step + 1 { #expect(password.step(of: password.code(at: near), at: now) == near) }
    for far in [step - 2, step + 2] { #expect(password.step(of: password.code(at: far), at: now) == nil) }
  }

  @Test func `a step lasts thirty seconds, and its code is valid half a minute more on both sides`() {
    let step = OneTimePassword.step(at: now)
    let first = step * 30
    let code = password.code(at: step)
    #expect(password.step(of: code, at: first - 31) == nil)
    #expect(password.step(of: code, at: first - 30) == step)
    #expect(password.step(of: code, at: first) == step)
    #expect(password.step(of: code, at: first + 59) == step)
    #expect(password.step(of: code, at: first + 60) == nil)
  }

  @Test func `there is no step before the first`() {
    #expect(password.step(of: password.code(at: 0), at: 0) == 0)
    #expect(password.step(of: password.code(at: -1), at: 0) == nil)
  }

  /// As apps show it, and as people copy it: with a no-break space, a thin space, a tab.
  @Test(arguments: ["%@ %@", " %@%@ ", "%@-%@", "%@\u{a0}%@", "%@\u{202f}%@", "%@\t%@\n", "%@ - %@"])
  func `whitespace and hyphens in a code are ignored`(_ form: String) {
    let step = OneTimePassword.step(at: now)
    let code = password.code(at: step)
    let text = form.split(separator: "%@", omittingEmptySubsequences: false)
    #expect(password.step(of: "\(text[0])\(code.prefix(3))\(text[1])\(code.suffix(3))\(text[2])", at: now) == step)
  }

  @Test func `an invalid code is not accepted`() {
    let code = password.code(at: OneTimePassword.step(at: now))
    for text in ["", String(code.dropLast()), code + "0", "+" + code, "+" + code.dropFirst(), "abcdef"] {
      #expect(password.step(of: text, at: now) == nil)
    }
    let other = OneTimePassword(secret: Array("12345678901234567891".utf8))
    #expect(other.step(of: code, at: now) == nil)
  }
}
