internal import Ground

/// A statement in the catalogue, with its number there.
final class Statement: Sendable {
  let number: Int
  /// NUL-terminated, for libpq.
  let text: [CChar]
  /// The name under which it is prepared, derived from its text. So a name means the same to all clients of a pooler
  /// that moves transactions between servers: a client that finds the statement prepared can use it.
  let name: String

  init(number: Int, text: [UInt8]) {
    self.number = number
    self.text = text.map(CChar.init(bitPattern:)) + [0]
    name = "s" + fingerprint(of: text)
  }

  /// A statement that is in no catalogue and has no name: it is only sent as text.
  init(once text: [UInt8]) {
    number = -1
    self.text = text.map(CChar.init(bitPattern:)) + [0]
    name = ""
  }
}

/// The statements that a database's connections have used.
final class Catalogue {
  /// Whether connections prepare statements, or send their text each time.
  let isPrepared: Bool
  private var statements: [Shape: Statement] = [:]
  private var statementsByText: [[UInt8]: Statement] = [:]
  /// By the number of the statement that they ask several times.
  private var gatheredStatements: [Int: Statement] = [:]

  init(isPrepared: Bool) { self.isPrepared = isPrepared }

  /// The statement of an SQL text, which is remembered unless it is used only once.
  func statement(of sql: SQL) -> Statement {
    let shape = sql.shape
    if sql.planning == .once { return Statement(once: shape.text) }
    if let known = statements[shape] { return known }
    let statement = statement(with: shape.text)
    statements[shape] = statement
    if let text = shape.gatheredText { gatheredStatements[statement.number] = self.statement(with: text) }
    return statement
  }

  private func statement(with text: [UInt8]) -> Statement {
    if let known = statementsByText[text] { return known }
    let statement = Statement(number: statementsByText.count, text: text)
    statementsByText[text] = statement
    return statement
  }

  /// The statement that asks the question of another one several times; nil if there is none.
  func gathered(_ statement: Statement) -> Statement? { gatheredStatements[statement.number] }

  /// Forgets the statement that asks several times, since the server does not understand it.
  func separate(_ statement: Statement) { gatheredStatements[statement.number] = nil }
}

/// The statements that one connection has prepared, with their names. Before version 17, libpq cannot close a prepared
/// statement. So a statement whose plan is stale is prepared again under another name.
struct PreparedStatements {
  /// A statement that is prepared or being prepared.
  struct Preparation {
    /// NUL-terminated.
    let name: [CChar]
    /// The number of the preparation on this connection, counted from 1.
    let number: Int
  }

  private var known: [Preparation?] = []
  private var staleNames: [Int: Int] = [:]
  private var count = 0

  subscript(statement: Statement) -> Preparation? {
    known.indices.contains(statement.number) ? known[statement.number] : nil
  }

  mutating func add(_ statement: Statement) -> Preparation {
    while known.count <= statement.number { known.append(nil) }
    count += 1
    let suffix = staleNames[statement.number].map { "_\($0)" } ?? ""
    let new = Preparation(name: Array((statement.name + suffix).utf8CString), number: count)
    known[statement.number] = new
    return new
  }

  /// Forgets a preparation, unless a newer one has replaced it. The name of a stale statement is not used again.
  mutating func forget(_ statement: Statement, _ number: Int, isStale: Bool = false) {
    guard self[statement]?.number == number else { return }
    known[statement.number] = nil
    if isStale { staleNames[statement.number, default: 0] += 1 }
  }
}
