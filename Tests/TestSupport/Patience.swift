public import Postgres

/// How long a test waits for what must happen before it fails. It measures nothing: it is so long that even a busy
/// machine gets there.
public let patience = Duration.seconds(180)

extension Database.Settings {
  /// Settings that give a statement enough time to get a connection, however busy the machine is.
  public static func patient(url: String) -> Database.Settings {
    var settings = Database.Settings(url: url)
    settings.connectTime = patience
    settings.waitingTime = patience
    return settings
  }
}

/// Polls until the condition is true; false if it is not in time.
public func poll(_ condition: () async throws -> Bool) async rethrows -> Bool {
  let end = ContinuousClock.now + patience
  while ContinuousClock.now < end {
    if try await condition() { return true }
    try? await Task.sleep(for: .milliseconds(5))
  }
  return false
}

/// A barrier at which tasks wait for each other; later ones pass.
public actor Meeting {
  private var missing: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// A barrier for `count` tasks.
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
