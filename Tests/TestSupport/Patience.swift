public import Postgres

/// How long a test waits for what must come, before it fails: no measure of anything, so long that even a machine that
/// has much else to do gets there.
public let patience = Duration.seconds(180)

extension Database.Settings {
  /// Settings with which a statement has the time it needs to come to a connection, however busy the machine is.
  public static func patient(url: String) -> Database.Settings {
    var settings = Database.Settings(url: url)
    settings.connectTime = patience
    settings.waitingTime = patience
    return settings
  }
}

/// Asks until the condition holds; false where the patience ends before.
public func poll(_ condition: () async throws -> Bool) async rethrows -> Bool {
  let end = ContinuousClock.now + patience
  while ContinuousClock.now < end {
    if try await condition() { return true }
    try? await Task.sleep(for: .milliseconds(5))
  }
  return false
}

/// Where some wait for each other; whoever comes later passes.
public actor Meeting {
  private var missing: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// For so many.
  public init(of count: Int) { missing = count }

  /// Waits until all have arrived.
  public func arrive() async {
    missing -= 1
    guard missing > 0 else {
      for continuation in waiting { continuation.resume() }
      waiting = []
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }
}
