import Loop
import Testing

@Suite struct RetryPolicyTests {
  @Test func `pauses double up to the longest, and end with the last attempt`() {
    let policy = RetryPolicy(attempts: 6, firstPause: .seconds(1), longestPause: .seconds(10))
    #expect((1...6).map(policy.fullPause) == [1, 2, 4, 8, 10, 10].map { .seconds($0) })
    #expect((1...5).allSatisfy { policy.pause(afterAttempt: $0) != nil })
    #expect(policy.pause(afterAttempt: 6) == nil && policy.pause(afterAttempt: 7) == nil)
    #expect(RetryPolicy(firstPause: .seconds(1), longestPause: .seconds(10)).pause(afterAttempt: 1_000_000) != nil)
  }

  @Test func `a pause is shortened by at most a half, and seldom twice the same`() {
    let policy = RetryPolicy(firstPause: .seconds(8), longestPause: .seconds(8))
    let pauses = (1...200).compactMap { _ in policy.pause(afterAttempt: 3) }
    #expect(pauses.allSatisfy { $0 >= .seconds(4) && $0 <= .seconds(8) })
    #expect(Set(pauses).count > 100)
  }
}
