package import Postgres

/// What is to become of a value that may be there or not.
package enum Patch<Value: Sendable>: Sendable {
  /// It stays as it is.
  case keep
  /// It is taken away.
  case clear
  /// It is replaced.
  case set(Value)

  /// What replaces it; nil unless something does.
  package var value: Value? { if case .set(let value) = self { value } else { nil } }

  /// Whether nothing is said of it.
  package var isKept: Bool { if case .keep = self { true } else { false } }

  /// The same with another form of the value.
  package func map<Other>(_ form: (Value) -> Other) -> Patch<Other> {
    switch self {
    case .keep: .keep
    case .clear: .clear
    case .set(let value): .set(form(value))
    }
  }

  /// What becomes of a column, as an expression. It has one form whatever is said, so that it is one statement to prepare;
  /// `expression` gives SQL's form of a value, and null for none.
  package func applied(to column: SQL, _ expression: (Value?) -> SQL) -> SQL {
    "case when \(isKept)::boolean then \(column) else \(expression(value)) end"
  }

  /// The same as an assignment of an update.
  package func assigned(to column: SQL, _ expression: (Value?) -> SQL) -> SQL {
    "\(column) = \(applied(to: column, expression))"
  }
}

extension Patch where Value: PostgresEncodable {
  /// What becomes of a column, as an expression.
  package func applied(to column: SQL) -> SQL { applied(to: column) { "\($0)" } }

  /// The same as an assignment of an update.
  package func assigned(to column: SQL) -> SQL { assigned(to: column) { "\($0)" } }
}

extension Patch: Equatable where Value: Equatable {}

extension Optional where Wrapped: PostgresEncodable {
  /// What becomes of a column that always has a value, as an expression: nil leaves it as it is.
  package func applied(to column: SQL) -> SQL { "coalesce(\(self), \(column))" }

  /// The same as an assignment of an update.
  package func assigned(to column: SQL) -> SQL { "\(column) = \(applied(to: column))" }
}
