import Postgres
import Testing

@Suite struct Statements {
  @Test func `every value becomes a parameter, in order`() {
    let sql: SQL = "select \("a' or true --") where id = \(7) and \(true)"
    #expect(sql.text == "select $1 where id = $2 and $3")
  }

  @Test func `a statement can be part of others, and its parameters are numbered in place`() {
    let live: SQL = "deleted_at is null and team_id = \(1)"
    let named: SQL = "name = \("x") and \(live)"
    let sql: SQL = "select \(2) where \(live) or \(named) limit \(3)"
    #expect(
      sql.text
        == "select $1 where deleted_at is null and team_id = $2 or name = $3 and deleted_at is null and team_id = $4 limit $5"
    )
  }

  @Test func `text and dollar signs in literals are unchanged`() {
    let sql: SQL = "select '$1', 'ä', $$\u{1F600}$$, \(nil as String?)"
    #expect(sql.text == "select '$1', 'ä', $$\u{1F600}$$, $1")
  }
}
