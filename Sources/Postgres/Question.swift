internal import CLibPQ

/// One look-up, and who waits for its answer.
struct Question {
  let statement: Statement
  /// The statement in which several questions of this kind are asked; nil if each is asked by itself.
  let gathered: Statement?
  let parameters: [PostgresParameter]
  let planning: SQL.Planning
  let continuation: UnsafeContinuation<FirstRow, Never>

  /// The first row of the result; nil if there is none.
  typealias FirstRow = Result<Row?, PostgresError>
}

extension Pipeline {
  /// Sends questions of one kind with this turn's batch.
  func ask(_ questions: [Question]) {
    if questions[0].planning != .general { ask(Self.planForValues, .lookup, nil) }
    machine.ask(query(of: questions))
    act()
    addToOutbox()
  }

  /// A single question as it is, several in one statement.
  private func query(of questions: [Question]) -> Machine.Query {
    let first = questions[0]
    let (statement, parameters): (Statement, [PostgresParameter]) =
      if questions.count > 1, let gathered = first.gathered {
        (gathered, questions.map(\.parameters).gathered)
      } else {
        (first.statement, first.parameters)
      }
    let payload = Payload(parameters: parameters, asker: .questions(questions))
    return Machine.Query(statement, as: .lookup, isNamed: catalogue.isPrepared && first.planning != .once, payload)
  }

  /// Gives each of the questions its answer.
  func tell(_ questions: [Question], _ answer: Answer) {
    switch answer {
    case .failure(let error) where questions.count > 1 && error.isOfServer && isOpen:
      askEach(of: questions, after: error)
    case .failure(let error):
      for question in questions {
        tally.failed(error)
        question.continuation.resume(returning: .failure(error))
      }
    case .success(let result): questions.take(result)
    }
  }

  /// One of several questions has failed, and with it their statement: each gets its own answer.
  private func askEach(of questions: [Question], after error: PostgresError) {
    if error.isOfText { catalogue.separate(questions[0].statement) }
    for question in questions { machine.ask(query(of: [question])) }
    addToOutbox()
  }
}

extension [Question] {
  /// Gives each of them its own row of the answer to all of them.
  fileprivate func take(_ result: ResultSet) {
    guard count > 1 else {
      self[0].continuation.resume(returning: .success(result.rowCount > 0 ? Row(result: result, index: 0) : nil))
      return
    }
    var rows = [Int32?](repeating: nil, count: count)
    for index in 0..<result.rowCount {
      if let number = result.question(ofRow: index), rows.indices.contains(number - 1) { rows[number - 1] = index }
    }
    for (question, row) in zip(self, rows) {
      question.continuation.resume(returning: .success(row.map { Row(result: result, index: $0) }))
    }
  }
}

extension ResultSet {
  /// Which question the row answers, from 1: the last column of a statement that asks several.
  fileprivate func question(ofRow row: Int32) -> Int? {
    let column = PQnfields(pointer) - 1
    guard column >= 0, PQgetlength(pointer, row, column) == 8 else { return nil }
    return PQgetvalue(pointer, row, column).map {
      Int(Int64(bigEndian: UnsafeRawPointer($0).loadUnaligned(as: Int64.self)))
    }
  }
}

extension PostgresError {
  /// Whether the server has refused the statement, and the connection goes on.
  fileprivate var isOfServer: Bool {
    switch self {
    case .statement, .timedOut, .invalidText: true
    case .unavailable, .unexpected: false
    }
  }

  /// Whether the server cannot make anything of the statement's text: a name or a type that it does not know.
  fileprivate var isOfText: Bool {
    if case .statement(let sqlstate, _, _) = self { sqlstate.hasPrefix("42") } else { false }
  }
}
