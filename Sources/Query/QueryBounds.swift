/// How large a statement may be. Every bound has an error of its own that names it.
public enum QueryBounds {
  /// Bytes of a statement.
  public static let bytes = 65_536
  /// Parentheses, functions, NOTs and signs inside one another.
  public static let depth = 50
  /// Function calls, arithmetic operators and conversions that a statement writes. An alias counts where it is used.
  public static let calls = 500
  /// Parameters.
  public static let parameters = 10_000
  /// Columns and constants that a statement names, outside of lists. An alias counts where it is used.
  public static let terms = 10_000
  /// Items of one list of constants, an array among the parameters included.
  public static let items = 10_000
  /// Columns of the result, of GROUP BY and of ORDER BY together.
  public static let columns = 1_500
  /// Tables of a join.
  public static let tables = 8
  /// Rows of a SELECT without LIMIT.
  public static let rowsByDefault = 100
  /// Rows of a SELECT; a larger LIMIT is cut to this.
  public static let rows = 10_000
  /// Rows that OFFSET skips; a larger one is cut to this.
  public static let offset = 1_000_000_000
}
