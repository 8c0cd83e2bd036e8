internal import Grid
internal import Ground
internal import Query

/// The columns of a SELECT's result: what they are, and how their values are written.
struct StatementResult {
  private let select: ResolvedSelect
  private let schema: BaseSchema
  private let form: RowForm

  init(_ select: ResolvedSelect, in schema: BaseSchema, as form: RowForm) {
    (self.select, self.schema, self.form) = (select, schema, form)
  }

  /// The items; by keys, a field of the system that is also a column is there only once.
  private var items: [QueryItem] {
    guard form != .names else { return select.items }
    var keys: Set<ExactText> = []
    return select.items.filter { keys.insert(ExactText($0.keyedName)).inserted }
  }

  /// What the answer says of the columns. Without converted keys, results have their cells by `key`.
  var columns: [ResultColumn] {
    items.map { item in
      guard case .column(let reference) = item.value else {
        return calculated(as: item.value.term.type, item)
      }
      guard let column = column(reference) else { return system(reference, item) }
      guard column.type == .link, isGrouped else {
        return ResultColumn(column, key: item.keyedName, name: item.name)
      }
      return ResultColumn(calculated: .linkFormula, data: column.wireData, key: item.keyedName, name: item.name)
    }
  }

  /// How the values are written.
  var members: [(name: String, content: ResultWriter.ResultContent)] {
    items.map { item in (form == .names ? item.name : item.keyedName, content(of: item)) }
  }

  private func content(of item: QueryItem) -> ResultWriter.ResultContent {
    guard case .column(let reference) = item.value, let column = column(reference) else { return .json }
    if column.type.isStored { return .cell(CellWriter(column, form: form)) }
    guard let link = column.link, let table = table(reference) else { return .json }
    let shown = schema.table(link.end(beyond: table.key))?.column(link.displayColumn)
    guard isGrouped else { return .links(shown.map { CellWriter($0, form: form) } ?? .raw) }
    // Names of options are names already.
    return .list(shown.map { CellWriter($0, form: .keys) } ?? .raw)
  }

  /// Whether rows are made of several, so that links show values alone.
  private var isGrouped: Bool { select.isGrouped || select.isDistinct }

  private func table(_ reference: QueryReference) -> GridTable? {
    TableKey(select.tables[reference.table].key).flatMap { schema.table($0) }
  }

  /// The column of the table that is named; nil for a field of the system that the table does not show.
  private func column(_ reference: QueryReference) -> Column? {
    guard let columns = table(reference)?.columns, reference.column < columns.count else { return nil }
    return columns[reference.column]
  }

  private func system(_ reference: QueryReference, _ item: QueryItem) -> ResultColumn {
    let type: ColumnType =
      switch select.tables[reference.table].column(reference.column).system {
      case .locked, .archived: .checkbox
      case .creator: .creator
      case .lastModifier: .lastModifier
      case .created: .ctime
      case .modified: .mtime
      case .id, .lockedBy, nil: .text
      }
    return ResultColumn(calculated: type, key: item.keyedName, name: item.name)
  }

  private func calculated(as type: QueryType, _ item: QueryItem) -> ResultColumn {
    switch type {
    case .number: ResultColumn(calculated: .number, key: item.keyedName, name: item.name)
    case .boolean: ResultColumn(calculated: .checkbox, key: item.keyedName, name: item.name)
    case .date:
      // Clients look for the format.
      ResultColumn(
        calculated: .date, data: .object([JSON.Member(name: "format", value: .string("YYYY-MM-DD HH:mm"))]),
        key: item.keyedName, name: item.name)
    case .text, .list, .place, .object, .nothing:
      ResultColumn(calculated: .text, key: item.keyedName, name: item.name)
    }
  }
}
