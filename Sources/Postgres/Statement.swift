internal import Ground

/// A statement that was used before, by its number in the catalogue.
final class Statement: Sendable {
  let number: Int
  /// NUL-terminated, for libpq.
  let text: [CChar]
  /// What servers know it by, after it was prepared: made of its text. So a name means the same to all clients of a pooler
  /// that gives each transaction another server: who finds it known there may use it, and who does not prepares it.
  let name: String

  init(number: Int, text: [UInt8]) {
    self.number = number
    self.text = text.map(CChar.init(bitPattern:)) + [0]
    name = "s" + fingerprint(of: text)
  }
}

/// The statements that one database's connections know or may come to know.
final class Catalogue {
  /// Whether connections prepare statements under names, or send their texts each time.
  let isPrepared: Bool
  private var statements: [Shape: Statement] = [:]
  private var statementsByText: [[UInt8]: Statement] = [:]

  init(isPrepared: Bool) { self.isPrepared = isPrepared }

  func statement(of shape: Shape) -> Statement {
    if let known = statements[shape] { return known }
    let text = shape.text
    let statement = statementsByText[text] ?? Statement(number: statementsByText.count, text: text)
    statementsByText[text] = statement
    statements[shape] = statement
    return statement
  }
}

/// The statements that one connection has prepared, and under which names. libpq cannot close a prepared statement before
/// version 17, so that one whose plan has become stale is prepared anew under another name.
struct PreparedStatements {
  /// One that is prepared, or about to be.
  struct Preparation {
    /// NUL-terminated.
    let name: [CChar]
    /// Which of the connection's preparations it was, from 1.
    let number: Int
  }

  private var known: [Preparation?] = []
  private var staleNames: [Int: Int] = [:]
  private var count = 0

  subscript(statement: Statement) -> Preparation? { statement.number < known.count ? known[statement.number] : nil }

  mutating func add(_ statement: Statement) -> Preparation {
    while known.count <= statement.number { known.append(nil) }
    count += 1
    let suffix = staleNames[statement.number].map { "_\($0)" } ?? ""
    let new = Preparation(name: Array((statement.name + suffix).utf8CString), number: count)
    known[statement.number] = new
    return new
  }

  /// Forgets a preparation, where it was not followed by another; the name of what is stale is not used again.
  mutating func forget(_ statement: Statement, _ number: Int, isStale: Bool = false) {
    guard self[statement]?.number == number else { return }
    known[statement.number] = nil
    if isStale { staleNames[statement.number, default: 0] += 1 }
  }
}
