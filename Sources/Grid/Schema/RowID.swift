public import Ground

/// The key of a row: 16 bytes with the form of a random UUID (version 4). The wire has them as 22 characters of
/// base64url without padding, the database as a UUID.
public struct RowID: Sendable, Hashable {
  let high: UInt64
  let low: UInt64

  /// Makes the key of 16 random bytes, in which the six bits that mark a random UUID are set.
  public init(random high: UInt64, _ low: UInt64) {
    self.high = high & ~0xf000 | 0x4000
    self.low = low & ~(0b11 << 62) | 0b10 << 62
  }

  /// A new key, from the system's source of secure random bytes.
  public static func random() -> RowID {
    var source = SystemRandomNumberGenerator()
    return RowID(random: source.next(), source.next())
  }

  /// The 16 bytes.
  public var bytes: [UInt8] {
    (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> (56 - 8 * UInt64($0 % 8))) }
  }

  /// Makes the key of 16 bytes; nil if there are more or fewer. Any UUID is a key, also one that is not random.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    (high, low) = (0, 0)
    fatalError("unfinished")
  }

  /// Reads the 22 characters of the wire. Nil for any other text.
  public init?(_ text: String) { fatalError("unfinished") }

  /// Reads a UUID as the database writes it: 32 hexadecimal digits, with hyphens or without. Nil for any other text.
  public init?(uuid text: some Collection<UInt8>) { fatalError("unfinished") }

  /// The 22 characters of the wire.
  public var text: String { fatalError("unfinished") }

  /// The UUID as the database writes it: 36 characters in lower case.
  public var uuid: String { fatalError("unfinished") }

  /// Appends the 22 characters of the wire.
  public func append(to text: inout [UInt8]) { fatalError("unfinished") }

  /// Appends the 36 characters of the database.
  public func append(uuidTo text: inout [UInt8]) { fatalError("unfinished") }
}

extension RowID: JSONEncodable {
  /// Writes the 22 characters as a JSON string.
  public func write(to json: inout JSONWriter) { text.write(to: &json) }
}
