import Ground
import Testing

@testable import Query

@Suite struct QueryParserTests {
  @Test func `every part of a SELECT is read`() throws {
    let query = try select(
      """
      select distinct Name, age + 1 AS older, `born` day1 from People as p where p.age > 1
      order by older desc, `Name` asc limit 20 offset 5 ;
      """)
    #expect(query.isDistinct)
    #expect(query.items.map(\.name) == ["Name", "older", "day1"])
    #expect(query.items.map(\.hasAlias) == [false, true, true])
    #expect(query.condition.map(sketch) == "greater(0.1, 1:number)")
    #expect(query.order.map(\.isDescending) == [true, false])
    #expect((query.limit, query.offset) == (20, 5))
    let grouped = try select(
      "SELECT level, COUNT(*) AS n, SUM(age) FROM People GROUP BY level HAVING n > 2 AND SUM(age) < 9 ORDER BY n")
    #expect(grouped.groups.map(sketch) == ["0.4"])
    #expect(grouped.having.map(sketch) == "and(greater(COUNT(*), 2:number), less(SUM(0.1), 9:number))")
  }

  @Test func `a SELECT without LIMIT has 100 rows, and never more than 10,000`() throws {
    #expect(try select("SELECT * FROM People").limit == 100)
    #expect(try select("SELECT * FROM People LIMIT 10000").limit == 10_000)
    #expect(try select("SELECT * FROM People LIMIT 10001").limit == 10_000)
    #expect(try select("SELECT * FROM People LIMIT 1e300").limit == 10_000)
    #expect(try select("SELECT * FROM People LIMIT 0").limit == 0)
    #expect(try select("SELECT * FROM People LIMIT 1 OFFSET 1e300").offset == QueryBounds.offset)
    #expect(try select("SELECT * FROM People LIMIT ? OFFSET ?", [.number("7"), .number("8")]).limit == 7)
    #expect(try select("SELECT * FROM People LIMIT ? OFFSET ?", [.number("7"), .number("8")]).offset == 8)
  }

  @Test(arguments: [
    ("age = 1", "equal(0.1, 1:number)"), ("age != 1", "not equal(0.1, 1:number)"),
    ("age <> 1", "not equal(0.1, 1:number)"), ("age < 1", "less(0.1, 1:number)"),
    ("age <= 1", "lessOrEqual(0.1, 1:number)"), ("age > 1", "greater(0.1, 1:number)"),
    ("age >= -1.5e1", "greaterOrEqual(0.1, -15:number)"), ("age=.5", "equal(0.1, 0.5:number)"),
    ("age--1 = 0", "equal([0.1 - -1:number], 0:number)"),
    ("-age = 0", "equal(-0.1, 0:number)"), ("+age = 0", "equal(0.1, 0:number)"),
    ("age + 2 * 3 - age / 4 = 0", "equal([0.1 + [2:number * 3:number] - [0.1 / 4:number]], 0:number)"),
    ("(age + 2) * 3 = 0", "equal([[0.1 + 2:number] * 3:number], 0:number)"),
    ("Name LIKE 'a%_b'", "like(0.0, ‹a›%_‹b›)"), ("Name NOT LIKE 'a'", "not like(0.0, ‹a›)"),
    ("Name ILIKE '%%A'", "ilike(0.0, %‹A›)"), ("Name NOT ILIKE 'A'", "not ilike(0.0, ‹A›)"),
    (#"Name LIKE '50\%\_\\\x'"#, #"like(0.0, ‹50%_\x›)"#),
    ("age IN (1, 2)", "in(0.1, 1, 2)"), ("age NOT IN (1)", "not in(0.1, 1)"),
    ("age BETWEEN 1 AND 2 AND done", "and(between(0.1, 1:number, 2:number), holds(0.2))"),
    ("age NOT BETWEEN 1 AND 2", "not between(0.1, 1:number, 2:number)"),
    ("age IS NULL", "null(0.1)"), ("age IS NOT NULL", "not null(0.1)"),
    ("done IS TRUE", "holds(0.2)"), ("done IS NOT TRUE", "not holds(0.2)"),
    ("tags HAS ANY OF ('gold', 'silver')", "any(0.5, 1001, 1002)"),
    ("tags HAS ALL OF (\"gold\")", "all(0.5, 1001)"), ("tags HAS NONE OF ('gold')", "not any(0.5, 1001)"),
    ("tags IS EXACTLY ('gold')", "exactly(0.5, 1001)"), ("owners has any of ('a@b.c')", "any(0.6, a@b.c)"),
    ("done", "holds(0.2)"), ("true", "true"), ("NOT false", "true"), ("NULL", "false"),
    ("1 = 1", "equal(1:number, 1:number)"),
    ("done AND done OR NOT done", "or(and(holds(0.2), holds(0.2)), not holds(0.2))"),
    ("done AND (done OR done)", "and(holds(0.2), or(holds(0.2), holds(0.2)))"),
    (
      "and(done, true) AND or(done, false)",
      "and(holds(and(0.2?, true:boolean):boolean), holds(or(0.2?, false:boolean):boolean))"
    ),
    ("abs(e) > pi", "greater(abs(2.718281828459045:number):number, pi)"),
  ])
  func `conditions are read by rank`(_ sql: String, _ expected: String) throws {
    guard expected.hasSuffix("pi)") == false else {
      #expect(refusal("SELECT * FROM People WHERE \(sql)")?.fault == .unknownColumn)
      return
    }
    #expect(try condition(sql) == expected)
  }

  @Test(arguments: [
    (#"'it''s'"#, "it's"), (#""a""b""#, #"a"b"#), (#"'a\'b'"#, "a'b"), (#""a\"b""#, #"a"b"#), (#"'a\\b'"#, #"a\b"#),
    (#"'a\nb\tc\rd'"#, "a\nb\tc\rd"), (#"'C:\dir'"#, #"C:\dir"#), ("'é'", "é"), ("'--x/*y*/#'", "--x/*y*/#"),
    ("\"e\u{301}\"", "e\u{301}"), (#""'""#, "'"), (#"'`'"#, "`"),
  ])
  func `strings stand in either kind of quotes`(_ sql: String, _ expected: String) throws {
    let query = try select("SELECT * FROM People WHERE Name = \(sql)")
    guard case .compare(.equal, _, .constant(.text(let text), .text)) = query.condition else {
      return #expect(Bool(false), "no text")
    }
    #expect(text == ExactText(expected))
  }

  @Test func `names stand in backticks, in any case, or are keys`() throws {
    for name in ["Name", "name", "NAME", "`Name`", "`name`", "`0000`", "People.Name", "people.`NAME`", "`people`.Name"]
    {
      #expect(try select("SELECT * FROM `People` WHERE \(name) = 'x'").condition.map(sketch) == "equal(0.0, 'x':text)")
    }
    #expect(try select("SELECT `a``b c` FROM people").items.map(\.keyedName) == ["odd1"])
    #expect(try select("SELECT number FROM `my orders`").items.map(\.keyedName) == ["0000"])
    #expect(try select("SELECT _ID, _CTIME, Made FROM People").items.map(\.name) == ["_id", "_ctime", "made"])
    #expect(try select("SELECT `year`, year(born) FROM People").items.map(\.name) == ["year", "year(born)"])
  }

  @Test(arguments: [
    "", ";", "SELECT", "SELECT *", "SELECT * FROM", "SELECT * FROM People WHERE", "SELECT FROM People",
    "SELECT *, FROM People",
    "SELECT * FROM People People2 People3", "SELECT * FROM 'People'", "SELECT * FROM \"People\"",
    "SELECT * FROM People;;",
    "SELECT * FROM People WHERE age = = 1", "SELECT * FROM People WHERE age == 1",
    "SELECT * FROM People WHERE (age = 1",
    "SELECT * FROM People WHERE age = 1)", "SELECT * FROM People WHERE age NOT 1",
    "SELECT * FROM People WHERE age IS 1",
    "SELECT * FROM People WHERE age IS FALSE", "SELECT * FROM People WHERE tags HAS SOME OF ('a')",
    "SELECT * FROM People WHERE tags HAS ANY ('a')", "SELECT * FROM People WHERE age IN ()",
    "SELECT * FROM People WHERE age IN 1", "SELECT * FROM People WHERE age IN (age)",
    "SELECT * FROM People WHERE age BETWEEN 1",
    "SELECT * FROM People WHERE age BETWEEN 1 OR 2", "SELECT * FROM People GROUP age", "SELECT * FROM People ORDER age",
    "SELECT * FROM People LIMIT", "SELECT * FROM People LIMIT -1", "SELECT * FROM People LIMIT 1.5",
    "SELECT * FROM People LIMIT 1, 2", "SELECT * FROM People OFFSET 1", "SELECT * FROM People LIMIT 'a'",
    "SELECT * FROM People WHERE Name = 'a", "SELECT * FROM People WHERE Name = \"a", "SELECT `Name FROM People",
    "SELECT `` FROM People", "SELECT {Name} FROM People", "SELECT a[1] FROM People", "SELECT age % 2 FROM People",
    "SELECT Name || 'x' FROM People", "SELECT * FROM People -- x", "SELECT * FROM People # x",
    "SELECT /* x */ * FROM People",
    "SELECT * FROM People WHERE !done", "SELECT 4abc FROM People", "SELECT * FROM People WHERE age = 1e999",
    "SELECT * FROM People WHERE Name = 'a\0b'", "SELECT People.* FROM People", "SELECT * FROM a.b",
    "SELECT * * FROM People",
    "SELECT age FROM People ORDER BY age FROM", "UPDATE People", "UPDATE People SET", "UPDATE People SET age",
    "UPDATE People SET age = 1,", "UPDATE People SET age = 1 LIMIT 1", "UPDATE SET age = 1", "DELETE People",
    "DELETE FROM",
    "DELETE FROM People WHERE", "DELETE FROM People LIMIT 1", "SELECT * FROM People UNION SELECT * FROM People",
    "DROP TABLE People", "EXPLAIN SELECT 1", "SELECT 1", "SELECT pi", "INSERT People VALUES (1)",
    "INSERT INTO People (Name) VALUES", "INSERT INTO People VALUES (1", "select year from People",
    "SELECT count FROM People",
    "SELECT select FROM People", "SELECT date FROM People", "SELECT * FROM People WHERE age = 1 age = 2",
    "SELECT COUNT(* FROM People",
  ])
  func `what is no statement is refused with its place`(_ sql: String) throws {
    let refused = try #require(refusal(sql))
    #expect(refused.fault == .syntax || refused.fault == .unsupported)
    #expect(refused.message.contains("(line "), "\(refused.message)")
  }

  @Test(arguments: [
    ("SELECT *\nFROM People\n WHERE é = ,", "expected a column, a constant or a function; found , (line 3, column 12)"),
    ("SELECT * FROM Nowhere", "no such table: Nowhere"),
    ("UPDATE Nowhere SET a = 1", "no such table: Nowhere"), ("DELETE FROM `No ``where`", "no such table: No `where"),
    ("SELECT x.Name FROM People", "no such table: x"),
    ("SELECT * FROM People WHERE nix = 1", "no such column: nix (line 1, column 28)"),
    (
      "INSERT INTO People (Name) VALUES ('a'), ('b')",
      "base not found: INSERT works only in bases with a big data storage; append rows in place of it (line 1, column 8)"
    ),
    (
      "SELECT * FROM People JOIN Items ON 1 = 1",
      "JOIN is not supported: write FROM a, b WHERE a.column = b.column (line 1, column 22)"
    ),
    ("SELECT * FROM (SELECT * FROM People)", "subqueries are not supported (line 1, column 15)"),
    ("SELECT * FROM People WHERE age IN (SELECT 1)", "subqueries are not supported (line 1, column 36)"),
    ("SELECT CASE WHEN 1 THEN 2 END FROM People", "CASE is not supported: use if, ifs or switch (line 1, column 8)"),
    ("SELECT SUBSTR(Name, 1) FROM People", "no such function: SUBSTR; use mid(text, start, count) (line 1, column 8)"),
    ("SELECT nix(1) FROM People", "no such function: nix (line 1, column 8)"),
    ("SELECT left(Name) FROM People", "left takes 2 arguments, not 1 (line 1, column 8)"),
    ("SELECT year FROM People", "year is a function: a column of this name must stand in backticks (line 1, column 8)"),
    (
      "SELECT * FROM \"People\"",
      "expected the name of a table; quotes are for texts, names stand bare or in backticks; found a text (line 1, column 15)"
    ),
    ("SELECT COUNT(DISTINCT age) FROM People", "COUNT(DISTINCT …) is not supported: use GROUP BY (line 1, column 14)"),
  ])
  func `a refusal says what to do, and where`(_ sql: String, _ message: String) {
    #expect(refusal(sql)?.message == message)
  }
}
