package import Access
package import Grid
internal import Ground
internal import Postgres

/// The rows of a base, for callers who have proved their right to it.
package struct Rows: Sendable {
  let app: App
  let base: ID<Base>
  var schemas: Schemas { Schemas(app) }

  /// Works on the app's database.
  package init(_ app: App, of base: ID<Base>) { (self.app, self.base) = (app, base) }

  // MARK: Reading

  /// A page of the rows of a table, as a JSON array.
  package func list(_ query: RowQuery) async throws -> [UInt8] {
    try await schemas.resolving(base) { stored in
      let table = try stored.table(query.table)
      let view = try query.view(of: table)
      let found: [ListedRow] = try await app.db.rows(
        """
        select (select version from data_base where base_id = \(base)) as version, \(ListedRow.columns)
        from data_row as own
        where own.base_id = \(base) and own.table_key = \(table.key)\(query.condition(view, in: table, of: base, app))
        order by \(query.order(view, in: table))own.position
        offset \(query.start) limit \(query.limit)
        """)
      guard try await isPresent(stored, found.first) else { return nil }
      let writer = RowWriter(table, columns: view.map { table.columns(shownBy: $0) }, form: query.form)
      return await written(found, by: writer)
    }
  }

  /// A row of a table, as a JSON object.
  package func show(_ id: RowID, of named: TableName, form: RowForm) async throws -> [UInt8] {
    try await schemas.resolving(base) { stored in
      let table = try stored.table(named)
      let found: ListedRow? = try await app.db.lookup(
        """
        select (select version from data_base where base_id = \(base)) as version, \(ListedRow.columns)
        from data_row as own
        where own.base_id = \(base) and own.table_key = \(table.key) and own.id = \(id)::uuid
        """)
      guard let found else { throw GridError.rowNotFound }
      guard found.version == stored.schema.version else { return nil }
      var json: [UInt8] = []
      RowWriter(table, form: form).append(found.row, to: &json)
      return json
    }
  }

  /// Whether rows were read at the version of a schema; without rows, that must be asked.
  private func isPresent(_ stored: StoredSchema, _ row: ListedRow?) async throws -> Bool {
    if let row { return row.version == stored.schema.version }
    return try await schemas.current(of: base).schema.version == stored.schema.version
  }

  /// Writes rows in portions, with a turn for others between them.
  private func written(_ rows: [ListedRow], by writer: RowWriter) async -> [UInt8] {
    var json: [UInt8] = []
    json.reserveCapacity(rows.reduce(64) { $0 + 2 * $1.row.cells.count + 256 })
    json.append(UInt8(ascii: "["))
    for (index, row) in rows.enumerated() {
      if index > 0 {
        json.append(UInt8(ascii: ","))
        if index.isMultiple(of: ReadRows.portion) { await Task.yield() }
      }
      writer.append(row.row, to: &json)
    }
    json.append(UInt8(ascii: "]"))
    return json
  }
}

/// Which rows of a table, and how.
package struct RowQuery: Sendable {
  let table: TableName
  /// The view by its name or its key; both nil: none.
  let named: TableName
  let start: Int64
  let limit: Int64
  /// The column to sort by, and `desc` or `asc`; nil: the order of the view, or of the table.
  let sort: (column: String, direction: String?)?
  let form: RowForm
  /// Whom filters mean by "me"; nil: nobody.
  let me: String?

  package init(
    table: TableName, view: TableName, start: Int64, limit: Int64, sort: (column: String, direction: String?)?,
    form: RowForm, me: String?
  ) {
    (self.table, named, self.start, self.limit) = (table, view, start, limit)
    (self.sort, self.form, self.me) = (sort, form, me)
  }

  func view(of table: GridTable) throws(GridError) -> GridView? {
    guard named.name != nil || named.key != nil else { return nil }
    guard let view = table.view(name: named.name, key: named.key) else { throw .viewNotFound }
    return view
  }
}

/// A stored row, and at which version of the base it was read.
private struct ListedRow: RowDecodable {
  let version: Int64
  let row: StoredRow

  static let columns: SQL = """
    own.id, own.created_at, own.modified_at, own.creator, own.modifier, own.locked_by, own.cells
    """

  init(_ row: Row) throws(PostgresError) {
    version = try row["version"] ?? 0
    self.row = StoredRow(
      id: try row["id"], created: try row["created_at"], modified: try row["modified_at"],
      creator: try row["creator"], modifier: try row["modifier"], lockedBy: try row["locked_by"],
      cells: try row["cells"])
  }
}
