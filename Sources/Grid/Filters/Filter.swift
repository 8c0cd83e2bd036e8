public import Ground

/// Conditions of a view or of a request, joined in one way.
public struct FilterGroup: Sendable, Equatable {
  /// How they are joined.
  public var conjunction: Conjunction
  /// The conditions. If there are none, every row is shown.
  public var filters: [Filter]

  /// Reads the filters of a view. Those that do not make sense any more, because their column is gone or has another type
  /// now, and those without a term, are left out.
  public init(of view: GridView, in table: GridTable, _ context: FilterContext) {
    conjunction = view.conjunction
    let reader = FilterReader(table, context)
    filters = view.filters.compactMap { filter in try? reader.read(filter) }
  }

  /// Reads the filters of a request, which name columns (`column_name`, or `column_key`) and options by name or id.
  /// Those without a term are left out.
  public init(
    request filters: [JSON], _ conjunction: Conjunction, in table: GridTable, _ context: FilterContext
  ) throws(FilterError) {
    guard filters.count <= GridLimit.conditions else { throw .malformed }
    self.conjunction = conjunction
    self.filters = []
    let reader = FilterReader(table, context)
    for filter in filters where filter != .object([]) {
      if let filter = try reader.read(filter) { self.filters.append(filter) }
    }
  }
}

/// What filters mean by "today" and by "me".
public struct FilterContext: Sendable {
  /// The time of the request.
  public var now: Timestamp
  /// The address of whoever asks; nil if it is nobody, and then nothing is theirs.
  public var me: String?

  /// Makes a context.
  public init(now: Timestamp, me: String?) { (self.now, self.me) = (now, me) }
}

/// A condition that the cells of a column meet or not.
///
/// An empty cell meets those that say "not" (`isNot`, `doesNotContain`, `notEqual`, `hasNoneOf`), and none of the others
/// but `empty`.
public struct Filter: Sendable, Equatable {
  /// The column.
  public let column: Column
  /// The condition.
  public let test: FilterTest
}

/// The condition of a filter, for the type of its column.
public enum FilterTest: Sendable, Equatable {
  /// The cell is empty: absent. For a link column: the row has no links.
  case empty
  /// The cell is not empty.
  case notEmpty
  /// The text, ignoring case for `contains` and `doesNotContain`. For a link column it is that of the display column of
  /// any linked row; for geolocations any text in the object.
  case text(TextTest, String)
  /// The number.
  case number(NumberTest, Double)
  /// The day, in UTC, is in the range. Bounds are `YYYY-MM-DD`, nil where the range is open. They compare with stored
  /// dates as texts. With `not`, it is outside, or the cell is empty.
  case days(from: String?, before: String?, not: Bool)
  /// The option is one of these ids. With `not`, it is none of them, or the cell is empty.
  case options([String], not: Bool)
  /// The options (ids), people or departments.
  case list(ListTest, [String])
  /// Who made or changed the row is one of these. With `not`, none of them.
  case people([String], not: Bool)
  /// The box is checked; an empty one is not.
  case checked(Bool)
}

/// How texts are compared.
public enum TextTest: Sendable {
  case contains, doesNotContain, `is`, isNot
}

/// How numbers are compared.
public enum NumberTest: Sendable {
  case equal, notEqual, less, greater, lessOrEqual, greaterOrEqual
}

/// How lists are compared. `isExactly` ignores their order.
public enum ListTest: Sendable {
  case hasAnyOf, hasAllOf, hasNoneOf, isExactly
}

/// Why a filter of a request makes no sense.
public enum FilterError: Error, Sendable, Equatable {
  /// It names no column of the table.
  case unknownColumn(String)
  /// Its predicate is not one of its column's type.
  case predicate(String, column: String)
  /// Its term is not one of its predicate.
  case term(column: String)
  /// It is no object, or has no predicate, or there are more than `GridLimit.conditions`.
  case malformed
}
