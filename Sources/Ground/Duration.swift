extension Duration {
  /// Whole microseconds, truncated. This is exact; a division by `.microseconds(1)` rounds.
  public var microseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }

  /// Whole milliseconds, truncated.
  public var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
