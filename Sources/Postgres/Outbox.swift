internal import Loop

/// The pipelines that have something to send in this turn of the loop.
final class Outbox: Turn {
  private let loop: Loop
  private var unsynced: [Pipeline] = []
  private var isInLoop = false

  init(_ loop: Loop) { self.loop = loop }

  let longestSleep: Int32 = -1

  func add(_ pipeline: Pipeline) {
    unsynced.append(pipeline)
    if !isInLoop {
      isInLoop = true
      loop.add(self)
    }
  }

  func turn() -> Bool {
    guard !unsynced.isEmpty else { return false }
    var hasLost = false
    for pipeline in unsynced where !pipeline.sync() { hasLost = true }
    unsynced.removeAll(keepingCapacity: true)
    return hasLost
  }

  func close() {
    loop.remove(self)
    isInLoop = false
  }
}
