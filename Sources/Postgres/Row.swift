internal import CLibPQ
internal import Glibc

/// A type that is read from a row of a result, column by column.
public protocol RowDecodable: Sendable {
  /// Reads a row.
  ///
  /// - Throws: `PostgresError.unexpected` if a column is missing, or does not have the expected type.
  init(_ row: Row) throws(PostgresError)
}

/// A row of a result. Reading columns in the order of the select list is fastest.
public struct Row {
  let result: ResultSet
  let index: Int32

  /// The value of the column with the given name.
  ///
  /// - Throws: `PostgresError.unexpected` if the column is missing, or is not a `Value`.
  public subscript<Value: PostgresDecodable>(_ column: StaticString) -> Value {
    get throws(PostgresError) { try Value(result.cell(column, row: index)) }
  }
}

/// The rows of a result, which are read one by one, so that a large result is there only once, and whoever reads it can
/// let others have their turn.
public struct ReceivedRows<Value: RowDecodable>: Sendable {
  private let result: ResultSet

  init(_ result: ResultSet) { self.result = result }

  /// How many there are.
  public var count: Int { Int(result.rowCount) }

  /// The row at an index.
  public subscript(index: Int) -> Value {
    get throws(PostgresError) { try Value(Row(result: result, index: Int32(index))) }
  }
}

/// Owns a `PGresult`.
final class ResultSet: @unchecked Sendable {  // Sendable: owned by the thread of its connection's loop
  let pointer: OpaquePointer
  private var next: Int32 = 0

  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { PQclear(pointer) }

  var status: ExecStatusType { PQresultStatus(pointer) }

  var rowCount: Int32 { PQntuples(pointer) }

  /// The number of rows that an insert, update or delete affected; 0 for other statements.
  var affectedRows: Int { Int(String(cString: PQcmdTuples(pointer))) ?? 0 }

  func first<Value: RowDecodable>() throws(PostgresError) -> Value? {
    rowCount == 0 ? nil : try Value(Row(result: self, index: 0))
  }

  func all<Value: RowDecodable>() throws(PostgresError) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(Int(rowCount))
    for index in 0..<rowCount { values.append(try Value(Row(result: self, index: index))) }
    return values
  }

  func cell(_ column: StaticString, row: Int32) throws(PostgresError) -> PostgresCell {
    let index = try index(of: column)
    let type = PostgresType(rawValue: PQftype(pointer, index))
    guard PQgetisnull(pointer, row, index) == 0 else { return PostgresCell(column: column, type: type, value: nil) }
    let value = UnsafeRawBufferPointer(
      start: PQgetvalue(pointer, row, index), count: Int(PQgetlength(pointer, row, index)))
    return PostgresCell(column: column, type: type, value: value)
  }

  private func index(of column: StaticString) throws(PostgresError) -> Int32 {
    let count = PQnfields(pointer)
    var index = next < count ? next : 0
    for _ in 0..<count {
      if isName(column, of: index) {
        next = index + 1
        return index
      }
      index = index + 1 < count ? index + 1 : 0
    }
    throw .unexpected("column \"\(column)\" is missing")
  }

  private func isName(_ name: StaticString, of index: Int32) -> Bool {
    guard let own = PQfname(pointer, index) else { return false }
    let length = name.utf8CodeUnitCount
    let name = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    return strncmp(own, name, length) == 0 && own[length] == 0
  }
}
