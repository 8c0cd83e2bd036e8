internal import Ground

/// Days from one to another, given as days since 1970. Nil where it is open; the end is not in it.
struct DaySpan: Equatable {
  var from: Int64?
  var before: Int64?

  init(from: Int64? = nil, before: Int64? = nil) { (self.from, self.before) = (from, before) }

  /// The day that a word means, some of them with a number of days. Nil for other words, and without a number of at most
  /// a million days.
  static func day(_ modifier: String, _ days: Int64?, _ today: Int64) -> Int64? {
    switch modifier {
    case "today": return today
    case "tomorrow": return today + 1
    case "yesterday": return today - 1
    case "one_week_ago": return today - 7
    case "one_week_from_now": return today + 7
    case "one_month_ago": return month(of: today, plus: -1)
    case "one_month_from_now": return month(of: today, plus: 1)
    case "number_of_days_ago": return days.flatMap { bounded($0) }.map { today - $0 }
    case "number_of_days_from_now": return days.flatMap { bounded($0) }.map { today + $0 }
    default: return nil
    }
  }

  /// The days that `is_within` means by a word, some of them with a number of days. Today belongs to both the past and
  /// the next days; weeks begin on Monday. Nil as for `day`.
  init?(within modifier: String, _ days: Int64?, _ today: Int64) {
    let (year, month, _) = civil(today)
    let monday = today - (today + 3).dividedFlooring(by: 7).remainder  // 1970-01-01 was a Thursday
    func months(_ count: Int64) -> Int64 {
      let (years, month) = (month - 1 + count).dividedFlooring(by: 12)
      return daysSince1970(year + years, month + 1, 1)
    }
    switch modifier {
    case "the_past_week": (from, before) = (today - 7, today + 1)
    case "this_week": (from, before) = (monday, monday + 7)
    case "the_next_week": (from, before) = (today, today + 8)
    case "last_week": (from, before) = (monday - 7, monday)
    case "next_week": (from, before) = (monday + 7, monday + 14)
    case "the_past_month": (from, before) = (Self.month(of: today, plus: -1), today + 1)
    case "this_month": (from, before) = (months(0), months(1))
    case "the_next_month": (from, before) = (today, Self.month(of: today, plus: 1) + 1)
    case "last_month": (from, before) = (months(-1), months(0))
    case "next_month": (from, before) = (months(1), months(2))
    case "the_past_year": (from, before) = (Self.month(of: today, plus: -12), today + 1)
    case "this_year": (from, before) = (daysSince1970(year, 1, 1), daysSince1970(year + 1, 1, 1))
    case "the_next_year": (from, before) = (today, Self.month(of: today, plus: 12) + 1)
    case "last_year": (from, before) = (daysSince1970(year - 1, 1, 1), daysSince1970(year, 1, 1))
    case "next_year": (from, before) = (daysSince1970(year + 1, 1, 1), daysSince1970(year + 2, 1, 1))
    case "the_past_numbers_of_days":
      guard let days = days.flatMap({ Self.bounded($0) }) else { return nil }
      (from, before) = (today - days, today + 1)
    case "the_next_numbers_of_days":
      guard let days = days.flatMap({ Self.bounded($0) }) else { return nil }
      (from, before) = (today, today + days + 1)
    default: return nil
    }
  }

  private static func bounded(_ days: Int64) -> Int64? { (0...1_000_000).contains(days) ? days : nil }

  /// The same day of another month, or its last day if it is shorter.
  private static func month(of day: Int64, plus count: Int64) -> Int64 {
    let (year, month, dayOfMonth) = civil(day)
    let (years, index) = (month - 1 + count).dividedFlooring(by: 12)
    let first = daysSince1970(year + years, index + 1, 1)
    let (yearsNext, indexNext) = (month + count).dividedFlooring(by: 12)
    let next = daysSince1970(year + yearsNext, indexNext + 1, 1)
    return min(first + dayOfMonth - 1, next - 1)
  }

  /// The condition. Bounds before the year 1 and after 9999 are moved there.
  func test(not: Bool) -> FilterTest {
    .days(from: from.map(Self.text), before: before.map(Self.text), not: not)
  }

  private static func text(_ day: Int64) -> String {
    var text: [UInt8] = []
    appendDay(min(max(day, daysSince1970(1, 1, 1)), daysSince1970(9999, 12, 31)), to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}
