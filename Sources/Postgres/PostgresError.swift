internal import CLibPQ

/// Why a statement failed. The description contains no values and no row data.
public enum PostgresError: Error, Equatable, CustomStringConvertible {
  /// There is no connection, it was lost, or none was free in time. It is worth trying again later. After a write or a
  /// commit, the outcome is unknown.
  case unavailable(String)
  /// The server refused the statement. `constraint` is the name of the violated constraint, if any; `message` is empty
  /// if it might quote values.
  case statement(sqlstate: String, constraint: String?, message: String)
  /// The statement took too long, or waited too long for a lock.
  case timedOut
  /// The result is not what the code expects, or the code is used incorrectly.
  case unexpected(String)
  /// The text contains NUL or is not UTF-8, so PostgreSQL cannot store it.
  case invalidText

  /// A text for logs.
  public var description: String {
    switch self {
    case .unavailable(let reason): "database unavailable: \(reason)"
    case .statement(let sqlstate, let constraint, let message):
      ["sqlstate \(sqlstate)", constraint.map { "constraint \($0)" }, message.isEmpty ? nil : message]
        .compactMap(\.self).joined(separator: ": ")
    case .timedOut: "statement timed out"
    case .unexpected(let what): "unexpected answer: \(what)"
    case .invalidText: "text that cannot be stored"
    }
  }
}

extension PostgresError {
  /// Makes the error from a result. The server's DETAIL, HINT and CONTEXT are dropped: they quote rows.
  init(_ result: ResultSet) {
    guard let sqlstate = result.field(.sqlstate) else {
      self = .unavailable(singleLine(PQresultErrorMessage(result.pointer)))  // libpq's own, of a broken connection
      return
    }
    let message = result.field(.messagePrimary) ?? ""
    guard !result.isFromStandby else {
      self = .unavailable(message)
      return
    }
    self.init(sqlstate: sqlstate, constraint: result.field(.constraintName), message: message)
  }

  init(sqlstate: String, constraint: String?, message: String) {
    switch sqlstate {
    case "57014", "55P03": self = .timedOut  // query_canceled, lock_not_available
    case "22021", "22P05": self = .invalidText  // character_not_in_repertoire, untranslatable_character
    case "53400":  // configuration_limit_exceeded: temp_file_limit, which trying again does not change
      self = .statement(sqlstate: sqlstate, constraint: nil, message: "")
    case "25P03": self = .unavailable(message)  // idle_in_transaction_session_timeout
    case _ where ["08", "53"].contains(sqlstate.prefix(2)) || sqlstate.hasPrefix("57P0"): self = .unavailable(message)
    default:
      self = .statement(
        sqlstate: sqlstate, constraint: constraint,
        message: Self.quotesNoValues.contains(String(sqlstate.prefix(2))) ? message : "")
    }
  }

  /// The SQLSTATE classes whose messages only name what is in the schema or in the statement's text. Others may quote
  /// values, as in `invalid input syntax for type integer: "..."`.
  private static let quotesNoValues: Set<String> = ["0A", "23", "25", "26", "28", "3D", "40", "42", "55"]

  /// Whether the whole transaction should be run again: it conflicted with another one, or a prepared statement is not
  /// what the connection assumed.
  var isTransactionRetryable: Bool { isConflict || isStatementMismatch }

  /// unique_violation: there is a row with this key. On a cluster, the error may not say which constraint it was.
  public var isTaken: Bool { hasState("23505") }

  /// serialization_failure or deadlock_detected: the server rolled back so that another transaction can go on.
  var isConflict: Bool { hasState("40001") || hasState("40P01") }

  /// Whether a prepared statement is not what the connection assumed.
  var isStatementMismatch: Bool { isStaleStatement || isDuplicateStatement }

  /// Whether preparing again may help: the server does not know the statement, or feature_not_supported, which is also
  /// "cached plan must not change result type".
  var isStaleStatement: Bool { isUnknownStatement || hasState("0A000") }

  /// invalid_sql_statement_name: a pooler has moved the connection to another server process.
  var isUnknownStatement: Bool { hasState("26000") }

  /// duplicate_prepared_statement: a pooler has moved the connection to a server process on which another client has
  /// prepared the statement.
  var isDuplicateStatement: Bool { hasState("42P05") }

  /// Whether the statement did not get a lock in time, or ended in a deadlock.
  var isLockFailure: Bool { self == .timedOut || hasState("40P01") }

  private func hasState(_ wanted: String) -> Bool {
    guard case .statement(let sqlstate, _, _) = self else { return false }
    return sqlstate == wanted
  }
}

extension ResultSet {
  /// Whether the connection should be closed: the server ends it, or no longer accepts writes.
  var endsConnection: Bool {
    guard let sqlstate = field(.sqlstate) else { return true }
    return isFromStandby || sqlstate.hasPrefix("57P0") || sqlstate.hasPrefix("08")
  }

  /// Whether a server in recovery has refused `begin read write`: feature_not_supported from the function that checks a
  /// setting's new value. The message depends on the server's language.
  fileprivate var isFromStandby: Bool {
    field(.sqlstate) == "0A000" && field(.sourceFunction) == "call_bool_check_hook"
  }

  fileprivate func field(_ field: ErrorField) -> String? {
    PQresultErrorField(pointer, Int32(field.rawValue)).map { String(cString: $0) }
  }
}

/// The `PG_DIAG_` macros, which Swift cannot import.
enum ErrorField: UInt8 {
  case sqlstate = 0x43  // C
  case messagePrimary = 0x4d  // M
  case constraintName = 0x6e  // n
  case sourceFunction = 0x52  // R
}

/// The message in one line. libpq ends messages with a newline, and writes one line for each address that it tried.
func singleLine(_ message: UnsafePointer<CChar>?) -> String {
  guard let message else { return "out of memory" }
  return String(cString: message).split(whereSeparator: \.isNewline).joined(separator: "; ")
}
