internal import Ground

/// An order of rows. Empty cells come last.
public struct Sort: Sendable, Equatable {
  /// The column.
  public let column: Column
  /// Whether the greatest comes first.
  public let isDescending: Bool

  /// The ids of the column's options in their order, by which cells of select columns are sorted; nil for other columns.
  public var optionOrder: [String]? { column.type.hasOptions ? column.options.map(\.id) : nil }

  /// The sorts of a view: those of its groupings first. Those whose column is gone or cannot be sorted are left out, and
  /// all but the first one by the same column.
  public static func list(of view: GridView, in table: GridTable) -> [Sort] {
    var seen: Set<ColumnKey> = []
    return (view.groupBys + view.sorts).compactMap { sort in
      guard let column = sort["column_key"]?.text.flatMap(ColumnKey.init).flatMap({ table.column($0) }),
        column.type.canSort, seen.insert(column.key).inserted
      else { return nil }
      return Sort(column: column, isDescending: sort["sort_type"]?.text == "down")
    }
  }

  /// The sort by a column that a request names with `order_by`; nil if there is no such column, or it cannot be sorted.
  public static func by(_ nameOrKey: String, direction: String?, in table: GridTable) -> Sort? {
    guard let column = table.column(nameOrKey), column.type.canSort else { return nil }
    return Sort(column: column, isDescending: direction?.utf8.isWord("desc") == true)
  }
}

extension ColumnType {
  /// Whether rows can be sorted by a column of this type.
  var canSort: Bool {
    switch self {
    case .image, .file, .geolocation, .digitalSign, .button, .link, .formula, .linkFormula: false
    default: true
    }
  }
}
