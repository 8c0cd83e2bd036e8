/// A function of the dialect, by its name as SeaTable's manual writes it. Statements write it in any case.
///
/// What each does with its arguments stands at `signature`; which values it gives, in the tests, which have SeaTable's own
/// examples. All are pure: `now` and `today` are constants of the statement.
public enum QueryFunction: String, Sendable, CaseIterable {
  // Texts.
  case concatenate, exact, find, left, len, lower, mid, replace, rept, right, search, substitute
  /// `T`: a text as it is, of anything else NULL.
  case textOnly = "t"
  case text, trim, upper, value
  // Numbers.
  case add, subtract, multiply, divide, mod, power
  case greater, lessthan, greatereq, lessthaneq, equal, unequal
  case abs, ceiling, even, exp, floor, int, lg, log, odd, round, rounddown, roundup, sign, sqrt
  // Dates.
  case date
  case dateAdd = "dateadd"
  case dateDif = "datedif"
  case day, eomonth, hour, isodate, isomonth, minute, month, months, networkdays, now, quarter, second, startofweek
  case today, weekday, weeknum, year
  // Logic.
  case and
  case ifElse = "if"
  case ifs, not, or
  case switchCase = "switch"
  case xor
  // Counting.
  case average, counta, countall, countblank
  case countItems = "countitems"
  // Places.
  case country

  /// The function of a name in any case.
  init?(word: String) { self.init(rawValue: word.utf8.count <= 16 ? word.lowercased() : "") }

  /// The name as messages and result names write it.
  public var name: String {
    switch self {
    case .dateAdd: "dateAdd"
    case .dateDif: "dateDif"
    case .countItems: "countItems"
    case .textOnly: "T"
    default: rawValue
    }
  }

  /// How many arguments it takes, which, and what it gives.
  public var signature: QuerySignature { QuerySignature.of(self) }
}

/// An aggregate: over the rows of a group, or over all rows of a statement without GROUP BY. All skip NULL.
public enum QueryAggregate: String, Sendable, CaseIterable {
  /// Rows for which the argument is not NULL, or all rows for `COUNT(*)`. Never NULL.
  case count = "COUNT"
  /// The sum, of nothing NULL. Beside a number of 1e290 or more it is NULL, and so is the mean.
  case sum = "SUM"
  /// The least value, in the order of ORDER BY; of nothing NULL.
  case min = "MIN"
  /// The greatest value; of nothing NULL.
  case max = "MAX"
  /// The arithmetic mean, of nothing NULL.
  case avg = "AVG"

  init?(word: String) { self.init(rawValue: word.utf8.count <= 8 ? word.uppercased() : "") }
}

/// What a function takes and gives.
public struct QuerySignature: Sendable {
  /// The kinds of its arguments, in order.
  public let arguments: [QueryArgument]
  /// How many of them may be left out, from the end.
  public let optional: Int
  /// What follows them any number of times; empty for most.
  public let repeated: [QueryArgument]
  /// Its result; nil is the common type of its values: see `QueryArgument.value`.
  public let result: QueryType?
  /// What a SELECT shows if the function, as the whole of an item, is NULL.
  public let shownForNull: QueryShown

  /// Whether this many arguments fit.
  public func takes(_ count: Int) -> Bool {
    let over = count - arguments.count
    guard over > 0 else { return over >= -optional }
    // The last of a switch's values may stand alone.
    return !repeated.isEmpty && (over % repeated.count == 0 || repeated == [.compared, .value])
  }

  /// The numbers of arguments that fit, in words.
  var counts: String {
    let least = arguments.count - optional
    if !repeated.isEmpty { return least == 1 ? "1 argument or more" : "\(least) arguments or more" }
    if optional > 0 { return "\(least) to \(arguments.count) arguments" }
    return arguments.count == 1 ? "1 argument" : "\(arguments.count == 0 ? "no" : String(arguments.count)) arguments"
  }

  /// The kind of an argument by its place, of `count`.
  func argument(_ index: Int, of count: Int) -> QueryArgument {
    if index < arguments.count { return arguments[index] }
    let over = index - arguments.count
    if over % repeated.count == 0, index == count - 1, repeated == [.compared, .value] { return .value }
    return repeated[over % repeated.count]
  }
}

/// What a function does with an argument before it sees it.
public enum QueryArgument: Sendable {
  /// Converted to a text, of a list the elements with `, ` between; NULL is the empty text.
  case text
  /// Converted to a number; NULL is 0.
  case number
  /// A condition, or converted to a boolean; NULL is false.
  case boolean
  /// Converted to a date; NULL makes the function NULL.
  case date
  /// Converted to a number; NULL stays NULL and is skipped.
  case skippedNumber
  /// As it is, NULL included.
  case anything
  /// Compared with the first argument of `switch`, as `IN` compares.
  case compared
  /// One of the values of which the function gives one. All are converted to their common type: their type if all that
  /// are no NULL constant have the same, text otherwise. NULL stays NULL.
  case value
  /// A column of kind `place`.
  case place
}

/// What a SELECT shows for an item that is NULL.
public enum QueryShown: Sendable, Hashable {
  /// JSON's null.
  case null
  /// The empty text: texts that functions make are texts for SELECT, and NULL in conditions if empty.
  case emptyText
  /// `"#VALUE!"`: the function was given what it cannot calculate with.
  case failure
}
