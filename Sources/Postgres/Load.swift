extension Database {
  /// What the connections are doing at one moment, and their history.
  public struct Load: Sendable, Equatable {
    /// Open connections for look-ups.
    public var shared = 0
    /// Open connections for other statements and transactions.
    public var leased = 0
    /// Leased connections that are in use.
    public var busy = 0
    /// Statements that are waiting for a connection.
    public var waiting = 0
    /// Statements in flight: sent, and not answered yet.
    public var unanswered = 0
    /// What has happened since the start.
    public var history = History()

    /// Makes a load of zero.
    public init() {}

    /// Adds another loop's load.
    public static func += (left: inout Load, right: Load) {
      left.shared += right.shared
      left.leased += right.leased
      left.busy += right.busy
      left.waiting += right.waiting
      left.unanswered += right.unanswered
      left.history += right.history
    }
  }

  /// What has happened since the start.
  public struct History: Sendable, Equatable {
    /// Connections opened.
    public fileprivate(set) var opened = 0
    /// Failed attempts to open a connection.
    public fileprivate(set) var refused = 0
    /// Failed statements by cause.
    public fileprivate(set) var failures: [PostgresError.Cause: Int] = [:]

    fileprivate static func += (left: inout History, right: History) {
      left.opened += right.opened
      left.refused += right.refused
      left.failures.merge(right.failures, uniquingKeysWith: +)
    }
  }
}

extension PostgresError {
  /// The cause of a failed statement.
  public enum Cause: String, Sendable, CaseIterable {
    /// There was no connection, it was lost, or none was free in time.
    case unavailable
    /// The statement or its wait for a lock took too long.
    case timeout
    /// The change would violate a rule of the schema: most often a client's mistake.
    case constraint
    /// The statement conflicted with another transaction, and its transaction is run again.
    case conflict
    /// Anything else: a fault of this service.
    case other
  }

  /// The cause of the failure.
  public var cause: Cause {
    switch self {
    case .unavailable: .unavailable
    case .timedOut: .timeout
    case .statement(let sqlstate, _, _) where ["22", "23", "P0"].contains(sqlstate.prefix(2)): .constraint
    case .statement where isTransactionRetryable: .conflict
    case .invalidText: .constraint
    case .statement, .unexpected: .other
    }
  }
}

/// Counts what happens on the connections of one database.
final class Tally {
  private(set) var history = Database.History()

  func opened() { history.opened += 1 }
  func refused() { history.refused += 1 }
  func failed(_ error: PostgresError) { history.failures[error.cause, default: 0] += 1 }
}
