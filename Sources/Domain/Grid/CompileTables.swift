internal import Grid
internal import Query

/// Tables as clients' statements see them.
extension QueryTable {
  init(_ table: GridTable, in schema: BaseSchema) {
    self.init(
      key: table.key.text, name: table.name,
      columns: table.columns.map { column in
        QueryColumn(
          key: column.key.text, name: column.name, kind: QueryKind(column, of: table, in: schema),
          isWritable: Self.canSet(column.type))
      })
  }

  /// Whether an UPDATE may set columns of this type: what a client writes as one constant or a list of texts.
  private static func canSet(_ type: ColumnType) -> Bool {
    switch type {
    case .image, .file, .geolocation, .digitalSign: false
    default: type.isWritable
    }
  }
}

extension QueryKind {
  init(_ column: Column, of table: GridTable, in schema: BaseSchema) {
    let options = column.options.map { QueryOption(id: $0.id, name: $0.name) }
    switch column.type {
    case .text, .longText, .email, .url, .autoNumber, .creator, .lastModifier: self = .text
    case .number, .duration, .rate: self = .number
    case .checkbox: self = .boolean
    case .date, .ctime, .mtime: self = .date
    case .singleSelect: self = .option(options)
    case .multipleSelect: self = .options(options)
    case .collaborator, .image, .department: self = .texts
    case .geolocation: self = .place
    case .file, .digitalSign: self = .object
    case .formula, .linkFormula: self = .unevaluated
    case .button: self = .button
    case .link: self = column.link.map { .links(QueryLink($0, of: table, in: schema)) } ?? .unevaluated
    }
  }
}

extension QueryLink {
  fileprivate init(_ link: LinkSettings, of table: GridTable, in schema: BaseSchema) {
    let far = link.end(beyond: table.key)
    let shown = schema.table(far)?.column(link.displayColumn)
    self.init(
      id: link.link.text, isFirst: link.isFirst(table.key), tableKey: far.text, displayKey: link.displayColumn.text,
      display: shown.map(LinkDisplay.init) ?? .nothing)
  }
}

extension QueryLink.LinkDisplay {
  fileprivate init(_ column: Column) {
    switch column.type {
    case .text, .longText, .email, .url, .autoNumber, .creator, .lastModifier: self = .text
    case .number, .duration, .rate: self = .number
    case .date, .ctime, .mtime: self = .date
    case .singleSelect: self = .option(column.options.map { QueryOption(id: $0.id, name: $0.name) })
    default: self = .nothing
    }
  }
}
