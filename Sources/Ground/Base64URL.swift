internal import CSodium

/// base64url without padding (RFC 4648, section 5; RFC 7515, appendix C).
public enum Base64URL {
  private static let variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING

  /// Appends the encoding of bytes to a text.
  public static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
    let length = (4 * bytes.count + 2) / 3
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length) { room in
      bytes.withUnsafeBufferPointer { encode($0, into: room) }
      text.append(contentsOf: room)
    }
  }

  /// Three bytes at a time: as many bits as four characters have.
  private static func encode(_ bytes: UnsafeBufferPointer<UInt8>, into room: UnsafeMutableBufferPointer<UInt8>) {
    alphabet.withUTF8Buffer { alphabet in
      func character(_ bits: UInt32) -> UInt8 { alphabet[Int(bits & 63)] }
      var (read, written) = (0, 0)
      while read + 3 <= bytes.count {
        let bits = UInt32(bytes[read]) << 16 | UInt32(bytes[read + 1]) << 8 | UInt32(bytes[read + 2])
        room[written] = character(bits >> 18)
        room[written + 1] = character(bits >> 12)
        room[written + 2] = character(bits >> 6)
        room[written + 3] = character(bits)
        (read, written) = (read + 3, written + 4)
      }
      guard read < bytes.count else { return }
      let isPair = read + 1 < bytes.count
      let bits = UInt32(bytes[read]) << 16 | (isPair ? UInt32(bytes[read + 1]) << 8 : 0)
      room[written] = character(bits >> 18)
      room[written + 1] = character(bits >> 12)
      if isPair { room[written + 2] = character(bits >> 6) }
    }
  }

  private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

  /// The encoding of bytes.
  public static func text(of bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    append(bytes, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes that a text encodes. Nil if the text is not the canonical encoding: it has padding, other characters, or
  /// bits left over.
  @inlinable
  public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    if let bytes = text.withContiguousStorageIfAvailable(decode(buffer:)) { return bytes }
    return Array(text).withUnsafeBufferPointer(decode(buffer:))
  }

  @usableFromInline
  static func decode(buffer text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    guard let start = text.baseAddress, text.count > 1 else { return text.isEmpty ? [] : nil }
    var isRight = false
    let bytes = [UInt8](unsafeUninitializedCapacity: text.count * 3 / 4) { memory, count in
      guard let room = memory.baseAddress else { return }
      isRight = start.withMemoryRebound(to: CChar.self, capacity: text.count) { characters in
        sodium_base642bin(room, memory.count, characters, text.count, nil, &count, nil, variant) == 0
      }
      if !isRight { count = 0 }
    }
    return isRight ? bytes : nil
  }
}
