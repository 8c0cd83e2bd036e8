/// A generator that always draws the same numbers.
public struct Chance: RandomNumberGenerator {
  private var state: UInt64

  /// A generator with this initial state.
  public init(state: UInt64) { self.state = state }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 29
  }

  /// A number from 0 to one below the limit.
  public mutating func below(_ limit: Int) -> Int { Int(next() >> 33) % limit }
}
