extension Duration {
  /// In whole microseconds, what is below one is cut off; exact, where a division by `.microseconds(1)` rounds.
  public var microseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }

  /// In whole milliseconds, what is below one is cut off.
  public var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
