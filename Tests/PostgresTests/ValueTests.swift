import Ground
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct Values {
  @Test func `values of Swift's types survive a round trip, and nil is null`() async throws {
    let texts = ["", "a", "ä\u{1F600}", "'; drop table x; --", "line\nand\ttab", "\\x41"]
    let bytes: [[UInt8]] = [[], [0], Array(0...255), Array("\\x00".utf8)]
    try await onDatabase { db in
      try await expectReturn(db, "text", texts + [String(repeating: "x", count: 100_000)])
      try await expectReturn(db, "bigint", [Int64.min, -1, 0, 1, .max])
      try await expectReturn(db, "bigint", [Int.min, -1, 0, 1, .max])
      try await expectReturn(db, "integer", [Int32.min, -1, 0, 1, .max])
      try await expectReturn(db, "boolean", [true, false])
      try await expectReturn(db, "bytea", bytes)
    }
  }

  @Test func `times survive a round trip to the microsecond, before 1970 and far from it`() async throws {
    let times = [
      Timestamp(microseconds: 0), Timestamp(microseconds: -1), Timestamp(microseconds: 1), Timestamp.now,
      Timestamp(seconds: -62_135_596_800), Timestamp(seconds: 253_402_300_799) + .microseconds(999_999),
      Timestamp(seconds: -210_000_000_000),
    ]
    try await onDatabase { db in
      try await expectReturn(db, "timestamptz", times)
      let known: Only<Timestamp>? = try await db.row("select '2021-03-02T10:47:41.5+01:00'::timestamptz as value")
      #expect(known?.value == Timestamp(microseconds: 1_614_678_461_500_000))
      let styled: Only<Bool>? = try await db.row(
        "select \(Timestamp(seconds: 951_868_799)) = '2000-02-29T23:59:59Z'::timestamptz as value")
      #expect(styled?.value == true)
    }
  }

  @Test func `arrays survive a round trip with everything that their literal must quote`() async throws {
    let texts = [[], [""], ["a", "b"], ["null", "{}", "a,b", "\"q\"", "back\\slash", " edge ", "ä\u{301}\r\n"]]
    try await onDatabase { db in
      try await expectReturn(db, "text[]", texts)
      try await expectReturn(db, "bigint[]", [[], [.min, 0, .max]] as [[Int64]])
      try await expectReturn(db, "boolean[]", [[true, false]])
      try await expectReturn(db, "timestamptz[]", [[Timestamp(seconds: 0), Timestamp(seconds: 1)]])
      try await expectReturn(db, "bytea[]", [[Hash(postgresValue: [0, 255]), Hash(postgresValue: [])]])
      let found: [Only<Int64>] = try await db.rows(
        "select id as value from generate_series(1, 5) as id where id = any(\([2, 4, 9] as [Int64])) order by id")
      #expect(found.map(\.value) == [2, 4])
    }
  }

  @Test func `an integer parameter fits any integer type`() async throws {
    try await onDatabase { db in
      try await db.run("create table number (small smallint, normal integer, big bigint)")
      try await db.run("insert into number values (\(1), \(2 as Int64), \(3 as Int32))")
      let small: Only<Int>? = try await db.row("select small as value from number where small = \(1 as Int64)")
      let normal: Only<Int64>? = try await db.row("select normal as value from number limit \(1) offset \(0)")
      let big: Only<Int32>? = try await db.row("select big as value from number")
      #expect((small?.value, normal?.value, big?.value) == (1, 2, 3))
    }
  }

  @Test func `json and jsonb are read as text and as bytes`() async throws {
    try await onDatabase { db in
      for type in ["json", "jsonb"] as [SQL] {
        let text: Only<String>? = try await db.row("select '{\"a\": 1}'::\(type) as value")
        let bytes: Only<[UInt8]>? = try await db.row("select '{\"a\": 1}'::\(type) as value")
        #expect(text?.value == "{\"a\": 1}")
        #expect(bytes?.value == Array("{\"a\": 1}".utf8))
      }
    }
  }

  @Test func `a type of our own is stored as another, and an invalid value is an error`() async throws {
    try await onDatabase { db in
      try await expectReturn(db, "text", [Colour.red, .green])
      try await expectReturn(db, "text[]", [[Colour.green, .red]])
      await #expect(throws: PostgresError.unexpected("column \"value\" is no Colour")) {
        _ = try await db.row("select 'blue' as value", as: Only<Colour>.self)
      }
    }
  }

  @Test func `a text with NUL is an error, and never stored truncated`() async throws {
    try await onDatabase { db in
      await #expect(throws: PostgresError.invalidText) { try await db.run("select \("a\0b")") }
      await #expect(throws: PostgresError.invalidText) { try await db.run("select \(["a", "b\0"])::text[]") }
      await #expect(throws: PostgresError.invalidText) { try await db.run("select '\"\\u0000\"'::jsonb") }
      await #expect(throws: PostgresError.invalidText) {
        try await db.run("select convert_from('\\xff'::bytea, 'UTF8')")
      }
      await #expect(throws: PostgresError.invalidText) {
        _ = try await db.lookup("select \("\0") as value", as: Only<String>.self)
      }
    }
  }

  @Test func `columns are found by name, in any order`() async throws {
    struct Swapped: RowDecodable {
      let values: [Int]
      init(_ row: Row) throws(PostgresError) { values = [try row["c"], try row["a"], try row["b"], try row["a"]] }
    }
    try await onDatabase { db in
      let rows: [Swapped] = try await db.rows("select n as a, n + 1 as b, n + 2 as c from generate_series(1, 3) as n")
      #expect(rows.map(\.values) == [[3, 1, 2, 1], [4, 2, 3, 2], [5, 3, 4, 3]])
    }
  }

  // swift-format-ignore
  @Test(arguments: [
    ("select 1 as other", "column \"value\" is missing"),
    ("select 1 as value_", "column \"value\" is missing"),
    ("select null::int as value", "column \"value\" is null"),
    ("select 'secret' as value", "column \"value\" is not an integer but of the type with oid 25"),
    ("select 1.5 as value", "column \"value\" is not an integer but of the type with oid 1700"),
    ("select 4294967296 as value", "column \"value\" does not fit 32 bits"),
  ] as [(SQL, String)])
  func `a wrong type is an error that names only the column`(_ sql: SQL, _ message: String) async throws {
    try await onDatabase { db in
      await #expect(throws: PostgresError.unexpected(message)) { _ = try await db.row(sql, as: Only<Int32>.self) }
    }
  }

  @Test func `a value that Swift's type cannot hold is an error`() async throws {
    try await onDatabase { db in
      for sql in ["select 'infinity'::timestamptz as value", "select '-infinity'::timestamptz as value"] as [SQL] {
        await #expect(throws: PostgresError.unexpected("column \"value\" is infinite")) {
          _ = try await db.row(sql, as: Only<Timestamp>.self)
        }
      }
      await #expect(throws: PostgresError.unexpected("column \"value\" is an array of several dimensions")) {
        _ = try await db.row("select array[array[1], array[2]] as value", as: Only<[Int]>.self)
      }
      await #expect(throws: PostgresError.unexpected("column \"value\" is null")) {
        _ = try await db.row("select array[1, null] as value", as: Only<[Int]>.self)
      }
    }
  }

  @Test func `an error has the constraint, but no values`() async throws {
    try await onDatabase { db in
      try await db.run("create table secret (word text constraint secret_word_key unique check (word <> 'hunter1'))")
      try await db.run("insert into secret values ('hunter2')")
      let statements: [(SQL, String)] = [
        ("insert into secret values (\("hunter2"))", "secret_word_key"),
        ("insert into secret values (\("hunter1"))", "secret_word_check"),
        ("select \("hunter2")::int", "22P02"),
        ("select \("hunter2")::date", "22007"),
        ("select \("[hunter2")::json", "22P02"),
        ("do $$ begin raise exception 'hunter2'; end $$", "P0001"),
      ]
      for (sql, named) in statements {
        let error = await #expect(throws: PostgresError.self) { try await db.run(sql) }
        let text = String(describing: error) + String(reflecting: error)
        #expect(text.contains(named) && !text.contains("hunter"), "\(text)")
      }
    }
  }
}

private enum Colour: String, PostgresValue, Equatable { case red, green }

private struct Hash: PostgresValue, Equatable {
  let postgresValue: [UInt8]
}

/// Sends each value and reads it back, in both ways.
private func expectReturn<Value: PostgresEncodable & PostgresDecodable & Equatable>(
  _ db: WritableDatabase, _ type: SQL, _ values: [Value], at location: SourceLocation = #_sourceLocation
) async throws {
  for value in values {
    let back: Only<Value>? = try await db.row("select \(value)::\(type) as value")
    #expect(back?.value == value, sourceLocation: location)
    let present: Only<Value?>? = try await db.lookup("select \(value as Value?)::\(type) as value")
    #expect(present?.value == value, sourceLocation: location)
    let null: Only<Value?>? = try await db.lookup("select \(nil as Value?)::\(type) as value")
    #expect(null?.value == .some(nil), sourceLocation: location)
  }
}
