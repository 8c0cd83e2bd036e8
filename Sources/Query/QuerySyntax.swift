/// A statement as it was written: its names are not looked up, and its types are not known.
enum QuerySyntax: Sendable {
  case select(SelectSyntax)
  case update(table: TableSyntax, assignments: [AssignmentSyntax], condition: ExpressionSyntax?)
  case delete(table: TableSyntax, condition: ExpressionSyntax?)
}

struct SelectSyntax: Sendable {
  var isDistinct = false
  var items: [ItemSyntax] = []
  var tables: [TableSyntax] = []
  var condition: ExpressionSyntax?
  var groups: [ExpressionSyntax] = []
  var having: ExpressionSyntax?
  var order: [OrderSyntax] = []
  var limit: CountSyntax?
  var offset: CountSyntax?
}

/// A table of FROM, UPDATE or DELETE.
struct TableSyntax: Sendable {
  let name: String
  let alias: String?
  let offset: Int
}

/// What SELECT names: all columns, or an expression.
enum ItemSyntax: Sendable {
  case all
  case expression(ExpressionSyntax, alias: String?)
}

struct OrderSyntax: Sendable {
  let expression: ExpressionSyntax
  let isDescending: Bool
}

/// A number of LIMIT or OFFSET.
enum CountSyntax: Sendable {
  case number(Int)
  /// A parameter, counted from 0.
  case parameter(Int, offset: Int)
}

struct AssignmentSyntax: Sendable {
  let table: String?
  let column: String
  let value: ExpressionSyntax
  let offset: Int
}

/// An expression or a condition; which of the two it must be, the resolver knows.
struct ExpressionSyntax: Sendable {
  let form: ExpressionForm
  let offset: Int
}

indirect enum ExpressionForm: Sendable {
  case constant(QueryConstant)
  /// A parameter, counted from 0.
  case parameter(Int)
  /// Constants in parentheses.
  case list([ExpressionSyntax])
  /// A column or an alias. It is bare if it stands in no backticks.
  case column(table: String?, name: String, isBare: Bool)
  case call(QueryFunction, [ExpressionSyntax])
  /// An aggregate; nil is `*`.
  case aggregate(QueryAggregate, ExpressionSyntax?)
  case negated(ExpressionSyntax)
  /// Operators of the same rank, from left to right.
  case arithmetic(ExpressionSyntax, [StepSyntax])
  case comparison(QueryComparison, ExpressionSyntax, ExpressionSyntax)
  case like(ExpressionSyntax, pattern: ExpressionSyntax, ignoresCase: Bool)
  case isIn(ExpressionSyntax, [ExpressionSyntax])
  case between(ExpressionSyntax, ExpressionSyntax, ExpressionSyntax)
  case isNull(ExpressionSyntax)
  case isTrue(ExpressionSyntax)
  case has(ExpressionSyntax, QueryListTest, [ExpressionSyntax])
  /// NOT; a call if a parenthesis follows it, in which a value may stand, too.
  case not(ExpressionSyntax, isCall: Bool)
  case and([ExpressionSyntax])
  case or([ExpressionSyntax])
}

struct StepSyntax: Sendable {
  let operation: QueryOperation
  let operand: ExpressionSyntax
}
