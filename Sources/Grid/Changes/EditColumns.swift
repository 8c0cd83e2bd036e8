internal import Ground

extension SchemaEdit {
  /// Adds a column, right of its anchor or at the end. A link column gets its counterpart in the other table.
  public mutating func insertColumn(_ column: NewColumn, in table: TableKey) throws(SchemaError) -> Column {
    let place = try tablePlace(table)
    var edit = self
    let added = try edit.add([column], toTableAt: place)
    self = edit
    return added[0]
  }

  /// Adds several columns, all or none, but no links and no formulas.
  public mutating func appendColumns(
    _ columns: [NewColumn], in table: TableKey
  ) throws(SchemaError) -> [Column] {
    let place = try tablePlace(table)
    guard !columns.contains(where: { $0.type == .link || $0.type == .formula || $0.type == .linkFormula })
    else { throw .invalid(field: "column_type") }
    var edit = self
    let added = try edit.add(columns[...], toTableAt: place)
    self = edit
    return added
  }

  /// Adds columns to a table. Rows that are there get their numbers.
  mutating func add(_ wishes: ArraySlice<NewColumn>, toTableAt table: Int) throws(SchemaError) -> [Column] {
    var names = Set(schema.tables[table].columns.map { ExactText($0.name) })
    var keys = Set(schema.tables[table].columns.map(\.key))
    var added: [Column] = []
    for wish in wishes {
      guard schema.tables[table].columns.count < GridLimit.columns else {
        throw .tooMany(.columns, GridLimit.columns)
      }
      guard let name = gridName(wish.name, isColumn: true) else { throw .invalidName(wish.name) }
      guard names.insert(ExactText(name)).inserted else { throw .columnExists(name) }
      let key = try self.key(for: wish.type, unless: keys)
      keys.insert(key)
      let place = try wish.anchor.map { anchor throws(SchemaError) in try columnPlace(anchor, inTableAt: table) + 1 }
      let (data, options) = try settings(wish.type, wish.data, inTableAt: table)
      let column = Column(key: key, name: name, type: wish.type, data: data, options: options)
      schema.tables[table].columns.insert(column, at: place ?? schema.tables[table].columns.count)
      touch(schema.tables[table].key)
      if wish.type == .autoNumber { rowChanges.append(.numberRows(column, schema.tables[table].key)) }
      if wish.type == .link { try addCounterpart(of: column) }
      added.append(column)
    }
    return added
  }

  private func key(for type: ColumnType, unless taken: Set<ColumnKey>) throws(SchemaError) -> ColumnKey {
    guard let fixed = type.fixedKey.map(ColumnKey.init(unchecked:)) else { return .random(unless: taken) }
    guard !taken.contains(fixed) else { throw .columnExists(fixed.text) }
    return fixed
  }

  /// Gives a column another name.
  public mutating func renameColumn(
    _ nameOrKey: String, in table: TableKey, to name: String
  ) throws(SchemaError) -> Column {
    guard let name = gridName(name, isColumn: true) else { throw .invalidName(name) }
    return try change(nameOrKey, in: table) { column, columns throws(SchemaError) in
      guard !columns.contains(where: { $0.key != column.key && isSame($0.name, name) }) else {
        throw .columnExists(name)
      }
      column.name = name
    }
  }

  /// Gives a column another width, in pixels: 1 to 10,000.
  public mutating func resizeColumn(
    _ nameOrKey: String, in table: TableKey, to width: Int64
  ) throws(SchemaError) -> Column {
    guard (1...10_000).contains(width) else { throw .invalid(field: "new_column_width") }
    return try change(nameOrKey, in: table) { column, _ in column.width = width }
  }

  /// Keeps a column in view, or no longer.
  public mutating func freezeColumn(
    _ nameOrKey: String, in table: TableKey, _ frozen: Bool
  ) throws(SchemaError) -> Column {
    try change(nameOrKey, in: table) { column, _ in column.frozen = frozen }
  }

  private mutating func change(
    _ nameOrKey: String, in key: TableKey, _ body: (inout Column, [Column]) throws(SchemaError) -> Void
  ) throws(SchemaError) -> Column {
    let table = try tablePlace(key)
    let place = try columnPlace(nameOrKey, inTableAt: table)
    var column = schema.tables[table].columns[place]
    try body(&column, schema.tables[table].columns)
    put(column, place, inTableAt: table)
    return column
  }

  /// Puts a column right of another one. The first column stays where it is.
  public mutating func moveColumn(
    _ nameOrKey: String, in table: TableKey, rightOf target: String
  ) throws(SchemaError) -> Column {
    let place = try tablePlace(table)
    let from = try columnPlace(nameOrKey, inTableAt: place)
    let to = try columnPlace(target, inTableAt: place)
    guard from > 0 else { throw .firstColumn }
    let column = schema.tables[place].columns[from]
    guard to != from, to + 1 != from else { return column }
    schema.tables[place].columns.remove(at: from)
    schema.tables[place].columns.insert(column, at: to < from ? to + 1 : to)
    touch(table)
    return column
  }

  /// Removes a column and its cells; the first column stays. With a link column its counterpart and its links go.
  public mutating func deleteColumn(_ nameOrKey: String, in table: TableKey) throws(SchemaError) {
    let tablePlace = try tablePlace(table)
    let place = try columnPlace(nameOrKey, inTableAt: tablePlace)
    guard place > 0 else { throw .firstColumn }
    let column = schema.tables[tablePlace].columns[place]
    if let link = column.link {
      rowChanges.append(.deleteLinks(link.link))
      removeLinkColumns([link.link])
    } else {
      removeColumn(at: place, inTableAt: tablePlace)
    }
  }

  /// Removes a column, and what views and other columns say of it.
  mutating func removeColumn(at place: Int, inTableAt table: Int) {
    let column = schema.tables[table].columns.remove(at: place)
    let key = schema.tables[table].key
    touch(key)
    if column.type.isStored { rowChanges.append(.deleteCells(column.key, key)) }
    func isOther(_ condition: JSON) -> Bool { condition["column_key"]?.text != column.key.text }
    for view in schema.tables[table].views.indices {
      schema.tables[table].views[view].filters.removeAll { !isOther($0) }
      schema.tables[table].views[view].sorts.removeAll { !isOther($0) }
      schema.tables[table].views[view].groupBys.removeAll { !isOther($0) }
      schema.tables[table].views[view].hiddenColumns.removeAll { $0 == column.key.text }
    }
    for other in schema.tables[table].columns.indices
    where schema.tables[table].columns[other].data["cascade_column_key"]?.text == column.key.text {
      schema.tables[table].columns[other].data = schema.tables[table].columns[other].data.without("cascade_column_key")
        .without("cascade_settings")
    }
  }
}
