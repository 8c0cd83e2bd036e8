/// A statement that was used before, by its number in the catalogue.
final class Statement {
  let number: Int
  /// NUL-terminated, for libpq.
  let text: [CChar]

  init(number: Int, shape: Shape) {
    self.number = number
    text = shape.text.map(CChar.init(bitPattern:)) + [0]
  }
}

/// The statements that one database's connections know or may come to know.
final class Catalogue {
  private var statements: [Shape: Statement] = [:]

  func statement(of shape: Shape) -> Statement {
    if let known = statements[shape] { return known }
    let new = Statement(number: statements.count, shape: shape)
    statements[shape] = new
    return new
  }
}

/// The statements that one connection has prepared, and under which names. A name is never used twice: libpq cannot
/// close a prepared statement before version 17.
struct PreparedStatements {
  private var names: [[CChar]?] = []
  private var count = 0

  /// NUL-terminated; nil for a statement that is to be prepared.
  func name(of statement: Statement) -> [CChar]? { statement.number < names.count ? names[statement.number] : nil }

  mutating func add(_ statement: Statement) -> [CChar] {
    while names.count <= statement.number { names.append(nil) }
    count += 1
    let name = Array("s\(count)".utf8CString)
    names[statement.number] = name
    return name
  }

  mutating func forget(_ statement: Statement) { names[statement.number] = nil }
}
