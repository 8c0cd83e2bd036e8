internal import Synchronization

/// Tracks which servers the connections of this process lead to, and reports it when the database is reached or lost.
/// All loops share one.
public final class Reachability: Sendable {
  /// A change in the reachability of the database.
  public enum Change: Sendable, Equatable {
    /// The first connection to this server, `host:port`, was opened.
    case reached(server: String)
    /// No connection is open (any more), and one could not be opened.
    case lost(reason: String)
  }

  private struct OpenConnections {
    var connections: [String: Int] = [:]
    var isLost = false
  }

  private let state = Mutex(OpenConnections())
  private let report: @Sendable (Change) -> Void

  /// Calls the closure with each change, on the thread on which it happens.
  public init(_ report: @escaping @Sendable (Change) -> Void) { self.report = report }

  /// The number of open connections by server.
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
