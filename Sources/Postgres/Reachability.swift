internal import Synchronization

/// Which servers the connections of one process lead to, and when there are none: told once for all of its loops.
public final class Reachability: Sendable {
  /// What has become of the way to the database.
  public enum Change: Sendable, Equatable {
    /// The first connection leads to this server, `host:port`.
    case reached(server: String)
    /// The last connection is gone, or there was none yet, and another could not be opened.
    case lost(reason: String)
  }

  private struct OpenConnections {
    var connections: [String: Int] = [:]
    var isLost = false
  }

  private let state = Mutex(OpenConnections())
  private let report: @Sendable (Change) -> Void

  /// Calls the closure with each change, on whichever thread it happens.
  public init(_ report: @escaping @Sendable (Change) -> Void) { self.report = report }

  /// The open connections by server.
  public var servers: [String: Int] { state.withLock { $0.connections } }

  func opened(to server: String) {
    let isFirst = state.withLock { state in
      state.isLost = false
      state.connections[server, default: 0] += 1
      return state.connections[server] == 1
    }
    if isFirst { report(.reached(server: server)) }
  }

  func closed(to server: String) {
    state.withLock { state in
      guard let count = state.connections[server] else { return }
      state.connections[server] = count > 1 ? count - 1 : nil
    }
  }

  func failed(_ reason: String) {
    let isNew = state.withLock { state in
      guard state.connections.isEmpty, !state.isLost else { return false }
      state.isLost = true
      return true
    }
    if isNew { report(.lost(reason: reason)) }
  }
}
