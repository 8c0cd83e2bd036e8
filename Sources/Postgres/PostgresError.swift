internal import CLibPQ

/// What can go wrong with a statement. Its description holds no values and no row data.
public enum PostgresError: Error, Equatable, CustomStringConvertible {
  /// No connection, a lost one, or none free in time: it is worth trying again later. After a write, or a commit, what
  /// became of it is not known.
  case unavailable(String)
  /// The server refused the statement. `constraint` is the name of the constraint that it would break; `message` is
  /// empty where it might quote values.
  case statement(sqlstate: String, constraint: String?, message: String)
  /// The statement took, or waited for a lock, longer than it may.
  case timedOut
  /// The answer is not what the code expects, or the code is used in a wrong way.
  case unexpected(String)
  /// A text that PostgreSQL cannot store: it holds NUL, or is not UTF-8.
  case invalidText

  /// For logs.
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
  /// The error in an answer. The server's DETAIL, HINT and CONTEXT are not kept: they quote rows.
  init(_ result: ResultSet) {
    guard let sqlstate = result.field(.sqlstate) else {
      self = .unavailable(singleLine(PQresultErrorMessage(result.pointer)))  // libpq's own, of a broken connection
      return
    }
    let message = result.field(.messagePrimary) ?? ""
    guard !result.isOfStandby else {
      self = .unavailable(message)
      return
    }
    self.init(sqlstate: sqlstate, constraint: result.field(.constraintName), message: message)
  }

  init(sqlstate: String, constraint: String?, message: String) {
    switch sqlstate {
    case "57014", "55P03": self = .timedOut  // query_canceled, lock_not_available
    case "22021", "22P05": self = .invalidText  // character_not_in_repertoire, untranslatable_character
    case "25P03": self = .unavailable(message)  // left idle in a transaction
    case _ where ["08", "53"].contains(sqlstate.prefix(2)) || sqlstate.hasPrefix("57P0"): self = .unavailable(message)
    default:
      self = .statement(
        sqlstate: sqlstate, constraint: constraint,
        message: Self.quotesNoValues.contains(String(sqlstate.prefix(2))) ? message : "")
    }
  }

  /// The classes whose messages name what is in the schema or in the statement's text. The others' may quote values,
  /// as in `invalid input syntax for type integer: "..."`.
  private static let quotesNoValues: Set<String> = ["0A", "23", "25", "26", "28", "3D", "40", "42", "55"]

  /// Whether the whole transaction should run again: it met another one, or a prepared statement is not what the
  /// connection has thought it to be.
  var asksForRepetition: Bool { isOfConflict || isOfName }

  /// serialization_failure, deadlock_detected: nothing was done, so that another could go on.
  var isOfConflict: Bool { hasState("40001") || hasState("40P01") }

  /// Whether a prepared statement is not what the connection has thought it to be.
  var isOfName: Bool { isOfStaleStatement || isOfKnownStatement }

  /// Whether preparing anew may help: the server does not know the statement, or feature_not_supported, which is also
  /// "cached plan must not change result type".
  var isOfStaleStatement: Bool { isOfUnknownStatement || hasState("0A000") }

  /// invalid_sql_statement_name: a pooler gave the connection another server.
  var isOfUnknownStatement: Bool { hasState("26000") }

  /// duplicate_prepared_statement: a pooler gave the connection a server on which another client has prepared it.
  var isOfKnownStatement: Bool { hasState("42P05") }

  /// Whether somebody else had a lock that it needed for too long, or they waited for each other.
  var isOfLocks: Bool { self == .timedOut || hasState("40P01") }

  private func hasState(_ wanted: String) -> Bool {
    guard case .statement(let sqlstate, _, _) = self else { return false }
    return sqlstate == wanted
  }
}

extension ResultSet {
  /// Whether the connection should be left: the server ends it, or cannot take writes any more.
  var endsConnection: Bool {
    guard let sqlstate = field(.sqlstate) else { return true }
    return isOfStandby || sqlstate.hasPrefix("57P0") || sqlstate.hasPrefix("08")
  }

  /// Whether a server in recovery has refused to `begin read write`: feature_not_supported, of the function that checks
  /// what a setting is set to. Its message is in the server's language.
  fileprivate var isOfStandby: Bool {
    field(.sqlstate) == "0A000" && field(.sourceFunction) == "call_bool_check_hook"
  }

  fileprivate func field(_ field: ErrorField) -> String? {
    PQresultErrorField(pointer, Int32(field.rawValue)).map { String(cString: $0) }
  }
}

/// The `PG_DIAG_` macros, which Swift does not see.
enum ErrorField: UInt8 {
  case sqlstate = 0x43  // C
  case messagePrimary = 0x4d  // M
  case constraintName = 0x6e  // n
  case sourceFunction = 0x52  // R
}

/// libpq ends its messages with a newline, and gives one line for each address it has tried.
func singleLine(_ message: UnsafePointer<CChar>?) -> String {
  guard let message else { return "out of memory" }
  return String(cString: message).split(whereSeparator: \.isNewline).joined(separator: "; ")
}
