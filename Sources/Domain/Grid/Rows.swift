package import Access
package import Grid
package import Ground
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
      let rest: SQL = """
        from (
          select * from data_row as own
          where own.base_id = \(base) and own.table_key = \(table.key)\(query.condition(view, in: table, of: base, app))
            \(try query.condition(in: table, of: base, app))
          order by \(query.order(view, in: table))own.position
          offset \(query.start) limit \(query.limit)
        ) as own
        """
      let found: [ListedRow] = try await app.db.rows(ListedRow.select(base, rest, upTo: mostBytes))
      guard try await isPresent(stored, at: found.first?.version) else { return nil }
      guard found.last?.isTooMuch != true else { throw GridError.answerTooLarge(mostBytes) }
      let columns = view.map { table.columns(shownBy: $0) } ?? table.columns
      let rows = try await withLinks(found.map { $0.row }, in: columns, of: table, at: stored, form: query.form)
      guard let rows else { return nil }
      return try await written(rows, by: RowWriter(table, columns: columns, form: query.form))
    }
  }

  /// A row of a table, as a JSON object.
  package func show(_ id: RowID, of named: TableName, form: RowForm) async throws -> [UInt8] {
    try await schemas.resolving(base) { stored in
      let table = try stored.table(named)
      let rest: SQL = """
        from data_row as own where own.base_id = \(base) and own.table_key = \(table.key) and own.id = \(id)::uuid
        """
      let found: ListedRow? = try await app.db.lookup(ListedRow.only(base, rest, upTo: mostBytes))
      guard let found else { throw GridError.rowNotFound }
      guard found.version == stored.schema.version else { return nil }
      guard !found.isTooMuch else { throw GridError.answerTooLarge(mostBytes) }
      let rows = try await withLinks([found.row], in: table.columns, of: table, at: stored, form: form)
      guard let row = rows?.first else { return nil }
      var json: [UInt8] = []
      RowWriter(table, form: form).append(row, to: &json)
      return json
    }
  }

  /// Whether rows were read at the version of a schema; where there were none, that must be asked.
  func isPresent(_ stored: StoredSchema, at version: Int64? = nil) async throws -> Bool {
    if let version { return version == stored.schema.version }
    return try await schemas.current(of: base).schema.version == stored.schema.version
  }

  /// The most bytes of an answer.
  var mostBytes: Int { app.settings.statements.bytes }

  /// Writes rows in portions, with a turn for others between them.
  func written(_ rows: [StoredRow], by writer: RowWriter) async throws -> [UInt8] {
    var json: [UInt8] = []
    json.reserveCapacity(min(rows.reduce(64) { $0 + 2 * $1.cells.count + 256 }, mostBytes))
    json.append(UInt8(ascii: "["))
    for (index, row) in rows.enumerated() {
      if index > 0 {
        json.append(UInt8(ascii: ","))
        if index.isMultiple(of: ReadRows.portion) { await Task.yield() }
      }
      writer.append(row, to: &json)
      guard json.count <= mostBytes else { throw GridError.answerTooLarge(mostBytes) }
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
  /// The filters that the request itself has, which count beside those of the view.
  let filters: (list: [JSON], conjunction: Conjunction)?

  package init(
    table: TableName, view: TableName, start: Int64, limit: Int64,
    sort: (column: String, direction: String?)? = nil, form: RowForm, me: String?,
    filters: (list: [JSON], conjunction: Conjunction)? = nil
  ) {
    (self.table, named, self.start, self.limit) = (table, view, start, limit)
    (self.sort, self.form, self.me, self.filters) = (sort, form, me, filters)
  }

  /// The condition of the request's own filters on rows of `own`, after others.
  func condition(in table: GridTable, of base: ID<Base>, _ app: App) throws(GridError) -> SQL {
    guard let filters else { return "" }
    let group: FilterGroup
    do throws(FilterError) {
      let context = FilterContext(now: app.now(), me: me)
      group = try FilterGroup(request: filters.list, filters.conjunction, in: table, context)
    } catch { throw .filter(error) }
    return RowConditions(base: base, table: table).all(group)
  }

  func view(of table: GridTable) throws(GridError) -> GridView? {
    guard named.name != nil || named.key != nil else { return nil }
    guard let view = table.view(name: named.name, key: named.key) else { throw .viewNotFound }
    return view
  }
}
