/// Why a statement is refused: what is wrong, where, and what to write instead.
///
/// The message may repeat words of the statement, so it goes to the client that sent it and into no log.
public struct QueryError: Error, Equatable, Sendable {
  /// What kind of refusal this is.
  public let fault: QueryFault
  /// What is wrong and what to write instead, with the place if it has one. Safe to show to the client.
  public let message: String

  /// Makes a refusal of a place in the statement.
  init(_ fault: QueryFault, _ message: String, at place: QueryPlace?) {
    self.fault = fault
    self.message = place.map { "\(message) (line \($0.line), column \($0.column))" } ?? message
  }
}

/// A refusal without its place, on its way to where the text is known.
struct QueryRefusal: Error {
  let fault: QueryFault
  let message: String
  /// The offset of the offending byte, or nil if the refusal is of the whole statement.
  let offset: Int?

  init(_ fault: QueryFault, _ message: String, at offset: Int? = nil) {
    (self.fault, self.message, self.offset) = (fault, message, offset)
  }

  /// The same with its place in the statement.
  func placed(in text: [UInt8]) -> QueryError {
    QueryError(fault, message, at: offset.map { QueryPlace(of: $0, in: text) })
  }
}

/// A word of the statement as a message repeats it: at most 64 characters.
func shown(_ text: String) -> String {
  let start = text.unicodeScalars.prefix(64)
  return start.endIndex == text.unicodeScalars.endIndex ? text : String(String.UnicodeScalarView(start)) + "…"
}

/// The kinds of refusal, for callers that answer some of them differently.
public enum QueryFault: Sendable, Equatable {
  /// The text is no statement of the dialect.
  case syntax
  /// It is one, of a kind that is not run here: INSERT, JOIN, a subquery, CASE and the like.
  case unsupported
  /// No table has this name.
  case unknownTable
  /// No table of the statement has a column of this name, or several have.
  case unknownColumn
  /// No function has this name.
  case unknownFunction
  /// The function takes another number of arguments.
  case arity
  /// A value, a column or a function stands where its type has no meaning.
  case type
  /// The rules of GROUP BY, HAVING, aggregates, DISTINCT or joins are broken.
  case grouping
  /// The statement and its parameters do not fit.
  case parameters
  /// The column cannot be written.
  case readOnly
  /// The statement is longer, deeper or larger than a statement may be.
  case bounds
}

/// A place in a statement as editors count: lines and characters, both from 1.
struct QueryPlace: Equatable {
  let line: Int
  let column: Int

  /// The place of a byte. Characters are Unicode scalars.
  init(of offset: Int, in text: [UInt8]) {
    let before = text.prefix(max(0, offset))
    let start = (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    line = before.count { $0 == UInt8(ascii: "\n") } + 1
    column = before[start...].count { $0 & 0xc0 != 0x80 } + 1
  }
}
