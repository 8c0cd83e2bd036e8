/// Names requests: what the client proposes, or a number that no other request has.
struct RequestIDs {
  /// Random for each loop, so that the numbers of two replicas differ.
  private let prefix = String(UInt64.random(in: 1 << 60...UInt64.max), radix: 16).prefix(8)
  private var number: UInt64 = 0

  mutating func id(for proposal: String?) -> String {
    if let proposal, Self.isUsable(proposal) { return proposal }
    number += 1
    let digits = String(number, radix: 16)
    return prefix + String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
  }

  /// 8 to 64 letters, digits, dots, underscores and hyphens: nothing that could break a log or a header.
  private static func isUsable(_ text: String) -> Bool {
    (8...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
          || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
      }
  }
}
