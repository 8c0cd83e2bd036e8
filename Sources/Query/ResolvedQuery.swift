public import Ground

/// A statement whose names are looked up, whose types are known, and whose conversions are written out, so that whoever
/// runs it has nothing left to decide.
///
/// **Two values.** A `QueryCondition` is true or false and never NULL: where a value that it needs is NULL, it is false.
/// Negative forms of the language (`!=`, `NOT LIKE`, `NOT IN`, `NOT BETWEEN`, `HAS NONE OF`, `IS NOT TRUE`, `IS NOT NULL`)
/// are `not` of the positive form, and so are true for NULL. A `QueryTerm` may be NULL.
///
/// **No empty values.** The empty text, the empty list, a text that is no number where a number is asked for, a date that
/// does not exist, a division by zero, a number beyond the range of doubles: all are NULL. `c = ""` is true for no row.
public enum ResolvedQuery: Sendable {
  case select(ResolvedSelect)
  case update(ResolvedUpdate)
  case delete(ResolvedDelete)
}

/// A SELECT.
///
/// Its rows: those combinations of the tables' rows for which the condition holds; if it is grouped, one for each group of
/// them, or exactly one if there are no `groups`; those of them for which `having` holds; without rows that equal
/// an earlier one if it is distinct; sorted; without the first `offset`; at most `limit`.
public struct ResolvedSelect: Sendable {
  /// The tables. A `QueryReference` counts them from 0. No table is there twice.
  public internal(set) var tables: [QueryTable]
  /// Whether there are several. Then equalities between columns of two tables, among the conditions that all must hold,
  /// connect all of them.
  public var isJoin: Bool { tables.count > 1 }
  /// The columns of the result, at least one, no two with the same name.
  public internal(set) var items: [QueryItem] = []
  /// Whether rows that show the same are one. Then it is not grouped, and no item is an object.
  public internal(set) var isDistinct = false
  /// WHERE, without aggregates; nil for all rows.
  public internal(set) var condition: QueryCondition?
  /// Whether there is a GROUP BY or an aggregate. Then each term of the items, of `having` and of the order is made of
  /// aggregates, constants and `groups`.
  public internal(set) var isGrouped = false
  /// The terms of GROUP BY, each once. Two NULLs are in one group, and so are lists with the same elements, in whatever
  /// order. Empty if all rows are one group.
  public internal(set) var groups: [QueryTerm] = []
  /// HAVING; nil for all groups.
  public internal(set) var having: QueryCondition?
  /// What sorts first, second and so on. What is left equal stands in the order of the first table's rows, then of the
  /// second's, and so on; groups, and rows of a distinct SELECT, in the order of the first row that each has. In a
  /// distinct SELECT each key is made of items.
  public internal(set) var order: [QueryOrder] = []
  /// From 0 to `QueryBounds.rows`.
  public internal(set) var limit = QueryBounds.rowsByDefault
  /// From 0 to `QueryBounds.offset`.
  public internal(set) var offset = 0
}

/// A column of the result.
public struct QueryItem: Sendable {
  /// What it shows.
  public let value: QueryOutput
  /// Its name if keys are converted to names: the column's name; the alias; `COUNT(*)`, `SUM(age)`; `t.age + 10`, with the
  /// table before each column of an arithmetic expression; `lower(name)`, functions as `QueryFunction.name` has them, texts
  /// in double quotes. In a join, a column's name; if several columns of the result have it, `table.name`.
  public internal(set) var name: String
  /// Its name if keys are not converted: the column's key; otherwise, and in joins, the same as `name`.
  public internal(set) var keyedName: String
  /// Whether the statement gave it a name.
  public let hasAlias: Bool
}

/// What a column of the result shows.
public enum QueryOutput: Sendable, Hashable {
  /// A column as `rows/` shows it, lists, objects and options included.
  case column(QueryReference)
  /// A term: a number, a boolean, a text, a point in time as RFC 3339 with milliseconds and `+00:00`, a list of these.
  case term(QueryTerm, forNull: QueryShown)
}

/// A key of ORDER BY. NULL is less than all values.
public struct QueryOrder: Sendable, Hashable {
  /// What is compared.
  public let key: QueryOrderKey
  /// Whether greater ones come first, and NULL last.
  public let isDescending: Bool
}

/// What an ORDER BY compares.
public enum QueryOrderKey: Sendable, Hashable {
  /// A value: texts by code points, false before true.
  case value(QueryTerm)
  /// A column of kind `option`: by the option's place among its column's.
  case place(QueryReference)
  /// A list: its elements sorted, then element by element, a shorter list before a longer one that begins with it.
  /// Elements of an `options` column are compared by name.
  case sorted(QueryTerm)
}

/// An UPDATE. Without a condition it changes all rows.
public struct ResolvedUpdate: Sendable {
  /// The table.
  public let table: QueryTable
  /// Each column once, all of them writable.
  public let assignments: [QueryAssignment]
  /// WHERE; nil for all rows.
  public let condition: QueryCondition?
}

/// A column and what UPDATE writes into it.
public struct QueryAssignment: Sendable {
  /// The column, of table 0.
  public let column: QueryReference
  /// What `rows/` would take: null, a text, a number, a boolean, or a list of texts. The empty text and NULL are null.
  /// Options stand by name. What a cell cannot hold becomes what it becomes there.
  public let value: JSON
}

/// A DELETE. Without a condition it deletes all rows.
public struct ResolvedDelete: Sendable {
  /// The table.
  public let table: QueryTable
  /// WHERE; nil for all rows.
  public let condition: QueryCondition?
}

/// A column of a statement's table.
public struct QueryReference: Sendable, Hashable {
  /// The table, counted from 0.
  public let table: Int
  /// The column, as `QueryTable.column` counts.
  public let column: Int
  /// The type of its values.
  public let type: QueryType
}
