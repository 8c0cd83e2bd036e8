internal import Access
internal import Ground
internal import HTTP
internal import Loop
internal import Server

/// The lines of one loop's requests, passed to the log once a turn, so that no request takes a lock.
final class RequestLog: Turn, @unchecked Sendable {  // Sendable: owned by its loop's thread
  private let log: Log
  private var lines: [UInt8] = []
  private var clock = LogClock()
  private var failures = RepeatedFailures()
  private var security: [UInt8] = []
  private var turndowns = RepeatedTurndowns()

  init(_ log: Log) { self.log = log }

  /// Until the counts are due.
  var longestSleep: Int32 {
    guard let due = [failures.due, turndowns.due].compactMap(\.self).min() else { return -1 }
    return Int32(clamping: max(0, Int(ContinuousClock.now.duration(to: due) / .milliseconds(1)) + 1))
  }

  func turn() -> Bool {
    for summary in failures.takeSummaries() {
      lines += Log.line(.error, .moreRequestsFailed, at: clock.now()) {
        $0.add("count", summary.count)
        $0.add("failure", summary.failure)
      }
    }
    for (turndown, count) in turndowns.takeSummaries() { note(turndown, count) }
    if !security.isEmpty {
      log.append(security, mayUseReserve: true)
      security.removeAll(keepingCapacity: true)
    }
    if !lines.isEmpty {
      log.append(lines)
      lines.removeAll(keepingCapacity: true)
    }
    return false
  }

  /// Logs a security event, whatever the log's level is.
  func note(_ report: SecurityReport) { security += Log.line(report, at: clock.now()) }

  /// Logs what the server has refused before there was a request; what repeats, with its count.
  func note(_ turndown: Turndown) { if turndowns.isNew(turndown) { note(turndown, 1) } }

  private func note(_ turndown: Turndown, _ count: Int) {
    note(SecurityReport(SecurityEvent(turndown.kind, count), address: turndown.address))
  }

  /// Logs the method, route, status, time and ID: never a raw path, a query, a token or a body. Of identical failures,
  /// the first line says why; the others have ordinary lines, and are counted.
  func note(_ request: Inquiry, _ response: Response, _ duration: Duration) {
    // 501 and 505 answer requests that no real client sends.
    let isFailure = response.status >= 500 && ![501, 505].contains(response.status)
    let failure = response.failure.flatMap { failures.isNew($0) ? $0 : nil }
    let level: Log.Level = isFailure && (failure != nil || response.failure == nil) ? .error : .info
    guard level >= log.level else { return }
    Log.appendLine(to: &lines, level, .request, at: clock.now()) {
      $0.add("request_id", request.id)
      if let claimed = request.claimedID { $0.add("claimed_request_id", claimed) }
      if let parent = request.headers[.traceParent].flatMap({ TraceParent($0) }) {
        $0.add("trace_id", parent.trace)
        $0.add("parent_id", parent.span)
      }
      $0.add("method", request.method?.rawValue)
      $0.add("route", response.route)
      $0.add("status", response.status)
      $0.add("microseconds", Int(duration.microseconds))
      $0.add("address", request.address)
      if let limit = response.limit { $0.add("limit", limit) }
      if let failure { $0.add("failure", failure) }
    }
  }
}

extension SecurityEvent {
  /// What was refused, this often.
  fileprivate init(_ kind: Turndown.Kind, _ count: Int) {
    self =
      switch kind {
      case .handshakeFailed: .handshakeFailed(.failed, count: count)
      case .handshakeTimedOut: .handshakeFailed(.timedOut, count: count)
      case .connection: .limitHit(.connections, count: count)
      case .connectionOfAddress: .limitHit(.connectionsOfAddress, count: count)
      case .body: .limitHit(.bodies, count: count)
      case .bodyOfAddress: .limitHit(.bodiesOfAddress, count: count)
      case .malformedRequest: .turnedDown(.malformed, count: count)
      case .tooLargeRequest: .turnedDown(.tooLarge, count: count)
      case .unknownRequest: .turnedDown(.unknown, count: count)
      case .lateRequest: .turnedDown(.timedOut, count: count)
      }
  }
}
