internal import Postgres

/// A column, and what is said of it: by a new row, or by a change of one that is there.
struct ColumnPatch {
  fileprivate let column: SQL
  /// In a new row, as an expression.
  fileprivate let value: SQL
  /// Of an update.
  fileprivate let assignment: SQL
  /// Whether anything is said.
  let isSaid: Bool

  /// A column that may be null, which it is in a new row unless something else is said.
  init<Value>(_ column: SQL, _ patch: Patch<Value>, _ expression: (Value?) -> SQL) {
    self.column = column
    (value, assignment) = (expression(patch.value), patch.assigned(to: column, expression))
    isSaid = !patch.isKept
  }

  /// The same, where a value is a parameter as it is.
  init<Value: PostgresEncodable>(_ column: SQL, _ patch: Patch<Value>) { self.init(column, patch) { "\($0)" } }

  /// A column that always has a value, in a new row the default one unless something else is said; nil leaves it as it is.
  init<Value: PostgresEncodable>(
    _ column: SQL, _ said: Value?, byDefault value: Value, _ expression: (Value?) -> SQL = { "\($0)" }
  ) {
    self.column = column
    self.value = expression(said ?? value)
    assignment = "\(column) = coalesce(\(expression(said)), \(column))"
    isSaid = said != nil
  }
}

extension [ColumnPatch] {
  /// Their names, for an insert.
  var columns: SQL { list(\.column) }
  /// Their values in a new row, for an insert.
  var values: SQL { list(\.value) }
  /// Their assignments, for an update.
  var assignments: SQL { list(\.assignment) }

  private func list(_ part: (ColumnPatch) -> SQL) -> SQL {
    guard let first else { return "" }
    return dropFirst().reduce(part(first)) { "\($0), \(part($1))" }
  }
}
