internal import Postgres

/// A column with its value in a new row and its assignment in an update.
struct ColumnPatch {
  fileprivate let column: SQL
  /// The value in a new row, as an expression.
  fileprivate let value: SQL
  /// The assignment in an update.
  fileprivate let assignment: SQL
  /// Whether a value was given, or the column is cleared.
  let isGiven: Bool

  /// A nullable column; null in a new row unless the patch sets a value.
  init<Value>(_ column: SQL, _ patch: Patch<Value>, _ expression: (Value?) -> SQL) {
    self.column = column
    (value, assignment) = (expression(patch.value), patch.assigned(to: column, expression))
    isGiven = !patch.isKept
  }

  /// The same for a value that is passed as a parameter without conversion.
  init<Value: PostgresEncodable>(_ column: SQL, _ patch: Patch<Value>) { self.init(column, patch) { "\($0)" } }

  /// A column that is never null: a new row gets `value` by default. Nil leaves the column as it is.
  init<Value: PostgresEncodable>(
    _ column: SQL, _ given: Value?, byDefault value: Value, _ expression: (Value?) -> SQL = { "\($0)" }
  ) {
    self.column = column
    self.value = expression(given ?? value)
    assignment = "\(column) = coalesce(\(expression(given)), \(column))"
    isGiven = given != nil
  }
}

extension [ColumnPatch] {
  /// The column names for an insert.
  var columns: SQL { list(\.column) }
  /// The values for an insert.
  var values: SQL { list(\.value) }
  /// The assignments for an update.
  var assignments: SQL { list(\.assignment) }

  private func list(_ part: (ColumnPatch) -> SQL) -> SQL {
    guard let first else { return "" }
    return dropFirst().reduce(part(first)) { "\($0), \(part($1))" }
  }
}
