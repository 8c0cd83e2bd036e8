internal import Ground

/// Makes IDs for requests that have none: 20 characters, half of them random and half a count, without a system call.
struct RequestIDs {
  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
  private let origin = UInt64.random(in: 0..<1 << 50)
  private var count: UInt64 = 0

  /// A new ID.
  mutating func next() -> String {
    count &+= 1
    let (origin, count) = (origin, count)
    return String(unsafeUninitializedCapacity: 20) { text in
      for place in 0..<10 {
        let shift = UInt64(45 - 5 * place)
        text[place] = Self.alphabet[Int(origin >> shift & 31)]
        text[place + 10] = Self.alphabet[Int(count >> shift & 31)]
      }
      return 20
    }
  }

  /// Whether a proxy's ID for a request is used: 8 to 64 of `A-Za-z0-9._-`.
  static func isUsable(_ id: String) -> Bool { (8...64).contains(id.utf8.count) && id.utf8.allSatisfy(isPlain) }

  /// What is noted of anyone else's: the first 64 bytes of it that are plain; nil where there is none.
  static func cleaned(_ id: String) -> String? {
    let plain = id.utf8.lazy.filter(isPlain).prefix(64)
    return plain.isEmpty ? nil : String(decoding: Array(plain), as: UTF8.self)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case _ where byte.isLetterOrDigit: true
    case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
  }
}
