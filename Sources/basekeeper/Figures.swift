internal import Ground
internal import HTTP
internal import Server

/// What a loop counts for `/metrics`: its requests, and how late it is.
final class Figures: @unchecked Sendable {  // Sendable: owned by its loop's thread
  private(set) var requests: [Operation: Requests] = [:]
  /// What limits and caps have refused, by their names.
  private(set) var refusals: [String: Int] = [:]
  private(set) var lag = Histogram(upTo: Figures.lagBounds)

  /// A request's method and path template; both are nil if it could not be read.
  struct Operation: Hashable, Sendable {
    let method: HTTP.Method?
    let route: String?
  }

  /// The requests of one operation.
  struct Requests: Sendable {
    var byStatus: [Int: Int] = [:]
    var times = Histogram(upTo: Figures.timeBounds)

    static func += (left: inout Requests, right: Requests) {
      left.byStatus.merge(right.byStatus, uniquingKeysWith: +)
      left.times += right.times
    }
  }

  /// From the time of a look-up to the time that a client waits, in seconds.
  private static let timeBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
  /// In seconds. Even without load, a timer is a millisecond late.
  private static let lagBounds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]

  /// Counts a request, with the time from its last byte to its answer.
  func note(_ inquiry: Inquiry, _ response: Response, _ time: Duration) {
    // Strangers can ask for any path, so all unknown paths count as one.
    let operation = Operation(method: inquiry.method, route: response.route)
    requests[operation, default: Requests()].add(response.status, time)
    if let limit = response.limit { refusals[limit, default: 0] += 1 }
  }

  /// Counts how late the loop did what was due.
  func noteLag(_ lateness: Duration) { lag.add(lateness) }
}

extension Figures.Requests {
  fileprivate mutating func add(_ status: Int, _ time: Duration) {
    byStatus[status, default: 0] += 1
    times.add(time)
  }
}

/// Durations, counted in buckets.
struct Histogram: Sendable {
  /// The upper bounds of the buckets, in seconds; a last bucket has no bound.
  let bounds: [Double]
  private(set) var counts: [Int]
  private(set) var sum = 0.0

  init(upTo bounds: [Double]) { (self.bounds, counts) = (bounds, Array(repeating: 0, count: bounds.count + 1)) }

  var count: Int { counts.reduce(0, +) }

  mutating func add(_ time: Duration) {
    let seconds = time / .seconds(1)
    counts[bounds.firstIndex { seconds <= $0 } ?? bounds.count] += 1
    sum += seconds
  }

  /// Adds another histogram with the same bounds.
  static func += (left: inout Histogram, right: Histogram) {
    for index in left.counts.indices { left.counts[index] += right.counts[index] }
    left.sum += right.sum
  }
}
