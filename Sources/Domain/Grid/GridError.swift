package import Grid

/// A request for what a base holds fails. `API/Grid/GridErrors.swift` says with which status, and in which words.
package enum GridError: Error {
  /// The request names a table that the base does not have, or none.
  case tableNotFound
  /// The request names a view that the table does not have.
  case viewNotFound
  /// The table does not have this row.
  case rowNotFound
  /// The table does not have some of the rows that are to be changed.
  case rowsNotFound
  /// Somebody else has locked one of the rows.
  case rowLocked
  /// The request has more rows than this.
  case tooManyRows(Int)
  /// The base would have more rows than this.
  case baseFull(Int64)
  /// The base has more rows than this, and so is not shown as a whole.
  case tooLarge(Int)
  /// The bases of the team would have more rows than this.
  case teamFull(Int64)
  /// The columns, options and views of the base would have more bytes than this.
  case schemaTooLarge(Int)
  /// The base would have more tables than this.
  case tooManyTables(Int)
  /// Rows cannot be linked so.
  case link(LinkError)
  /// A row cannot be read.
  case badRow(RowError)
  /// A strict request would lose something.
  case lost(CellLoss)
  /// A column cannot have the name, because another one has it.
  case nameTaken
  /// The tables of the base cannot be changed so.
  case schema(SchemaError)
  /// A filter makes no sense.
  case filter(FilterError)
  /// A client's statement cannot be read, or fits neither the tables nor its parameters; with what the client is told.
  case statement(String)
  /// A client's statement takes longer than this.
  case statementTooSlow(Duration)
  /// A client's statement needs more memory, or is more complex, than there is room for.
  case statementTooLarge
  /// A client's statement comes to a value that nothing can hold.
  case statementFailed
  /// The answer to a client's statement has more bytes than this.
  case answerTooLarge(Int)
}

/// Why rows cannot be linked so.
package enum LinkError: Error {
  /// The two tables do not have a link with this key.
  case notFound
  /// The column with this name is not a link.
  case notLink(String)
  /// Two of the rows are linked already.
  case exists
  /// The request has more links than this.
  case tooMany(Int)
}

/// Does what throws an error of the schema's own kind.
package func changing<Value>(_ body: () throws(SchemaError) -> Value) throws(GridError) -> Value {
  do { return try body() } catch { throw .schema(error) }
}
