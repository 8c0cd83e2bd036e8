public import Ground

/// A view of a table: which rows and columns it shows, and in which order.
public struct GridView: Sendable, Equatable {
  /// The key, unique in the table.
  public let key: ViewKey
  /// The name, unique in the table, in Unicode normalization form C.
  public internal(set) var name: String
  /// `table` or `archive`.
  public internal(set) var type = "table"
  /// Whether people should leave the view as it is. Kept, not enforced.
  public internal(set) var isLocked = false
  /// How the filters are joined.
  public internal(set) var conjunction = Conjunction.and
  /// The filters, objects, as they were sent. `FilterGroup(of:in:_:)` reads them.
  public internal(set) var filters: [JSON] = []
  /// The sorts, objects. `Sort.list(of:in:)` reads them.
  public internal(set) var sorts: [JSON] = []
  /// The groupings, objects. They sort before the sorts do.
  public internal(set) var groupBys: [JSON] = []
  /// The keys of the columns that it does not show, some of which may be gone.
  public internal(set) var hiddenColumns: [String] = []

  /// Makes a view that shows everything.
  init(key: ViewKey, name: String) { (self.key, self.name) = (key, name) }

  /// Reads a view as the database has it, which is what `write` writes. Nil if it is none.
  public init?(_ json: JSON) {
    guard let key = json["_id"]?.text.flatMap(ViewKey.init), let name = json["name"]?.text else { return nil }
    self.init(key: key, name: name)
    type = json["type"]?.text ?? type
    isLocked = json["is_locked"]?.boolean ?? isLocked
    conjunction = json["filter_conjunction"]?.text.flatMap(Conjunction.init) ?? conjunction
    filters = json["filters"]?.elements ?? []
    sorts = json["sorts"]?.elements ?? []
    groupBys = json["groupbys"]?.elements ?? []
    hiddenColumns = json["hidden_columns"]?.elements?.compactMap(\.text) ?? []
  }
}

/// How several filters are joined.
public enum Conjunction: String, Sendable {
  case and = "And"
  case or = "Or"
}

extension GridView: JSONEncodable {
  /// Writes the wire's object. What nobody can change here has the value that a new view has.
  public func write(to json: inout JSONWriter) {
    json.object { json in
      json.add("_id", key)
      json.add("name", name)
      json.add("type", type)
      json.add("private_for", JSON.null)
      json.add("is_locked", isLocked)
      json.add("row_height", "default")
      json.add("filter_conjunction", conjunction.rawValue)
      json.add("filters", filters)
      json.add("sorts", sorts)
      json.add("groupbys", groupBys)
      json.add("groups", [String]())
      json.add("colorbys") { _ in }
      json.add("hidden_columns", hiddenColumns)
      json.add("rows", [String]())
      json.add("formula_rows") { _ in }
      json.add("link_rows") { _ in }
      json.add("summaries") { _ in }
      json.add("colors") { _ in }
      json.add("column_colors") { _ in }
    }
  }
}
