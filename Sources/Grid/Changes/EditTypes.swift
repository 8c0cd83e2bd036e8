public import Ground

extension SchemaEdit {
  /// Gives a column another type, or its type other settings. The cells are converted as far as that is possible.
  ///
  /// A select column keeps its options if the settings name none. Links are not changed, nor the columns that show who
  /// and when: their keys say what they are.
  public mutating func retypeColumn(
    _ nameOrKey: String, in table: TableKey, to type: ColumnType, data: JSON = .null
  ) throws(SchemaError) -> Column {
    let tablePlace = try tablePlace(table)
    let place = try columnPlace(nameOrKey, inTableAt: tablePlace)
    let old = schema.tables[tablePlace].columns[place]
    guard place > 0 || type.canBeFirst else { throw .firstColumn }
    if old.type == .link || type == .link { throw .linkColumn }
    guard old.type.fixedKey == type.fixedKey, type.fixedKey == nil || old.type == type else {
      throw .invalid(field: "new_column_type")
    }
    var column = old
    column.type = type
    (column.data, column.options) = try settings(type, data, inTableAt: tablePlace)
    if old.type.hasOptions, type.hasOptions, data["options"] == nil {
      column.options = old.options
      if data == .null { column.data = old.data }
    }
    put(column, place, inTableAt: tablePlace)
    if let change = cellChange(from: old, to: column, in: table) { rowChanges.append(change) }
    return column
  }

  /// What becomes of the cells; nil if they stay as they are.
  private func cellChange(from old: Column, to new: Column, in table: TableKey) -> RowChange? {
    if new.type == .autoNumber { return old.type == .autoNumber ? nil : .numberRows(new, table) }
    guard let kind = old.type.cellKind else { return nil }
    guard let newKind = new.type.cellKind else { return .deleteCells(new.key, table) }
    let isSameCell =
      switch kind {
      case .text: newKind == .text
      case .date: newKind == .date && old.dateFormat.hasTime == new.dateFormat.hasTime
      case .option, .options: newKind == kind && old.options.map(\.id) == new.options.map(\.id)
      case .list, .object: old.type == new.type
      case .number: newKind == kind && (new.type != .rate || old.type == .rate)
      case .boolean: newKind == kind
      }
    return isSameCell ? nil : .convertCells(CellConversion(old: old, new: new), table)
  }
}
