import Ground
import TestSupport
import Testing

@testable import Grid

@Suite struct DateReadingTests {
  static func read(_ text: String, _ format: DateFormat) throws -> String? {
    let reader = CellReader(try column(.date, #"{"format":"\#(format.rawValue)"}"#))
    let reading = try reader.read(.string(text))
    guard case .value(let cell) = reading.content else {
      #expect(reading.loss == .unreadable)
      return nil
    }
    #expect(reading.loss == nil)
    return try JSON(cell).text
  }

  @Test(arguments: [
    ("2026-11-06", "2026-11-06 00:00"), ("2026-11-6", "2026-11-06 00:00"), ("2026-1-6 9:00:00", "2026-01-06 09:00"),
    ("2026-11-06 09:05", "2026-11-06 09:05"), ("2026-11-06T09:05", "2026-11-06 09:05"),
    ("2026-11-06T09:05:59.999", "2026-11-06 09:05"), ("2026-11-06T09:05:59Z", "2026-11-06 09:05"),
    ("2026-11-06T09:05:00+02:00", "2026-11-06 07:05"), ("2026-11-06T23:05:00-0230", "2026-11-07 01:35"),
    ("2026-11-06 09:05 +02", "2026-11-06 07:05"), ("2026/11/06", "2026-11-06 00:00"),
    ("2026/11/06 09:05", "2026-11-06 09:05"), (" 2026-11-06 ", "2026-11-06 00:00"), ("2024-02-29", "2024-02-29 00:00"),
    ("0001-01-01", "0001-01-01 00:00"), ("9999-12-31 23:59", "9999-12-31 23:59"),
    ("2030-06-20T00:00:00+00:00", "2030-06-20 00:00"),
  ])
  func `ISO dates are read in every format`(_ text: String, _ minute: String) throws {
    for format in DateFormat.allCases {
      #expect(try Self.read(text, format) == (format.hasTime ? minute : String(minute.prefix(10))))
    }
  }

  @Test(
    arguments: [
      ("11/6/2026", DateFormat.americanDay, "2026-11-06"), ("11/06/2026 9:05", .americanMinute, "2026-11-06 09:05"),
      ("06/11/2026", .europeanDay, "2026-11-06"), ("06.11.2026", .germanDay, "2026-11-06"),
      ("6.11.2026 09:05", .germanMinute, "2026-11-06 09:05"), ("6.11.2026 09:05", .germanDay, "2026-11-06"),
      ("11/6/2026", .day, nil), ("11/6/2026", .germanDay, nil), ("06.11.2026", .europeanDay, nil),
      ("13/1/2026", .americanDay, nil), ("1/13/2026", .europeanDay, nil), ("1/2/26", .americanDay, nil),
    ] as [(String, DateFormat, String?)])
  func `a column's own format is read, and no other's`(_ text: String, _ format: DateFormat, _ cell: String?) throws {
    #expect(try Self.read(text, format) == cell)
  }

  @Test(arguments: [
    "x", "2026", "2026-11", "2026-11-", "20261106", "2026-13-01", "2026-02-30", "2025-02-29", "2026-00-01",
    "2026-01-00",
    "2026-11/06", "0000-01-01", "10000-01-01", "2026-11-06 24:00", "2026-11-06 09", "2026-11-06 09:60",
    "2026-11-06 09:00:60", "2026-11-06 09:00:00.", "2026-11-06T09:00+24:00", "2026-11-06T09:00+2", "2026-11-06 9 AM",
    "2026-11-06x", "-2026-11-06", "9999-12-31T23:59-01:00", "0001-01-01T00:00+01:00", "today",
    "\u{662}026-11-06", "2026-11-06 09:00:00 Europe/Berlin",
  ])
  func `no other text is a date`(_ text: String) throws {
    for format in DateFormat.allCases { #expect(try Self.read(text, format) == nil) }
  }

  @Test func `other values are no dates`() throws {
    let reader = CellReader(try column(.date))
    for value in ["1", "true", "[]", "{}", #"["2026-11-06"]"#] {
      #expect(try reader.read(json(value)) == CellReading(content: .empty, loss: .unreadable, unknownOptions: []))
    }
    for value in ["null", #""""#] {
      #expect(try reader.read(json(value)) == CellReading(content: .empty, loss: nil, unknownOptions: []))
    }
    #expect(try reader.read(json(#""2026\u002d11-06""#)).content == .value(Array(#""2026-11-06""#.utf8)))
  }

  @Test func `what is written out is read as the same`() throws {
    var chance = Chance(state: 4)
    let days = daysSince1970(1, 1, 1)..<daysSince1970(10_000, 1, 1)
    for format in DateFormat.allCases {
      let column = try column(.date, #"{"format":"\#(format.rawValue)"}"#)
      for _ in 0..<300 {
        var cell: [UInt8] = [UInt8(ascii: "\"")]
        appendDay(days.lowerBound + Int64(chance.below(Int(days.count))), to: &cell)
        if format.hasTime { cell += Array(" 1\(chance.below(10)):\(10 + chance.below(50))".utf8) }
        cell.append(UInt8(ascii: "\""))
        var wire: [UInt8] = []
        CellWriter(column, form: .names).append(cell, to: &wire)
        #expect(try CellReader(column).read(JSONSlice(wire)).content == .value(cell))
        #expect(try CellReader(column).read(JSONSlice(cell)).content == .value(cell))
      }
    }
  }
}
