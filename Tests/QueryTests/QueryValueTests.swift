import Ground
import Testing

@testable import Query

@Suite struct QueryValueTests {
  @Test(arguments: [
    ("2026-11-06", "2026-11-06"), ("2026-11-6", "2026-11-06"), ("2026/1/5", "2026-01-05"),
    (" 2026-01-05 ", "2026-01-05"),
    ("2026-11-6 09:00:00", "2026-11-06 09:00"), ("2026-11-6 9:05", "2026-11-06 09:05"),
    ("2026-11-06T09:00:01Z", "2026-11-06 09:00:01"),
    ("2026-11-06T09:00:00+02:00", "2026-11-06 07:00"), ("2026-11-06 00:30:00-0130", "2026-11-06 02:00"),
    ("2026-11-06T09:00:00.999+00:00", "2026-11-06 09:00:00"), ("2024-02-29", "2024-02-29"),
    ("9999-12-31 23:59", "9999-12-31 23:59"),
    ("0001-01-01", "0001-01-01"),
  ])
  func `dates are read with and without leading zeros, in UTC`(_ text: String, _ expected: String) {
    #expect(dateOfText(text).map(textOfDate) == expected)
  }

  @Test(arguments: [
    "", "2026", "2026-11", "2026-13-01", "2026-00-01", "2026-02-30", "2023-02-29", "2026-11/06", "26-11-06",
    "2026-11-06 24:00", "0000-01-01",
    "2026-11-06 09", "2026-11-06 09:60", "2026-11-06 09:00:60", "2026-11-06 09:00:00.", "2026-11-06 09:00 PM",
    "2026-11-06T", "2026-11-06x",
    "2026-111-06", "06.11.2026", "2026-11-06 09:00:00+2", "9999-12-31 23:59-01:00", "0001-01-01 00:00+01:00",
    "٢٠٢٦-11-06", "2026-11-06 09:00:00+24:00",
  ])
  func `what is no date is none`(_ text: String) { #expect(dateOfText(text) == nil) }

  @Test(
    arguments: [
      ("1", 1), ("-1.5", -1.5), (" 2 ", 2), ("+.5", 0.5), ("5.", 5), ("1e3", 1000), ("1E-2", 0.01), ("1e-400", 0),
      ("-0", 0),
      ("00012", 12),
    ] as [(String, Double)])
  func `numbers are read whole`(_ text: String, _ expected: Double) { #expect(numberOfText(text) == expected) }

  @Test(arguments: [
    "", " ", "-", ".", "1.2.3", "1e", "e5", "0x10", "1,5", "1 2", "NaN", "inf", "Infinity", "1e999", "5 €", "٣",
  ])
  func `what is no number is none`(_ text: String) { #expect(numberOfText(text) == nil) }

  @Test(
    arguments: [
      (1, "1"), (-1.5, "-1.5"), (0.1, "0.1"), (1e15, "1000000000000000"), (1.5e15, "1500000000000000"),
      (1e20, "100000000000000000000"),
      (1.2345e20, "123450000000000000000"), (1e21, "1e+21"), (1.5e21, "1.5e+21"), (-1.25e300, "-1.25e+300"),
      (0.00001, "0.00001"),
      (0.0000015, "0.0000015"), (1e-6, "0.000001"), (1e-7, "1e-07"), (1.5e-10, "1.5e-10"), (1e-100, "1e-100"),
      (3.9000000000000004, "3.9000000000000004"),
      (-0.0, "0"), (9007199254740992, "9007199254740992"), (9007199254740994, "9007199254740994"),
      (1.7976931348623157e308, "1.7976931348623157e+308"),
    ] as [(Double, String)])
  func `numbers are written as the shortest decimal`(_ number: Double, _ expected: String) {
    #expect(textOfNumber(number) == expected)
    #expect(numberOfText(expected) == number)
  }
}

@Suite struct QueryBoundsTests {
  private static func repeated(_ text: String, _ count: Int, between separator: String = "") -> String {
    Array(repeating: text, count: count).joined(separator: separator)
  }

  @Test func `each bound holds and says what it is`() throws {
    let deep = { (count: Int) in Self.repeated("(", count) + "age = 1" + Self.repeated(")", count) }
    let functions = { (count: Int) in Self.repeated("abs(1)", count, between: ", ") }
    let cases: [(fits: String, breaks: String)] = [
      (deep(50), deep(51)), (Self.repeated("NOT ", 50) + "done", Self.repeated("NOT ", 51) + "done"),
      (Self.repeated("- ", 50) + "age = 1", Self.repeated("- ", 51) + "age = 1"),
      (
        Self.repeated("abs(", 50) + "1" + Self.repeated(")", 50) + "=1",
        Self.repeated("abs(", 51) + "1" + Self.repeated(")", 51) + "=1"
      ),
      ("concatenate(\(functions(499))) = 'a'", "concatenate(\(functions(500))) = 'a'"),
      (Self.repeated("1", 501, between: "+") + " = 1", Self.repeated("1", 502, between: "+") + " = 1"),
      (Self.repeated("1=1", 4988, between: " or "), Self.repeated("1=1", 4989, between: " or ")),
      (
        "age = " + Self.repeated("(1, ", 1) + "2)", "age = " + Self.repeated("(1, ", 15_000)
      ),
      ("age IN (\(Self.repeated("1", 10_000, between: ",")))", "age IN (\(Self.repeated("1", 10_001, between: ",")))"),
      ("Name = '\(Self.repeated("x", 65_536 - 36))'", "Name = '\(Self.repeated("x", 65_537 - 36))'"),
    ]
    for (fits, breaks) in cases {
      #expect(refusal("SELECT * FROM People WHERE \(fits)") == nil, "\(fits.prefix(40))")
      let refused = try #require(refusal("SELECT * FROM People WHERE \(breaks)"), "\(breaks.prefix(40))")
      #expect(refused.fault == .bounds)
      #expect(refused.message.contains("more than"))
    }
  }

  @Test func `parameters, columns and tables are bounded`() {
    let marks = { (count: Int) in "SELECT * FROM People WHERE age IN (\(Self.repeated("?", count, between: ",")))" }
    let values = { (count: Int) in [JSON](repeating: .number("1"), count: count) }
    #expect(refusal(marks(10_000), values(10_000)) == nil)
    #expect(refusal(marks(10_001), values(10_001))?.fault == .bounds)
    let list = { (count: Int) in [JSON.array([JSON](repeating: .number("1"), count: count))] }
    #expect(refusal(marks(1), list(10_000)) == nil)
    #expect(refusal(marks(1), list(10_001))?.fault == .bounds)
    #expect(refusal(marks(2), list(6000) + list(6000))?.fault == .bounds)
    let items = { (count: Int) in
      "SELECT " + (1...count).map { "age AS a\($0)" }.joined(separator: ",") + " FROM People"
    }
    #expect(refusal(items(1500)) == nil)
    #expect(refusal(items(1501))?.fault == .bounds)
  }

  @Test func `an alias counts where it is used`() {
    let alias = Self.repeated("abs(1)", 20, between: "+")
    let sql = { (count: Int) in
      "SELECT \(alias) AS x FROM People ORDER BY \((1...count).map { "x + \($0)" }.joined(separator: ", "))"
    }
    #expect(refusal(sql(11)) == nil)
    #expect(refusal(sql(12))?.fault == .bounds)
  }
}
