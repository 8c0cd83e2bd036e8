internal import Ground

extension SchemaEdit {
  /// Adds a table. The first of the columns gets the key `0000`; if there are none, the table has one named `Name`.
  public mutating func createTable(named name: String, columns: [NewColumn] = []) throws(SchemaError) -> GridTable {
    var edit = self
    guard schema.tables.count < GridLimit.tables else { throw .tooMany(.tables, GridLimit.tables) }
    let name = try freeTableName(name)
    let key = TableKey.random(unless: Set(schema.tables.map(\.key)))
    var table = GridTable.new(key: key, named: name)
    if let first = columns.first {
      guard first.type.canBeFirst else { throw .firstColumn }
      table.columns[0].type = first.type
      guard let name = gridName(first.name, isColumn: true) else { throw .invalidName(first.name) }
      table.columns[0].name = name
    }
    edit.schema.tables.append(table)
    edit.touch(key)
    if let first = columns.first {
      let place = edit.schema.tables.count - 1
      let (data, options) = try edit.settings(first.type, first.data, inTableAt: place)
      (edit.schema.tables[place].columns[0].data, edit.schema.tables[place].columns[0].options) = (data, options)
      _ = try edit.add(columns.dropFirst(), toTableAt: place)
    }
    self = edit
    return schema.tables[schema.tables.count - 1]
  }

  /// Gives a table another name.
  public mutating func renameTable(_ table: TableKey, to name: String) throws(SchemaError) {
    let place = try tablePlace(table)
    let name = try freeTableName(name, but: place)
    guard !isSame(schema.tables[place].name, name) else { return }
    schema.tables[place].name = name
    touch(table)
  }

  private func freeTableName(_ text: String, but place: Int? = nil) throws(SchemaError) -> String {
    guard let name = gridName(text, isColumn: false) else { throw .invalidName(text) }
    guard !schema.tables.indices.contains(where: { $0 != place && isSame(schema.tables[$0].name, name) })
    else { throw .tableExists(name) }
    return name
  }

  /// Removes a table, its rows, its links, and the columns of other tables that are linked with it.
  public mutating func deleteTable(_ table: TableKey) throws(SchemaError) {
    let place = try tablePlace(table)
    guard schema.tables.count > 1 else { throw .last }
    let gone = schema.tables.remove(at: place)
    deletedTables.append(table)
    changedTables.removeAll { $0 == table }
    rowChanges.append(.deleteRows(table))
    let links = gone.columns.compactMap { $0.link?.link }
    rowChanges += Set(links).map { .deleteLinks($0) }
    removeLinkColumns(Set(links))
  }

  /// Adds a copy of a table, named `X(copy)`, without its links: columns of the types link and link-formula are not
  /// copied. All other columns keep their keys, so that a row's cells can be copied as they are.
  public mutating func duplicateTable(_ table: TableKey) throws(SchemaError) -> GridTable {
    let original = schema.tables[try tablePlace(table)]
    guard schema.tables.count < GridLimit.tables else { throw .tooMany(.tables, GridLimit.tables) }
    let taken = Set(schema.tables.map { ExactText($0.name) })
    let wanted = String(String.UnicodeScalarView(original.name.unicodeScalars.prefix(GridLimit.name - 6))) + "(copy)"
    let copy = GridTable(
      key: .random(unless: Set(schema.tables.map(\.key))),
      name: freeName(like: wanted) { taken.contains(ExactText($0)) },
      columns: original.columns.filter { $0.type != .link && $0.type != .linkFormula }, views: original.views)
    schema.tables.append(copy)
    touch(copy.key)
    return copy
  }
}
