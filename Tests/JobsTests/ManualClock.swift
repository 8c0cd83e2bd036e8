import Jobs

/// A clock that stands still until a test advances it. Use it on the loop.
final class ManualClock: JobClock, @unchecked Sendable {
  private(set) var now = ContinuousClock.now
  private var alarms: [(time: ContinuousClock.Instant, action: () -> Void, id: Int)] = []
  private var count = 0

  /// How many tasks wait for it.
  var waiting: Int { alarms.count }

  func after(_ delay: Duration, _ action: @escaping () -> Void) -> () -> Void {
    count += 1
    let id = count
    alarms.append((now + delay, action, id))
    return { [self] in alarms.removeAll { $0.id == id } }
  }

  func advance(by time: Duration) {
    now += time
    let due = alarms.filter { $0.time <= now }.sorted { $0.time < $1.time }
    alarms.removeAll { $0.time <= now }
    for alarm in due { alarm.action() }
  }
}
