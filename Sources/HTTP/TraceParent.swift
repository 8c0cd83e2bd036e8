internal import Ground

/// The position of a request in a distributed trace, as its client states it (W3C Trace Context, `traceparent`).
public struct TraceParent: Sendable, Equatable {
  /// The trace ID: 32 hexadecimal digits.
  public let trace: String
  /// The client's span ID: 16 hexadecimal digits.
  public let span: String

  /// Parses the field's value. Nil if it is invalid; the specification says to ignore it then.
  public init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), maxSplits: 4, omittingEmptySubsequences: false)
      .map(Substring.init)
    guard parts.count >= 4, parts.prefix(4).map(\.utf8.count) == [2, 32, 16, 2],
      parts.prefix(4).allSatisfy({ isHexadecimal(String($0)) })
    else { return nil }
    // Later versions may add parts. There is no version ff, and no trace or span ID of zeros.
    guard parts[0] != "ff", parts[0] != "00" || parts.count == 4, parts[1].contains(where: { $0 != "0" }),
      parts[2].contains(where: { $0 != "0" })
    else { return nil }
    (trace, span) = (String(parts[1]), String(parts[2]))
  }
}
