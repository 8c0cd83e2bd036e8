public import Ground

/// Adds options to those of a column.
struct OptionMaker {
  private(set) var options: [SelectOption]
  private var places: [ExactText: Int]
  private var ids: Set<ExactText>

  init(_ options: [SelectOption]) {
    self.options = options
    places = Dictionary(
      options.enumerated().map { (ExactText($1.name), $0) }, uniquingKeysWith: { first, _ in first })
    ids = Set(options.map { ExactText($0.id) })
  }

  /// Adds the option that an object describes. If there is one with its name, that is the result, or an error.
  mutating func add(_ wish: JSON, orUse usesPresent: Bool) throws(SchemaError) -> SelectOption {
    guard let text = wish["name"]?.text, let name = gridName(text, isColumn: false) else {
      throw .invalidName(wish["name"]?.text ?? "")
    }
    if let place = places[ExactText(name)] {
      guard usesPresent else { throw .optionExists(name) }
      return options[place]
    }
    guard options.count < GridLimit.options else { throw .tooMany(.options, GridLimit.options) }
    let colors = SelectOption.colors(options.count)
    let option = SelectOption(
      id: try id(wish["id"]), name: name, color: try Self.color(wish, "color") ?? colors.color,
      textColor: try Self.color(wish, "textColor") ?? colors.text, borderColor: try Self.color(wish, "borderColor"))
    places[ExactText(name)] = options.count
    ids.insert(ExactText(option.id))
    options.append(option)
    return option
  }

  private func id(_ wish: JSON?) throws(SchemaError) -> String {
    if let id = wish?.text, !id.isEmpty {
      guard id.utf8.count <= 64, !id.utf8.contains(0) else { throw .invalid(field: "id") }
      guard !ids.contains(ExactText(id)) else { throw .optionExists(id) }
      return id
    }
    while true {
      let id = String(Int.random(in: 100_000...999_999))
      if !ids.contains(ExactText(id)) { return id }
    }
  }

  /// A colour as a client writes it, a short text; nil if it is missing, null or empty.
  static func color(_ wish: JSON, _ field: String) throws(SchemaError) -> String? {
    switch wish[field] {
    case nil, .null: return nil
    case .string(let text) where text.utf8.count <= 32 && !text.utf8.contains(0): return text.isEmpty ? nil : text
    default: throw .invalid(field: field)
    }
  }
}

extension SchemaEdit {
  /// Adds options to a select column. Each wish is an object with `name` and perhaps `color`, `textColor`,
  /// `borderColor` and `id`. A name that the column has already is passed over. The result has an option for each wish.
  public mutating func addOptions(
    _ options: [JSON], to nameOrKey: String, in table: TableKey
  ) throws(SchemaError) -> [SelectOption] {
    let (tablePlace, place) = try selectPlace(nameOrKey, in: table)
    var column = schema.tables[tablePlace].columns[place]
    var maker = OptionMaker(column.options)
    var added: [SelectOption] = []
    for option in options { added.append(try maker.add(option, orUse: true)) }
    column.options = maker.options
    put(column, place, inTableAt: tablePlace)
    return added
  }

  /// Adds options with these names, for cells that name them. A name that the column has already is passed over.
  public mutating func addOptions(
    named names: [String], to column: ColumnKey, in table: TableKey
  ) throws(SchemaError) -> [SelectOption] {
    // The key of one column may be the name of another.
    guard let name = schema.tables[try tablePlace(table)].column(column)?.name else {
      throw .columnNotFound(column.text)
    }
    return try addOptions(names.map { .of([("name", .string($0))]) }, to: name, in: table)
  }

  /// Changes names and colours of options, each given by its `id`. The result has the changed options.
  public mutating func changeOptions(
    _ changes: [JSON], of nameOrKey: String, in table: TableKey
  ) throws(SchemaError) -> [SelectOption] {
    let (tablePlace, place) = try selectPlace(nameOrKey, in: table)
    var column = schema.tables[tablePlace].columns[place]
    let places = Dictionary(
      column.options.enumerated().map { (ExactText($1.id), $0) }, uniquingKeysWith: { first, _ in first })
    var changed: [Int] = []
    for change in changes {
      guard let id = change["id"]?.text else { throw .invalid(field: "id") }
      guard let option = places[ExactText(id)] else { throw .optionNotFound(id) }
      if let text = change["name"]?.text, !text.isEmpty {
        guard let name = gridName(text, isColumn: false) else { throw .invalidName(text) }
        column.options[option].name = name
      }
      if let color = try OptionMaker.color(change, "color") { column.options[option].color = color }
      if let color = try OptionMaker.color(change, "textColor") { column.options[option].textColor = color }
      if let color = try OptionMaker.color(change, "borderColor") { column.options[option].borderColor = color }
      changed.append(option)
    }
    var names: Set<ExactText> = []
    for option in column.options where !names.insert(ExactText(option.name)).inserted {
      throw .optionExists(option.name)
    }
    put(column, place, inTableAt: tablePlace)
    return changed.map { column.options[$0] }
  }

  /// Removes the options with these names. Names that the column does not have are passed over.
  public mutating func deleteOptions(
    named names: [String], of nameOrKey: String, in table: TableKey
  ) throws(SchemaError) {
    let (tablePlace, place) = try selectPlace(nameOrKey, in: table)
    var column = schema.tables[tablePlace].columns[place]
    let gone = Set(names.map { ExactText(normalized($0)) })
    let ids = column.options.filter { gone.contains(ExactText($0.name)) }.map(\.id)
    guard !ids.isEmpty else { return }
    column.options.removeAll { gone.contains(ExactText($0.name)) }
    put(column, place, inTableAt: tablePlace)
    rowChanges.append(.deleteOptions(ids, column, table))
  }

  /// Says which options of a child column belong to each option of its parent column. `settings` is an object: name of
  /// an option of the parent: array of names of options of the child.
  public mutating func setCascade(
    parent: String, child: String, settings: JSON, in table: TableKey
  ) throws(SchemaError) {
    let (tablePlace, parentPlace) = try selectPlace(parent, in: table)
    let (_, childPlace) = try selectPlace(child, in: table)
    let columns = schema.tables[tablePlace].columns
    guard parentPlace != childPlace, columns[parentPlace].type == .singleSelect,
      columns[childPlace].type == .singleSelect
    else { throw .invalid(field: "child_column") }
    guard let members = settings.members, JSONWriter.bytes(of: settings).count <= GridLimit.settings else {
      throw .invalid(field: "cascade_settings")
    }
    let parents = OptionIDs(columns[parentPlace])
    let children = OptionIDs(columns[childPlace])
    var cascade: [JSON.Member] = []
    for member in members {
      guard let names = member.value.elements else { throw .invalid(field: "cascade_settings") }
      var ids: [JSON] = []
      for name in names { ids.append(.string(try children.id(name.text ?? ""))) }
      cascade.append(JSON.Member(name: try parents.id(member.name), value: .array(ids)))
    }
    var column = columns[childPlace]
    column.data = column.data.with("cascade_column_key", .string(columns[parentPlace].key.text))
      .with("cascade_settings", .object(cascade))
    put(column, childPlace, inTableAt: tablePlace)
  }

  private func selectPlace(_ nameOrKey: String, in key: TableKey) throws(SchemaError) -> (table: Int, column: Int) {
    let table = try tablePlace(key)
    let place = try columnPlace(nameOrKey, inTableAt: table)
    guard schema.tables[table].columns[place].type.hasOptions else { throw .noOptions(nameOrKey) }
    return (table, place)
  }
}

/// The ids of a column's options by their names.
private struct OptionIDs {
  private let ids: [ExactText: String]

  init(_ column: Column) {
    ids = Dictionary(column.options.map { (ExactText($0.name), $0.id) }, uniquingKeysWith: { first, _ in first })
  }

  func id(_ name: String) throws(SchemaError) -> String {
    guard let id = ids[ExactText(normalized(name))] else { throw .optionNotFound(name) }
    return id
  }
}
