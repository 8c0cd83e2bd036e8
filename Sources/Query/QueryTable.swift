internal import Ground

/// A table as statements see it: its name, and its columns in the order of `SELECT *`.
public struct QueryTable: Sendable, Equatable {
  /// The key, four characters.
  public let key: String
  /// The name.
  public let name: String
  /// The columns, without the system's.
  public let columns: [QueryColumn]
  /// The columns by name, as one writes them in any case, then by key, then the system's by name.
  private let places: [ExactText: Int]

  /// Makes a table. Columns of the types creator, last-modifier, ctime and mtime have the keys of `QuerySystemField`.
  public init(key: String, name: String, columns: [QueryColumn]) {
    let shown = Set(columns.compactMap(\.system))
    let system = QuerySystemField.allCases.filter { !shown.contains($0) }.map(QueryColumn.init)
    (self.key, self.name, self.columns) = (key, name, columns)
    hidden = system
    var places: [ExactText: Int] = [:]
    let all = columns + system
    // Exact names before names that differ in case, names before keys, and the first of several.
    for nameOf in [{ ExactText(normalized($0.name)) }, { folded($0.name) }, { ExactText($0.key) }] as Naming {
      for (index, column) in all.enumerated() where places[nameOf(column)] == nil { places[nameOf(column)] = index }
    }
    for (index, column) in all.enumerated() {
      guard let field = column.system, places[ExactText(field.rawValue)] == nil else { continue }
      places[ExactText(field.rawValue)] = index
    }
    self.places = places
  }

  private typealias Naming = [(QueryColumn) -> ExactText]

  /// The system's columns that are not among the table's own, in the order in which `SELECT *` has them at its end.
  public let hidden: [QueryColumn]

  /// A column by the index that a `QueryReference` has: the table's own, then the hidden ones.
  public func column(_ index: Int) -> QueryColumn {
    index < columns.count ? columns[index] : hidden[index - columns.count]
  }

  /// The index of a column by its name or key, as a statement has it; nil if there is none.
  func index(of name: String) -> Int? { places[ExactText(name)] ?? places[folded(name)] }
}

/// A name without its case.
func folded(_ name: String) -> ExactText { ExactText(normalized(name).lowercased()) }

/// A column as statements see it.
public struct QueryColumn: Sendable, Equatable {
  /// The key, by which its cells are stored: four characters, or the name of a system field.
  public let key: String
  /// The name.
  public let name: String
  /// What its cells are.
  public let kind: QueryKind
  /// Whether UPDATE may set it. False for images, files, places, links, formulas, automatic numbers and the system's.
  public let isWritable: Bool

  /// Makes a column. A key of `QuerySystemField` makes it that field, whatever the kind.
  public init(key: String, name: String, kind: QueryKind, isWritable: Bool) {
    let system = QuerySystemField(rawValue: key)
    (self.key, self.name, self.kind) = (key, name, system?.kind ?? kind)
    self.isWritable = isWritable && system == nil
  }

  /// Makes a system field that the table does not show.
  init(_ field: QuerySystemField) {
    self.init(key: field.rawValue, name: field.rawValue, kind: field.kind, isWritable: false)
  }

  /// The field of the row that this is; nil for a column with cells.
  public var system: QuerySystemField? { QuerySystemField(rawValue: key) }
}

/// What a row has besides its cells, in the order in which `SELECT *` has them at its end.
public enum QuerySystemField: String, Sendable, CaseIterable {
  /// True, or null.
  case locked = "_locked"
  /// Who locked the row, or null.
  case lockedBy = "_locked_by"
  /// Always false here.
  case archived = "_archived"
  case creator = "_creator"
  /// When the row was made.
  case created = "_ctime"
  case lastModifier = "_last_modifier"
  /// When it was last changed.
  case modified = "_mtime"
  /// The row's 22 characters.
  case id = "_id"

  /// What its values are.
  var kind: QueryKind {
    switch self {
    case .locked, .archived: .boolean
    case .lockedBy, .creator, .lastModifier, .id: .text
    case .created, .modified: .date
    }
  }
}

/// What a column's cells are. An empty cell is NULL, in every kind.
public enum QueryKind: Sendable, Equatable {
  /// A text that is not empty: text, long-text, e-mail, URL, automatic number.
  case text
  /// A finite number: number, duration (seconds), rate.
  case number
  /// A checkbox.
  case boolean
  /// A day or a minute in UTC, stored as `YYYY-MM-DD` or `YYYY-MM-DD HH:mm`; for the system's fields, a point in time.
  case date
  /// One option, stored by its id. As a value it is the option's name, a text; as a sort key its place among the options.
  case option([QueryOption])
  /// Options, stored as a list of ids. As a value it is the list of their names.
  case options([QueryOption])
  /// Texts: collaborators' addresses, images' URLs, departments.
  case texts
  /// Linked rows. As a value it is the list of what their display column shows, in the order of the links.
  case links(QueryLink)
  /// A place, which only `country` reads.
  case place
  /// Files or a signature, which can be selected, counted, and no more.
  case object
  /// A formula or a formula over links, which are not evaluated: always NULL, of type text.
  case unevaluated
  /// A button, which no statement can name and `SELECT *` omits.
  case button
}

/// An option of a select column.
public struct QueryOption: Sendable, Equatable {
  /// The id, as cells store it.
  public let id: String
  /// The name, as statements write it.
  public let name: String

  /// Makes an option.
  public init(id: String, name: String) { (self.id, self.name) = (id, name) }
}

/// Where a link column leads.
public struct QueryLink: Sendable, Equatable {
  /// The link's key.
  public let id: String
  /// Whether this column's rows are the first of each pair.
  public let isFirst: Bool
  /// The key of the table with the linked rows.
  public let tableKey: String
  /// The key of the column there whose cells stand for the rows; it may be one of `QuerySystemField`.
  public let displayKey: String
  /// What the cells of that column are. Of lists and objects nothing is shown.
  public let display: LinkDisplay

  /// The types that a display column may have.
  public enum LinkDisplay: Sendable, Equatable {
    case text
    case number
    case date
    case option([QueryOption])
    /// Nothing that could be compared: each linked row counts as NULL.
    case nothing
  }

  /// Makes a link.
  public init(id: String, isFirst: Bool, tableKey: String, displayKey: String, display: LinkDisplay) {
    (self.id, self.isFirst, self.tableKey) = (id, isFirst, tableKey)
    (self.displayKey, self.display) = (displayKey, display)
  }
}
