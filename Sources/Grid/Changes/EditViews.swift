public import Ground

/// A change of a view. What is nil stays as it is.
public struct ViewChange: Sendable {
  /// The new name.
  public var name: String?
  /// Whether the view is locked.
  public var isLocked: Bool?
  /// How its filters are joined.
  public var conjunction: Conjunction?
  /// Its filters; empty objects among them are left out.
  public var filters: [JSON]?
  /// Its sorts; empty objects among them are left out.
  public var sorts: [JSON]?
  /// Its groupings; empty objects among them are left out.
  public var groupBys: [JSON]?
  /// The keys of the columns that it hides.
  public var hiddenColumns: [String]?

  /// Makes a change of nothing.
  public init() {}

  /// Reads the members `name`, `is_locked`, `filter_conjunction`, `filters`, `sorts`, `groupbys` and `hidden_columns`.
  public init(_ json: JSON) throws(SchemaError) {
    if let text = try Self.member("name", of: json, \.text), !text.isEmpty { name = text }
    isLocked = try Self.member("is_locked", of: json, \.boolean)
    if let word = try Self.member("filter_conjunction", of: json, \.text), !word.isEmpty {
      guard let conjunction = Conjunction(rawValue: word) else { throw .invalid(field: "filter_conjunction") }
      self.conjunction = conjunction
    }
    filters = try Self.conditions("filters", of: json)
    sorts = try Self.conditions("sorts", of: json)
    groupBys = try Self.conditions("groupbys", of: json)
    hiddenColumns = try Self.hidden(json)
  }

  /// A member; nil if it is missing or null.
  private static func member<Value>(
    _ name: String, of json: JSON, _ form: (JSON) -> Value?
  ) throws(SchemaError) -> Value? {
    guard let value = json[name], value != .null else { return nil }
    guard let formed = form(value) else { throw .invalid(field: name) }
    return formed
  }

  /// Objects. `[{}]` is how clients say that there are none.
  private static func conditions(_ name: String, of json: JSON) throws(SchemaError) -> [JSON]? {
    guard let elements = try member(name, of: json, \.elements) else { return nil }
    guard elements.allSatisfy({ $0.members != nil && !$0.hasNUL && $0.hasUsualNumbers }) else {
      throw .invalid(field: name)
    }
    let conditions = elements.filter { $0 != .object([]) }
    guard conditions.count <= GridLimit.conditions else { throw .tooMany(.conditions, GridLimit.conditions) }
    guard JSONWriter.bytes(of: JSON.array(conditions)).count <= GridLimit.settings else { throw .invalid(field: name) }
    return conditions
  }

  private static func hidden(_ json: JSON) throws(SchemaError) -> [String]? {
    let name = "hidden_columns"
    guard let elements = try member(name, of: json, \.elements) else { return nil }
    let keys = elements.filter { $0 != .object([]) }.compactMap(\.text).filter { ColumnKey($0) != nil }
    guard elements.allSatisfy({ $0.text != nil || $0 == .object([]) }) else { throw .invalid(field: name) }
    guard keys.count <= GridLimit.columns else { throw .tooMany(.columns, GridLimit.columns) }
    return keys
  }
}

extension SchemaEdit {
  /// Adds a view that shows everything. The type is `table` (nil and the empty text mean that), or `archive`.
  public mutating func createView(
    named name: String, type: String?, isLocked: Bool, in table: TableKey
  ) throws(SchemaError) -> GridView {
    let place = try tablePlace(table)
    let name = try freeViewName(name, inTableAt: place)
    let type = type.flatMap { $0.isEmpty ? nil : $0 } ?? "table"
    guard type == "table" || type == "archive" else { throw .invalid(field: "type") }
    guard schema.tables[place].views.count < GridLimit.views else { throw .tooMany(.views, GridLimit.views) }
    var view = GridView(key: .random(unless: Set(schema.tables[place].views.map(\.key))), name: name)
    (view.type, view.isLocked) = (type, isLocked)
    schema.tables[place].views.append(view)
    touch(table)
    return view
  }

  /// Changes a view.
  public mutating func changeView(
    _ view: ViewKey, in table: TableKey, _ change: ViewChange
  ) throws(SchemaError) -> GridView {
    let tablePlace = try tablePlace(table)
    let place = try viewPlace(view, inTableAt: tablePlace)
    var view = schema.tables[tablePlace].views[place]
    if let name = change.name { view.name = try freeViewName(name, inTableAt: tablePlace, but: place) }
    view.isLocked = change.isLocked ?? view.isLocked
    view.conjunction = change.conjunction ?? view.conjunction
    view.filters = change.filters ?? view.filters
    view.sorts = change.sorts ?? view.sorts
    view.groupBys = change.groupBys ?? view.groupBys
    view.hiddenColumns = change.hiddenColumns ?? view.hiddenColumns
    schema.tables[tablePlace].views[place] = view
    touch(table)
    return view
  }

  /// Removes a view.
  public mutating func deleteView(_ view: ViewKey, in table: TableKey) throws(SchemaError) {
    let tablePlace = try tablePlace(table)
    let place = try viewPlace(view, inTableAt: tablePlace)
    guard schema.tables[tablePlace].views.count > 1 else { throw .last }
    schema.tables[tablePlace].views.remove(at: place)
    touch(table)
  }

  private func viewPlace(_ key: ViewKey, inTableAt table: Int) throws(SchemaError) -> Int {
    guard let place = schema.tables[table].views.firstIndex(where: { $0.key == key }) else {
      throw .viewNotFound(key.text)
    }
    return place
  }

  private func freeViewName(
    _ text: String, inTableAt table: Int, but place: Int? = nil
  ) throws(SchemaError) -> String {
    guard let name = viewName(text) else { throw .invalidName(text) }
    let views = schema.tables[table].views
    guard !views.indices.contains(where: { $0 != place && isSame(views[$0].name, name) }) else {
      throw .viewExists(name)
    }
    return name
  }
}
