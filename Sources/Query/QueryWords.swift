/// How two values are compared. `!=` is NOT of `equal`.
public enum QueryComparison: Sendable, Hashable {
  case equal, less, lessOrEqual, greater, greaterOrEqual
}

/// An operator of arithmetic.
public enum QueryOperation: String, Sendable, Hashable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
}

/// What HAS and IS EXACTLY ask of a list. `HAS NONE OF` is NOT of `any`.
public enum QueryListTest: Sendable, Hashable {
  /// Whether one of the items is in the list.
  case any
  /// Whether all of the items are.
  case all
  /// Whether the list has the items and no others, in any order and however often.
  case exactly
}

/// A type of values. NULL belongs to each.
public enum QueryType: Sendable, Hashable {
  /// Unicode, never empty: the empty text is NULL. Ordered by code points.
  case text
  /// A finite double.
  case number
  /// False is less than true.
  case boolean
  /// A point in time in UTC, in the years 1 to 9999.
  case date
  /// Elements in order, at least one. No element is NULL.
  case list(QueryElement)
  /// What can only be selected and counted.
  case object
  /// A place, which can also be an argument of `country`.
  case place
  /// The type of a NULL constant before it is known what it stands for. No term of a resolved query has it.
  case nothing
}

/// The type of a list's elements.
public enum QueryElement: Sendable, Hashable {
  case text, number, date
}
