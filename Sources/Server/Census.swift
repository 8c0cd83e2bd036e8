internal import Synchronization

/// How many connections there are, over all loops: in all, and of each address.
final class Census: Sendable {
  private struct Counts {
    var all = 0
    var byAddress: [String: Int] = [:]
  }

  private let counts = Mutex(Counts())
  private let limits: Limits

  init(_ limits: Limits) { self.limits = limits }

  /// Whether one more is within the limits.
  func admits(_ address: String) -> Bool {
    counts.withLock { counts in
      guard counts.all < limits.connections else { return false }
      guard limits.connectionsPerAddress > 0 else { return true }
      return counts.byAddress[address, default: 0] < limits.connectionsPerAddress
    }
  }

  func add(_ address: String) {
    counts.withLock { counts in
      counts.all += 1
      counts.byAddress[address, default: 0] += 1
    }
  }

  func remove(_ address: String) {
    counts.withLock { counts in
      counts.all -= 1
      let left = counts.byAddress[address, default: 1] - 1
      counts.byAddress[address] = left > 0 ? left : nil
    }
  }
}
