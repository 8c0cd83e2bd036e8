internal import Domain
internal import Grid
internal import Ground

extension WireError {
  /// An error of what a base holds: SeaTable's words where they are known, else ours. Clients look for either of two
  /// keys.
  init(of error: GridError) {
    self =
      switch error {
      case .tableNotFound: .twofold(404, "table not found")
      case .viewNotFound: .twofold(404, "view not found")
      case .rowNotFound: .twofold(404, "row _id not exits")  // as SeaTable spells it
      case .rowsNotFound: .twofold(400, "row_id invalid: the table does not have all of these rows.")
      case .rowLocked: .twofold(403, "A row is locked by somebody else.")
      case .tooManyRows(let most): .twofold(400, "Too many rows: a request may have \(most) at most.")
      case .baseFull(let most): .full("a base may have \(most) rows at most.", .rowsPerBase)
      case .teamFull(let most):
        .full("the bases of this team may have \(most) rows at most: \(Self.moreRows).", .rowsPerTeam)
      case .tooLarge(let most): .twofold(400, "The base has more than \(most) rows: list the rows of each table.")
      case .schemaTooLarge(let most):
        .twofold(400, "The columns, options and views of a base may have \(most) bytes at most.")
      case .tooManyTables(let most):
        .twofold(400, "A base may have \(most) tables at most.").limited(by: ContentLimit.tablesPerBase)
      case .link(let error): WireError(of: error)
      case .badRow(let error): WireError(of: error)
      case .lost(let loss):
        .twofold(400, "Row \(loss.row), column \(loss.column): \(loss.reason.words), and the request is strict.")
      case .nameTaken: .twofold(400, "column name already exists").called("column_already_exists")
      case .schema(let error): WireError(of: error)
      case .filter(let error): WireError(of: error)
      case .statement(let message): .twofold(400, message)
      case .statementTooSlow(let time):
        .twofold(
          400,
          "The statement takes too long: it may take \(time.components.seconds) seconds. Select fewer rows, or by simpler "
            + "conditions."
        ).limited(by: ContentLimit.statementTime)
      case .statementTooLarge:
        .twofold(400, "The statement needs too much memory, or is too complex: divide it into several.")
          .limited(by: ContentLimit.statementMemory)
      case .statementFailed: .twofold(400, "The statement comes to a value that is out of range.")
      case .answerTooLarge(let most):
        .twofold(400, "The answer is too large: it may have \(most) bytes. \(Self.smallerAnswers)")
          .limited(by: ContentLimit.answerBytes)
      }
  }

  private static let smallerAnswers = "Ask for fewer rows at once, or for fewer columns."
  private static let moreRows = "delete some, or ask a system administrator for more"

  private static func full(_ text: String, _ limit: ContentLimit) -> WireError {
    .twofold(400, "rows_limit_exceeded: \(text)").limited(by: limit)
  }

  private init(of error: LinkError) {
    self =
      switch error {
      case .notFound: .twofold(400, "link_id invalid: the tables do not have this link.")
      case .notLink(let column): .twofold(400, "Column \(column) is not a link.")
      case .exists: .twofold(400, "Two of the rows are linked already.")
      case .tooMany(let most): .twofold(400, "Too many links: a request may have \(most) at most.")
      }
  }

  private init(of error: RowError) {
    self =
      switch error {
      case .notObject(let row): .twofold(400, "Row \(row) is not an object.")
      case .duplicateName(let row, let column): .twofold(400, "Row \(row) has the column \(column) twice.")
      case .cellTooLarge(let row, let column):
        .twofold(400, "Row \(row), column \(column): the value has more than \(GridLimit.cell) bytes.")
      case .cellTooDeep(let row, let column):
        .twofold(400, "Row \(row), column \(column): the value is nested too deeply.")
      }
  }

  private init(of error: FilterError) {
    self =
      switch error {
      case .unknownColumn(let name): .twofold(400, "filters: column \(name) not found")
      case .predicate(let word, let column): .twofold(400, "filters: \(word) is no predicate of column \(column)")
      case .term(let column): .twofold(400, "filters: the term of column \(column) is invalid")
      case .malformed: .twofold(400, "filters invalid.")
      }
  }
}

extension CellLoss.Reason {
  /// What happens to a value that is lost.
  fileprivate var words: String {
    switch self {
    case .unknownColumn: "the table has no such column"
    case .readOnly: "it is not written by clients"
    case .unreadable: "the value does not fit the column"
    case .notBoolean: "a checkbox takes true or false"
    case .rounded: "the number would be rounded"
    case .unknownOption: "the column has no such option"
    case .nul: "the text has the character U+0000"
    }
  }
}
