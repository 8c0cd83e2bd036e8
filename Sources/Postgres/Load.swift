extension Database {
  /// What the connections do at a moment, and what has happened on them since the start.
  public struct Load: Sendable, Equatable {
    /// Open connections for look-ups.
    public var shared = 0
    /// Open connections for other statements and transactions.
    public var leased = 0
    /// Those of them that are in use.
    public var busy = 0
    /// Statements that wait for a connection.
    public var waiting = 0
    /// Statements that were sent and are not answered.
    public var unanswered = 0
    /// Since the start.
    public var history = History()

    /// No connections, and an empty history.
    public init() {}

    /// Counts another loop's, too.
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
    /// Connections that were opened.
    public fileprivate(set) var opened = 0
    /// Attempts to open one that failed.
    public fileprivate(set) var refused = 0
    /// Statements that failed.
    public fileprivate(set) var failures: [PostgresError.Cause: Int] = [:]

    fileprivate static func += (left: inout History, right: History) {
      left.opened += right.opened
      left.refused += right.refused
      left.failures.merge(right.failures, uniquingKeysWith: +)
    }
  }
}

extension PostgresError {
  /// What statements fail of.
  public enum Cause: String, Sendable, CaseIterable {
    /// No connection, a lost one, or none free in time.
    case unavailable
    /// It took, or waited for a lock, longer than it may.
    case timeout
    /// What it would have written breaks a rule of the schema: most often the answer to somebody's mistake.
    case constraint
    /// It met another transaction, and its own is run again.
    case conflict
    /// Anything else: a fault of the service's own.
    case other
  }

  /// What the statement failed of.
  public var cause: Cause {
    switch self {
    case .unavailable: .unavailable
    case .timedOut: .timeout
    case .statement(let sqlstate, _, _) where ["22", "23", "P0"].contains(sqlstate.prefix(2)): .constraint
    case .statement where asksForRepetition: .conflict
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
