package import Postgres

/// A change of an optional value.
package enum Patch<Value: Sendable>: Sendable {
  /// Leaves the value as it is.
  case keep
  /// Removes the value.
  case clear
  /// Sets a new value.
  case set(Value)

  /// The new value, if there is one.
  package var value: Value? { if case .set(let value) = self { value } else { nil } }

  /// Whether the value stays as it is.
  package var isKept: Bool { if case .keep = self { true } else { false } }

  /// The same change with the new value transformed.
  package func map<Other>(_ form: (Value) -> Other) -> Patch<Other> {
    switch self {
    case .keep: .keep
    case .clear: .clear
    case .set(let value): .set(form(value))
    }
  }

  /// The new value of a column, as an expression. Its text is the same for all cases, so that only one statement is
  /// prepared. `expression` writes a value as SQL, and nil as null.
  package func applied(to column: SQL, _ expression: (Value?) -> SQL) -> SQL {
    "case when \(isKept)::boolean then \(column) else \(expression(value)) end"
  }

  /// The same as an assignment for an update.
  package func assigned(to column: SQL, _ expression: (Value?) -> SQL) -> SQL {
    "\(column) = \(applied(to: column, expression))"
  }
}

extension Patch where Value: PostgresEncodable {
  /// The new value of a column, as an expression.
  package func applied(to column: SQL) -> SQL { applied(to: column) { "\($0)" } }

  /// The same as an assignment for an update.
  package func assigned(to column: SQL) -> SQL { assigned(to: column) { "\($0)" } }
}

extension Patch: Equatable where Value: Equatable {}

extension Optional where Wrapped: PostgresEncodable {
  /// The new value of a column that is never null, as an expression: nil leaves it as it is.
  package func applied(to column: SQL) -> SQL { "coalesce(\(self), \(column))" }

  /// The same as an assignment for an update.
  package func assigned(to column: SQL) -> SQL { "\(column) = \(applied(to: column))" }
}
