import Ground
import Testing

@testable import Query

/// The statements that published clients send, with these tests' tables in place of a user's.
@Suite struct QueryClientTests {
  @Test(arguments: [
    // n8n: get, search in four ways, upsert, trigger, a list of rows by a view's table.
    "SELECT * FROM `People` WHERE _id = 'Xd9sQQk3RHGxIYQ8V8tZzw'",
    "SELECT * FROM `People` WHERE `Name` = \"Ann\"",
    "SELECT * FROM `People` WHERE lower(`Name`) LIKE \"%ann%\"", "SELECT * FROM `People` WHERE `Name` LIKE \"%Ann%\"",
    "SELECT * FROM `People` WHERE `age` = 5 LIMIT 1", "SELECT * FROM `People` WHERE `done` = true",
    "SELECT * FROM People WHERE lower(`Name`) = \"ann\"",
    "SELECT * FROM `People` WHERE _ctime BETWEEN \"2026-11-6 08:59:00\" AND \"2026-11-6 09:00:00\" ORDER BY _ctime DESC",
    "SELECT * FROM `People` WHERE _mtime BETWEEN \"2026-11-6 08:59:00\" AND \"2026-11-6 09:00:00\" ORDER BY _mtime DESC LIMIT 1000",
    "SELECT * FROM `People` ORDER BY _mtime DESC LIMIT 1", "SELECT _id FROM `My Orders` LIMIT 1",
    // Zapier: find, drop-downs, new assets.
    "SELECT `Name` FROM `People` WHERE `Name` LIKE '%ann%' LIMIT 10", "SELECT _id, `0000` FROM `People` LIMIT 1000",
    "SELECT `_id`, `_ctime`, `_mtime`, `files` FROM `People` WHERE `_mtime` > '2026-11-06T09:00:00.000+00:00' ORDER BY `_mtime` DESC LIMIT 250",
    "SELECT * FROM `People` WHERE `born` >= '2026-11-06T09:00:00Z'", "SELECT COUNT(*) FROM `People`",
    // MCP: search, upsert, query.
    "SELECT * FROM `People` WHERE `Name` ILIKE '%ann%' OR `level` ILIKE '%ann%' LIMIT 20 OFFSET 0",
    "SELECT * FROM `People` WHERE `Name` = 'Ann' AND `age` = 5 LIMIT 1",
    "SELECT `level`, COUNT(*) FROM `People` GROUP BY `level`",
    "SELECT level, count(*) as total, avg(age) as mean FROM People WHERE age IS NOT NULL GROUP BY level ORDER BY total DESC",
    // Python and JavaScript: whatever their users write, and their filters.
    "select * from People", "select Name, age from People where age>=18 and Name!='' order by age desc limit 5",
    "SELECT * FROM `People` WHERE tags HAS ANY OF (\"gold\",\"silver\")",
    "select distinct level from People order by level",
    "SELECT p.Name, o.number FROM People AS p, `My Orders` AS o WHERE p.Name = o.person LIMIT 100",
    "UPDATE People SET age=18 WHERE Name=\"Ann\"", "DELETE FROM People WHERE age=18 AND Name LIKE 'A%'",
    "UPDATE `People` SET `tags` = (\"gold\",\"silver\"), `level` = 'gold'", "DELETE FROM `People`",
    "SELECT * FROM People WHERE isomonth(born) = '2026-11' AND weekday(born) <> 1",
  ])
  func `every client's statement is understood`(_ sql: String) {
    #expect(refusal(sql) == nil, "\(sql)")
  }

  @Test func `a day without a leading zero is that day in UTC`() throws {
    #expect(
      try condition("_mtime BETWEEN \"2026-11-6 09:00:00\" AND \"2026-11-6 09:01:00\"")
        == "between(0.21, 2026-11-06 09:00:date, 2026-11-06 09:01:date)")
  }

  @Test func `parameters of each kind of MCP's and n8n's are taken`() {
    let sql =
      "SELECT * FROM People WHERE Name = ? AND age = ? AND done = ? AND tags HAS ANY OF (?) AND owners HAS ALL OF (?, ?)"
    #expect(
      refusal(
        sql, [.string("x"), .number("1"), .boolean(true), .array([.string("gold")]), .string("a"), .string("b")]) == nil
    )
  }

  @Test func `a user's text that ends the string is an error, not another statement`() {
    for text in [
      "\" OR 1=1 --", "\"; DELETE FROM People; --", "\\", "\"\"\"", "x\" UNION SELECT * FROM People WHERE \"a\"=\"a",
    ] {
      let refused = refusal("SELECT * FROM People WHERE Name = \"\(text)\"")
      #expect(refused != nil || text == "\"\"\"", "\(text)")
    }
  }
}
