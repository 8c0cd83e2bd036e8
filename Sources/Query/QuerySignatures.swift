extension QuerySignature {
  private init(
    _ arguments: [QueryArgument], optional: Int = 0, repeated: [QueryArgument] = [], gives result: QueryType?,
    shown: QueryShown = .null
  ) {
    (self.arguments, self.optional, self.repeated) = (arguments, optional, repeated)
    (self.result, shownForNull) = (result, shown)
  }

  static func of(_ function: QueryFunction) -> QuerySignature {
    ofTexts(function) ?? ofNumbers(function) ?? ofDates(function) ?? ofLogic(function)
  }

  private static func text(_ arguments: [QueryArgument], optional: Int = 0) -> QuerySignature {
    QuerySignature(arguments, optional: optional, gives: .text, shown: .emptyText)
  }

  /// Texts: positions count characters (Unicode scalars) from 1, decimals of a position or a count are cut off, and a
  /// negative count is 0. A result of more than 1,000,000 characters, for `rept` of more than 65,536, is NULL.
  private static func ofTexts(_ function: QueryFunction) -> QuerySignature? {
    switch function {
    // The arguments one after another.
    case .concatenate: QuerySignature([.text], repeated: [.text], gives: .text, shown: .emptyText)
    // Whether both are the same, by code points; of two empty texts true.
    case .exact: QuerySignature([.text, .text], gives: .boolean)
    // find(needle, hay, from = 1): where the needle is, 0 if nowhere. Of an empty hay NULL, shown as the empty text;
    // otherwise an empty needle is at 1. A start before 1 or behind the end is NULL. `search` ignores case.
    case .find, .search:
      QuerySignature([.text, .text, .number], optional: 1, gives: .number, shown: .emptyText)
    // The first or last characters.
    case .left, .right: text([.text, .number])
    case .len: QuerySignature([.text], gives: .number)
    case .lower, .upper: text([.text])
    // Without the blanks at both ends.
    case .trim: text([.text])
    // mid(text, from, count). A start before 1 is NULL.
    case .mid: text([.text, .number, .number])
    // replace(text, from, count, new). A start before 1 is NULL.
    case .replace: text([.text, .number, .number, .text])
    case .rept: text([.text, .number])
    // substitute(text, old, new, which): all places of old, also for 0, or the one of this number. An empty old is nowhere.
    case .substitute: text([.text, .text, .text, .number], optional: 1)
    case .textOnly: text([.anything])
    // text(number, format): number, dollar, euro, yuan and percent, in any case: `150` as `€150`, `0.5` as `50%`.
    // Another format is NULL.
    case .text: QuerySignature([.number, .text], gives: .text, shown: .failure)
    // The number that the text is, 0 of the empty text. What is none is NULL.
    case .value: QuerySignature([.text], gives: .number, shown: .failure)
    default: nil
    }
  }

  /// Numbers: a result that is infinite or no number is NULL: `divide` and `mod` by 0, roots and logarithms of what has
  /// none, powers too large.
  private static func ofNumbers(_ function: QueryFunction) -> QuerySignature? {
    let one = QuerySignature([.number], gives: .number, shown: .failure)
    let two = QuerySignature([.number, .number], gives: .number, shown: .failure)
    switch function {
    // `mod` has the sign of the divisor.
    case .add, .subtract, .multiply, .divide, .mod, .power: return two
    case .greater, .lessthan, .greatereq, .lessthaneq: return QuerySignature([.number, .number], gives: .boolean)
    // As numbers if one of them is a number or a boolean, otherwise as texts.
    case .equal, .unequal: return QuerySignature([.anything, .anything], gives: .boolean)
    // `even`, `odd`: the next even or odd integer that is not less. `int`: the integer below. `lg`: to the base 10.
    case .abs, .even, .exp, .int, .lg, .odd, .sign, .sqrt: return one
    // ceiling(x, step = 1), floor(x, step = 1): the multiple of the step not below, not above. The step's sign does not
    // count; of step 0 the result is 0.
    case .ceiling, .floor: return QuerySignature([.number, .number], optional: 1, gives: .number, shown: .failure)
    // log(x, base = 10).
    case .log: return QuerySignature([.number, .number], optional: 1, gives: .number, shown: .failure)
    // round(x, digits = 0), half away from zero; `roundup` away from zero, `rounddown` towards it. Negative digits round
    // before the decimal point; digits are cut to -300…300.
    case .round, .rounddown, .roundup:
      return QuerySignature([.number, .number], optional: 1, gives: .number, shown: .failure)
    default: return nil
    }
  }

  /// Dates, all in UTC. A result outside of the years 1 to 9999 is NULL.
  private static func ofDates(_ function: QueryFunction) -> QuerySignature? {
    let part = QuerySignature([.date], gives: .number, shown: .failure)
    switch function {
    // date(year, month, day): years 0 to 99 are 1900 to 1999; months and days that are too large or small carry.
    case .date: return QuerySignature([.number, .number, .number], gives: .date, shown: .failure)
    // dateAdd(date, count, unit = 'days'): years, months, weeks, days, hours, minutes, seconds, also without the s. The
    // count's decimals are cut off. A day that the month has not becomes its last. Another unit is NULL.
    case .dateAdd: return QuerySignature([.date, .number, .text], optional: 1, gives: .date, shown: .failure)
    // dateDif(from, to, unit = 'D'): S seconds, D days, M full months, Y full years; YD days without the years, YM months
    // without the years, MD days without the months. All but S look at the days alone. Negative if `to` is before. A
    // `from` that is NULL is 1900-01-01; if both are NULL, the difference is 0.
    case .dateDif: return QuerySignature([.date, .date, .text], optional: 1, gives: .number, shown: .failure)
    case .day, .hour, .minute, .month, .quarter, .second, .year: return part
    // eomonth(date, months): the last day of the month that is this many months later, at midnight.
    case .eomonth: return QuerySignature([.date, .number], gives: .date, shown: .failure)
    // `YYYY-MM-DD` and `YYYY-MM`.
    case .isodate, .isomonth: return QuerySignature([.date], gives: .text, shown: .failure)
    // The difference of the months, whatever the days.
    case .months: return QuerySignature([.date, .date], gives: .number, shown: .failure)
    // networkdays(from, to, holiday…): Mondays to Fridays from the one to the other, both counted, without the
    // holidays; negative if `to` is before. A holiday that is NULL does not count.
    case .networkdays:
      return QuerySignature([.date, .date], repeated: [.date], gives: .number, shown: .failure)
    case .now, .today: return QuerySignature([], gives: .date)
    // startofweek(date, start = 'Sunday'): the day with which the week begins, at midnight; 'Monday' in any case.
    case .startofweek: return QuerySignature([.date, .text], optional: 1, gives: .date, shown: .failure)
    // weekday(date, start = 'Sunday'): 1 to 7.
    case .weekday: return QuerySignature([.date, .text], optional: 1, gives: .number, shown: .failure)
    // weeknum(date, type = 1): 1 and 17 weeks from Sunday, 2 and 11 from Monday, 12 from Tuesday … 16 from Saturday, the
    // week of January 1 the first; 21 as ISO 8601 has it. Another type is NULL.
    case .weeknum: return QuerySignature([.date, .number], optional: 1, gives: .number, shown: .failure)
    default: return nil
    }
  }

  private static func ofLogic(_ function: QueryFunction) -> QuerySignature {
    switch function {
    // What is there is true, but the number 0 and the boolean false. `xor`: whether an odd number of them is true.
    case .and, .or, .xor: QuerySignature([.boolean], repeated: [.boolean], gives: .boolean)
    case .not: QuerySignature([.boolean], gives: .boolean)
    // if(condition, value, other): without other NULL.
    case .ifElse: QuerySignature([.boolean, .value, .value], optional: 1, gives: nil)
    // ifs(condition, value, …): the value of the first condition that is true, or NULL.
    case .ifs: QuerySignature([.boolean, .value], repeated: [.boolean, .value], gives: nil)
    // switch(x, match, value, …, other): the value of the first match that is equal to x, or other, or NULL. A NULL is
    // equal to nothing.
    case .switchCase: QuerySignature([.anything, .compared, .value], repeated: [.compared, .value], gives: nil)
    // The mean of those that are no NULL; of none NULL. It is of one row, and no aggregate.
    case .average: QuerySignature([.skippedNumber], repeated: [.skippedNumber], gives: .number, shown: .failure)
    // How many of the arguments are not NULL, how many there are, how many are NULL.
    case .counta, .countall, .countblank: QuerySignature([.anything], repeated: [.anything], gives: .number)
    // The elements of a list or of a cell with files; of another value 1, of NULL 0.
    case .countItems: QuerySignature([.anything], gives: .number)
    // The member `country_region` of a place.
    default: QuerySignature([.place], gives: .text, shown: .emptyText)
    }
  }
}
