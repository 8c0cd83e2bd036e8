/// Something that a loop does once, later.
public final class Timer {
  let deadline: ContinuousClock.Instant
  private var action: (() -> Void)?

  init(at deadline: ContinuousClock.Instant, _ action: @escaping () -> Void) {
    (self.deadline, self.action) = (deadline, action)
  }

  /// Drops the action. Has no effect if the timer has fired.
  public func cancel() { action = nil }

  func fire() {
    let action = action
    self.action = nil
    action?()
  }
}

/// Timers by deadline: a binary heap. Cancelled timers stay in it until their time comes.
struct TimerQueue {
  private var heap: [Timer] = []

  /// The timeout for `epoll_wait`, rounded up so that a timer is due when it returns; -1 without timers.
  var millisecondsToNext: Int32 {
    guard let next = heap.first else { return -1 }
    let left = (next.deadline - .now).components
    guard left.seconds >= 0, left.attoseconds >= 0 else { return 0 }
    return Int32(clamping: left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000 + 1)
  }

  mutating func insert(_ timer: Timer) {
    heap.append(timer)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].deadline < heap[parent].deadline else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Removes a timer that is due; nil if none is. The caller fires it, since its action may set timers.
  mutating func popDue(at now: ContinuousClock.Instant) -> Timer? {
    guard let next = heap.first, next.deadline <= now else { return nil }
    removeFirst()
    return next
  }

  var isEmpty: Bool { heap.isEmpty }

  private mutating func removeFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if heap[child].deadline < heap[least].deadline { least = child }
      }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
