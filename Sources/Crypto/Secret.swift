internal import Ground

/// A token or a password in clear text. It never appears in logs or dumps: the text is only available as `clear`.
public struct Secret: Sendable, Equatable {
  /// The clear text.
  public let clear: String

  fileprivate init(clear: String) { self.clear = clear }

  // MARK: Tokens

  /// Makes a new account token or API token: 32 random hexadecimal digits (128 bits), and 8 digits of their CRC-32.
  /// With the checksum, a mistyped token is refused without a look-up, and scanners can tell tokens from similar text.
  public static func generate() -> Secret {
    let digits = hexadecimal(randomBytes(16))
    return Secret(clear: digits + checksum(of: digits.utf8))
  }

  /// A token from a request. Nil unless it is 40 lower-case hexadecimal digits with the right checksum.
  public init?(token: String) {
    var text = token
    let isOne = text.withUTF8 { digits in
      guard digits.count == 40, isHexadecimal(digits) else { return false }
      let checksum = digits[32...].reduce(UInt32(0)) { $0 << 4 | UInt32(hexadecimalValue($1) ?? 0) }
      return checksum == crc32(digits[..<32])
    }
    guard isOne else { return nil }
    clear = token
  }

  /// The hash that the database stores, and finds the token by.
  public var hash: SecretHash { SecretHash(of: clear) }

  /// The first four characters, by which people tell tokens apart in lists.
  public var hint: String { String(clear.prefix(4)) }

  /// A token as lists show it: its hint, and a star for each hidden character.
  public static func masked(hint: String) -> String { hint + String(repeating: "*", count: max(0, 40 - hint.count)) }

  private static func checksum(of digits: some Sequence<UInt8>) -> String {
    hexadecimal(crc32(digits))
  }

  // MARK: Other secrets

  /// A password for a person to copy: 30 letters and digits that are not mistaken for each other, in groups of six
  /// (150 bits).
  public static func generatedPassword() -> Secret {
    let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789")  // 32 of them, so that a byte has no bias
    let characters = randomBytes(30).map { alphabet[Int($0) % alphabet.count] }
    let groups = stride(from: 0, to: characters.count, by: 6).map { String(characters[$0..<$0 + 6]) }
    return Secret(clear: groups.joined(separator: "-"))
  }

  /// A code that stands in for a second factor once: 30 letters and digits, as in a password; there are older ones of 24.
  public static func generatedRecoveryCode() -> Secret { generatedPassword() }

  /// A recovery code as a person types it: in any case, with or without blanks and hyphens.
  public init(recoveryCode text: String) {
    let characters = Array(text.lowercased().filter { $0.isLetter || $0.isNumber })
    let groups = stride(from: 0, to: characters.count, by: 6).map {
      String(characters[$0..<min($0 + 6, characters.count)])
    }
    clear = groups.joined(separator: "-")
  }

  /// Makes a secret for signing: 64 hexadecimal digits, 256 bits.
  public static func generatedKey() -> Secret { Secret(clear: hexadecimal(randomBytes(32))) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// `Secret`
  public var description: String { "Secret" }
  /// `Secret`
  public var debugDescription: String { "Secret" }
  /// Has no children: a dump would show the text.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The secret of a link: a handle of 20 hexadecimal digits, which lists show and paths contain, and 32 more digits (128
/// bits), which only the link's own address contains.
public struct LinkToken: Sendable {
  /// The public digits.
  public let handle: String
  /// All digits.
  public let secret: Secret

  private static let handleLength = 20
  private static let length = 52

  /// Makes a new token.
  public static func generate() -> LinkToken {
    LinkToken(digits: hexadecimal(randomBytes(length / 2)))
  }

  /// A token from a request; nil unless it is complete.
  public init?(_ text: String) {
    guard text.utf8.count == Self.length, isHexadecimal(text) else { return nil }
    self.init(digits: text)
  }

  private init(digits: String) {
    (handle, secret) = (String(digits.prefix(Self.handleLength)), Secret(clear: digits))
  }

  /// Whether a text has the form of a handle. Tokens that people choose must not have it.
  public static func isHandle(_ text: String) -> Bool {
    text.utf8.count == handleLength && isHexadecimal(text)
  }
}

/// The secret of a link for uploads or downloads: 128 random bits, in the form of a UUID, which clients expect.
public struct FileLinkSecret: Sendable {
  /// The 36 characters.
  public let secret: Secret
  /// The hash that the database stores, and finds the link by.
  public var hash: SecretHash { secret.hash }

  private static let groups = [8, 4, 4, 4, 12]

  /// Makes a new secret.
  public static func generate() -> FileLinkSecret {
    var digits = hexadecimal(randomBytes(16))[...]
    let parts = groups.map { length in
      defer { digits = digits.dropFirst(length) }
      return String(digits.prefix(length))
    }
    return FileLinkSecret(text: parts.joined(separator: "-"))
  }

  /// A secret from a request; nil if the text cannot be one.
  public init?(_ text: String) {
    let parts = text.utf8.count == 36 ? text.utf8.split(separator: UInt8(ascii: "-")) : []
    guard parts.map(\.count) == Self.groups, parts.allSatisfy({ isHexadecimal(String(Substring($0))) }) else {
      return nil
    }
    self.init(text: text)
  }

  private init(text: String) { secret = Secret(clear: text) }
}

/// The SHA-256 of a token. A plain hash is enough for 128 random bits.
public struct SecretHash: Sendable, Hashable {
  /// The 32 bytes.
  public let bytes: [UInt8]

  package init(of clear: String) { bytes = sha256(Array(clear.utf8)) }

  /// The bytes in hexadecimal.
  public var hex: String { hexadecimal(bytes) }
}

/// CRC-32 as in zlib (ISO-HDLC); that of "123456789" is 0xCBF43926.
func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
  ~bytes.reduce(~0) { code, byte in code >> 8 ^ crcTable[Int(UInt8(truncatingIfNeeded: code) ^ byte)] }
}

private let crcTable: [UInt32] = (0..<256).map { byte in
  (0..<8).reduce(UInt32(byte)) { code, _ in code & 1 == 1 ? code >> 1 ^ 0xedb8_8320 : code >> 1 }
}
