internal import CCrypto
internal import Ground

/// Time-based one-time passwords (RFC 6238, RFC 4226): six digits, thirty seconds, HMAC with SHA-1, as authenticator
/// apps make them.
public struct OneTimePassword: Sendable {
  /// The shared secret: 160 bits.
  public let secret: [UInt8]

  private static let seconds: Int64 = 30
  private static let digits = 6

  /// Makes a new shared secret.
  public static func generate() -> OneTimePassword { OneTimePassword(secret: randomBytes(20)) }

  /// Uses an existing shared secret.
  public init(secret: [UInt8]) { self.secret = secret }

  /// The time step at `now`, in seconds since 1970.
  public static func step(at now: Int64) -> Int64 { now / seconds }

  /// The time step that a code belongs to: the step at `now`, the one before (for people who type slowly), or the one
  /// after (for clocks that are ahead). Nil for any other text. Blanks and hyphens are ignored, since apps show `123
  /// 456`.
  public func step(of code: String, at now: Int64) -> Int64? {
    let scalars = code.unicodeScalars.filter { !$0.properties.isWhitespace && $0 != "-" }
    let digits = String(String.UnicodeScalarView(scalars))
    let current = Self.step(at: now)
    return [current, current - 1, current + 1].first { step in
      step >= 0 && isEqual(Array(self.code(at: step).utf8), Array(digits.utf8))
    }
  }

  /// The code for a time step.
  public func code(at step: Int64) -> String { code(at: step, digits: Self.digits) }

  func code(at step: Int64, digits: Int) -> String {
    let message = (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * Int64($0))) }
    var hash = [UInt8](repeating: 0, count: 20)
    var count: UInt32 = 20
    let isDone = HMAC(EVP_sha1(), secret, Int32(secret.count), message, message.count, &hash, &count) != nil
    precondition(isDone && count == 20, "libcrypto has no HMAC with SHA-1")
    let offset = Int(hash[19] & 15)
    let number = hash[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7fff_ffff
    let limit = (0..<digits).reduce(UInt32(1)) { value, _ in value * 10 }
    return zeroPadded(number % limit, to: digits)
  }

  /// The secret in base32 (RFC 4648, section 6), as people type it.
  public var base32: String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    var text = ""
    var group: UInt32 = 0
    var bits: UInt32 = 0
    for byte in secret {
      group = group << 8 | UInt32(byte)
      bits += 8
      while bits >= 5 {
        bits -= 5
        text.append(alphabet[Int(group >> bits & 31)])
      }
    }
    if bits > 0 { text.append(alphabet[Int(group << (5 - bits) & 31)]) }
    return text
  }
}
