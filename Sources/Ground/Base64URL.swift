internal import CSodium

/// base64url without padding (RFC 4648, section 5; RFC 7515, appendix C).
public enum Base64URL {
  private static let variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING

  /// Appends the encoding of bytes to a text.
  public static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
    let length = sodium_base64_encoded_len(bytes.count, variant)  // and a NUL
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: length) { memory in
      guard let start = memory.baseAddress else { return }
      sodium_bin2base64(start, length, bytes, bytes.count, variant)
      text.append(contentsOf: UnsafeRawBufferPointer(start: start, count: length - 1))
    }
  }

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
