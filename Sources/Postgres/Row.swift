internal import CLibPQ

/// What a row of an answer becomes: one initializer that reads its columns by name.
public protocol RowDecodable: Sendable {
  /// Reads a row.
  ///
  /// - Throws: `PostgresError.unexpected` where a column is missing, or is not what it should be.
  init(_ row: Row) throws(PostgresError)
}

/// One row of an answer. Reading the columns in the order of the select list is the quickest.
public struct Row {
  let result: ResultSet
  let index: Int32

  /// The value of the column with the given name.
  ///
  /// - Throws: `PostgresError.unexpected` where it is missing, or is no `Value`.
  public subscript<Value: PostgresDecodable>(_ column: StaticString) -> Value {
    get throws(PostgresError) { try Value(result.cell(column, row: index)) }
  }
}

/// The only owner of a `PGresult`.
final class ResultSet: @unchecked Sendable {  // Sendable: owned by the thread of its connection's loop
  let pointer: OpaquePointer
  private var next: Int32 = 0

  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { PQclear(pointer) }

  var status: ExecStatusType { PQresultStatus(pointer) }

  var rowCount: Int32 { PQntuples(pointer) }

  /// How many rows an insert, update or delete touched; 0 for what touches none.
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
    return name.withUTF8Buffer { name in
      for (index, byte) in name.enumerated() where UInt8(bitPattern: own[index]) != byte { return false }
      return own[name.count] == 0
    }
  }
}
