internal import Ground

extension SchemaEdit {
  /// The settings of a new link column: `{"table":…,"other_table":…}`, by names or keys, the first of which is the table
  /// of the column. `table_id` and `other_table_id` are read, too.
  mutating func linkSettings(_ data: JSON, inTableAt place: Int) throws(SchemaError) -> JSON {
    let table = schema.tables[place]
    let own = data["table"]?.text ?? data["table_id"]?.text
    if let own, schema.table(own)?.key != table.key { throw .columnData(data) }
    guard let name = data["other_table"]?.text ?? data["other_table_id"]?.text else { throw .columnData(data) }
    guard let other = schema.table(name) else { throw .tableNotFound(name) }
    let taken = takenLinks ?? Set(schema.tables.flatMap { $0.columns.compactMap { $0.link?.link } })
    var settings = LinkSettings(link: .random(unless: taken), table: table.key, otherTable: other.key)
    takenLinks = taken.union([settings.link])
    settings.isMultiple = data["is_multiple"]?.boolean ?? true
    return settings.data(showing: other.columns[0])
  }

  /// Adds the column of the other table that shows the same links, named as the table where they were made. A table that
  /// is linked with itself needs none.
  mutating func addCounterpart(of column: Column) throws(SchemaError) {
    guard let link = column.link, link.table != link.otherTable else { return }
    let table = try tablePlace(link.table)
    let other = try tablePlace(link.otherTable)
    guard schema.tables[other].columns.count < GridLimit.columns else { throw .tooMany(.columns, GridLimit.columns) }
    let names = Set(schema.tables[other].columns.map { ExactText($0.name) })
    let letters = schema.tables[table].name.unicodeScalars.map { ".{}`".unicodeScalars.contains($0) ? "_" : $0 }
    let plain = String(String.UnicodeScalarView(letters))
    let counterpart = Column(
      key: .random(unless: Set(schema.tables[other].columns.map(\.key))),
      name: freeName(like: gridName(plain, isColumn: true) ?? "Link") { names.contains(ExactText($0)) },
      type: .link, data: link.data(showing: schema.tables[table].columns[0]))
    schema.tables[other].columns.append(counterpart)
    touch(link.otherTable)
  }

  /// Removes the columns that show these links: two for each, or one of a table that is linked with itself or is gone.
  mutating func removeLinkColumns(_ links: Set<LinkKey>) {
    for table in schema.tables.indices {
      for place in schema.tables[table].columns.indices.reversed() {
        guard let link = schema.tables[table].columns[place].link, links.contains(link.link) else { continue }
        removeColumn(at: place, inTableAt: table)
      }
    }
  }

  /// Tells all columns that show this one what it is now: links show another table's first column, lookups any.
  mutating func refresh(showing column: Column, of key: TableKey) {
    for table in schema.tables.indices {
      for place in schema.tables[table].columns.indices {
        let old = schema.tables[table].columns[place]
        let data: JSON
        if let link = old.link, link.displayColumn == column.key, link.end(beyond: schema.tables[table].key) == key {
          data = link.data(showing: column)
        } else if old.type == .linkFormula, old.data["linked_table_id"]?.text == key.text,
          old.data["array_type"] != nil, Self.shown(by: old.data) == column.key.text
        {
          data = old.data.with("array_type", .string(column.type.rawValue)).with("array_data", column.shownData)
        } else {
          continue
        }
        guard data != old.data else { continue }
        schema.tables[table].columns[place].data = data
        touch(schema.tables[table].key)
      }
    }
  }
}

// MARK: Link formulas

extension SchemaEdit {
  /// The key of the column of which a link formula makes a list.
  private static func shown(by data: JSON) -> String? {
    data["level1_linked_table_column_key"]?.text ?? data["searched_column_key"]?.text
  }

  /// The settings of a link formula: names become keys, and what the result is, is said. Nothing computes it yet.
  func linkFormulaSettings(_ data: JSON, inTableAt place: Int) throws(SchemaError) -> JSON {
    let table = schema.tables[place]
    guard let formula = data["formula"]?.text, let name = data["link_column"]?.text,
      let column = table.column(name), let link = column.link
    else { throw .columnData(data) }
    let linked = schema.tables[try tablePlace(link.end(beyond: table.key))]
    func linkedColumn(_ field: String) throws(SchemaError) -> Column {
      guard let column = data[field]?.text.flatMap({ linked.column($0) }) else { throw .columnData(data) }
      return column
    }
    let common: [(String, JSON)] = [
      ("formula", .string(formula)), ("operated_columns", .array([.string(column.key.text)])),
      ("link_column_key", .string(column.key.text)), ("linked_table_id", .string(linked.key.text)),
      ("include_condition", .boolean(false)), ("condition_conjunction", .string("And")), ("conditions", .array([])),
    ]
    switch formula {
    case "count_links": return .of(common + [("result_type", .string("number"))])
    case "lookup":
      let first = try linkedColumn("level1_linked_column")
      let shown = Self.list(of: first, as: "level1_linked_table_column_key")
      guard let name = data["level2_linked_column"]?.text, !name.isEmpty else { return .of(common + shown) }
      // The first level must be a link itself: the second one is a column of the table behind it.
      guard let link = first.link, let far = schema.table(link.end(beyond: linked.key)), let second = far.column(name)
      else {
        throw .columnData(data)
      }
      return .of(common + shown + [("level2_linked_table_column_key", .string(second.key.text))])
    case "findmax", "findmin":
      let compared = ("comparison_column_key", JSON.string(try linkedColumn("comparison_column").key.text))
      return .of(common + [compared] + Self.list(of: try linkedColumn("searched_column"), as: "searched_column_key"))
    case "rollup":
      let methods = ["average", "concatenate", "max", "min", "sum"]
      guard let method = data["summary_method"]?.text, methods.contains(method) else { throw .columnData(data) }
      let result: JSON = .string(method == "concatenate" ? "string" : "number")
      let summary = JSON.string(try linkedColumn("summary_column").key.text)
      return .of(
        common + [("summary_column_key", summary), ("summary_method", .string(method)), ("result_type", result)])
    default: throw .columnData(data)
    }
  }

  /// What is said of a result that is a list of another column's values.
  private static func list(of shown: Column, as field: String) -> [(String, JSON)] {
    [
      (field, .string(shown.key.text)), ("display_column_key", .string(shown.key.text)),
      ("result_type", .string("array")), ("array_type", .string(shown.type.rawValue)), ("array_data", shown.shownData),
    ]
  }
}
