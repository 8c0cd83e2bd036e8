import Loop
import Testing

@testable import Crypto

@Suite struct Passwords {
  let hasher = PasswordHasher(threads: 2)

  @Test func `a password matches only its own hash`() async throws {
    let hash = try await hasher.hash("correct horse battery")
    #expect(hash.stored.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
    #expect(try await hasher.verify("correct horse battery", against: hash))
    #expect(try await !hasher.verify("correct horse batterz", against: hash))
    #expect(try await !hasher.verify("", against: hash))
    #expect(try await hasher.hash("correct horse battery") != hash, "the salt is new each time")
  }

  /// Made by the reference implementation's `argon2 somesaltsomesalt -id -t 2 -k 19456 -p 1 -e`.
  @Test func `a hash of the reference implementation is understood`() async throws {
    let hash = PasswordHash(
      stored: "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$/HetJC6LZ4lnwgLB+wJSS2a9bFu2Kq4HxwNWzoJq2qU")
    #expect(try await hasher.verify("correct horse battery", against: hash))
    #expect(try await !hasher.verify("correct horse", against: hash))
  }

  @Test(arguments: [
    ("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA", false), ("$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA", false),
    ("$argon2id$v=19$m=47104,t=1,p=1$c2FsdA$aGFzaA", false), ("$argon2id$v=19$m=19455,t=2,p=1$c2FsdA$aGFzaA", true),
    ("$argon2id$v=19$m=19456,t=1,p=1$c2FsdA$aGFzaA", true), ("$argon2id$v=19$m=8192,t=1,p=1$c2FsdA$aGFzaA", true),
    ("$argon2i$v=19$m=65536,t=3,p=1$c2FsdA$aGFzaA", true), ("$2b$10$abcdefghijklmnopqrstuv", true), ("", true),
    ("$argon2id$v=19$m=9223372036854775807,t=2,p=1$c2FsdA$aGFzaA", false),
  ])
  func `a hash is weak if guesses at it cost less than at a new one`(_ stored: String, _ isWeak: Bool) {
    #expect(hasher.isWeak(PasswordHash(stored: stored)) == isWeak)
  }

  @Test func `a hash that is made now is not weak, and one with other parameters is understood`() async throws {
    #expect(try await !hasher.isWeak(hasher.hash("correct horse battery")))
    let weak = PasswordHasher.hash("correct horse battery", memory: 8192 * 1024, passes: 1)
    #expect(hasher.isWeak(weak))
    #expect(try await hasher.verify("correct horse battery", against: weak))
  }

  @Test func `accents match however they were typed`() async throws {
    let hash = try await hasher.hash("caf\u{e9} caf\u{e9}")
    #expect(try await hasher.verify("cafe\u{301} cafe\u{301}", against: hash))
  }

  @Test(arguments: ["", "x", "$argon2id$", "$2b$10$abcdefghijklmnopqrstuv", String(repeating: "$", count: 500)])
  func `an invalid hash matches nothing`(_ stored: String) async throws {
    #expect(try await !hasher.verify("correct horse battery", against: PasswordHash(stored: stored)))
  }

  @Test func `a password that is too long is wrong, not cut`() async throws {
    let longest = String(repeating: "x", count: PasswordHasher.longest)
    let hash = try await hasher.hash(longest)
    #expect(try await hasher.verify(longest, against: hash))
    #expect(try await !hasher.verify(longest + "x", against: hash))
  }

  /// The work for an unknown user is that for a known one: both take a fraction of a second, whereas a comparison of
  /// texts takes a millionth of one.
  @Test func `an unknown user takes the time of a known one`() async throws {
    let hash = try await hasher.hash("correct horse battery")
    func time(_ hash: PasswordHash?) async throws -> Duration {
      let begin = ContinuousClock.now
      #expect(try await !hasher.verify("wrong", against: hash))
      return .now - begin
    }
    var ratios: [Double] = []
    for _ in 0..<9 { ratios.append(try await time(hash) / time(nil)) }
    #expect((0.2...5).contains(ratios.sorted()[4]))
  }

  @Test func `a flood of passwords is refused, and ends`() async throws {
    let hasher = PasswordHasher(threads: 1)
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<100 {
        group.addTask { (try? await hasher.verify("x", against: nil)) != nil }
      }
      return await group.reduce(into: [true: 0, false: 0]) { $0[$1, default: 0] += 1 }
    }
    #expect(outcomes[true, default: 0] >= 65)
    #expect(outcomes[false, default: 0] > 0)
    #expect(try await !hasher.verify("x", against: nil))
  }
}
