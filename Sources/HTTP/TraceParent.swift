internal import Ground

/// Where a request stands in a trace over several services, as its caller says (W3C Trace Context, `traceparent`).
public struct TraceParent: Sendable, Equatable {
  /// The trace: 32 hexadecimal digits.
  public let trace: String
  /// The caller's part of it: 16 hexadecimal digits.
  public let span: String

  /// From the field's value; nil for what is none, which the specification wants ignored.
  public init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), maxSplits: 4, omittingEmptySubsequences: false)
      .map(Substring.init)
    guard parts.count >= 4, parts.prefix(4).map(\.utf8.count) == [2, 32, 16, 2],
      parts.prefix(4).allSatisfy({ isHexadecimal($0.utf8) })
    else { return nil }
    // Later versions may add parts; there is no version ff, and no trace or span of zeros.
    guard parts[0] != "ff", parts[0] != "00" || parts.count == 4, parts[1].contains(where: { $0 != "0" }),
      parts[2].contains(where: { $0 != "0" })
    else { return nil }
    (trace, span) = (String(parts[1]), String(parts[2]))
  }
}
