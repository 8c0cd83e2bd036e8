import Testing

@testable import Postgres

/// The pipeline's state machine, tested without a server.
@Suite struct PipelineMachineTests {
  enum Fate: Equatable {
    /// This often, in a batch of its own, the last time by its name or by its text.
    case sentAgain(times: Int, isNamed: Bool)
    /// The whole transaction runs again: `Database.transaction` does that after an error of this kind.
    case allRunsAgain
    case fails
  }

  /// What happens to query 1, whose statement is prepared.
  enum Event {
    case unknownName, stalePlan, knownName, skipped, conflict, deadlock, constraint, connectionLost
  }

  /// The rows are those of the table in the comment of `PipelineMachine`.
  @Test(arguments: [
    (Event.unknownName, Fate.sentAgain(times: 1, isNamed: false), Fate.allRunsAgain),
    (.stalePlan, .sentAgain(times: 1, isNamed: false), .allRunsAgain),
    (.knownName, .sentAgain(times: 1, isNamed: true), .allRunsAgain),
    (.skipped, .sentAgain(times: 1, isNamed: true), .fails),
    (.conflict, .sentAgain(times: 3, isNamed: true), .allRunsAgain),
    (.deadlock, .sentAgain(times: 3, isNamed: true), .allRunsAgain),
    (.constraint, .fails, .fails),
    (.connectionLost, .fails, .fails),
  ])
  func `the server's answer decides what happens to a query`(_ event: Event, _ byItself: Fate, _ inTransaction: Fate) {
    #expect(fate(of: .lookup, in: event) == byItself)
    #expect(fate(of: .single, in: event) == byItself)
    #expect(fate(of: .inTransaction, in: event) == inTransaction)
  }

  private func fate(of role: QueryRole, in event: Event) -> Fate {
    var model = PipelineModel()
    let (other, own) = (PipelineModel.statements[0], PipelineModel.statements[1])
    if event != .knownName {
      model.ask(100, as: .lookup, own)
      model.endBatch()
      model.run()
    }
    if role == .inTransaction { model.ask(101, as: .opensTransaction, other, isNamed: false) }
    if event == .skipped { model.ask(102, as: role, other, isNamed: false) }
    model.ask(1, as: role, own)
    model.endBatch()
    switch event {
    case .unknownName: model.server.names = []
    case .stalePlan: model.server.stale = model.server.names
    case .knownName: model.server.names = [Array(own.name.utf8CString)]
    case .skipped: model.server.failures[102] = .state("23505")
    case .conflict: model.server.failures[1] = .state("40001")
    case .deadlock: model.server.failures[1] = .state("40P01")
    case .constraint: model.server.failures[1] = .state("23505")
    case .connectionLost: model.lose()
    }
    model.run()

    #expect(model.faults == [])
    #expect(model.answers[1]?.count == 1)
    let again = (model.sendings[1]?.count ?? 0) - 1
    if again > 0 {
      #expect(model.batches.filter { $0 == [1] }.count == again + (role == .inTransaction || event == .skipped ? 0 : 1))
      return .sentAgain(times: again, isNamed: model.sendings[1]?.last == true)
    }
    guard case .failure(let error)? = model.answers[1]?.first else { return .sentAgain(times: 0, isNamed: true) }
    return error.isTransactionRetryable ? .allRunsAgain : .fails
  }

  @Test func `a look-up is answered at once, and a statement that may write once it is committed`() {
    var model = PipelineModel()
    model.ask(1, as: .lookup, PipelineModel.statements[0], isNamed: false)
    model.ask(2, as: .single, PipelineModel.statements[1], isNamed: false)
    model.endBatch()
    for _ in 1...2 { _ = model.takeAnswer() }
    #expect(model.order == [1])
    #expect(model.machine.unanswered == 1)
    _ = model.takeAnswer()
    #expect(model.order == [1, 2])
    #expect(model.machine.hasAnswered && !model.machine.awaitsAnswer)
  }

  @Test func `a refused commit is the answer to everything it would have committed`() {
    var model = PipelineModel()
    model.ask(1, as: .single, PipelineModel.statements[0])
    model.ask(2, as: .single, PipelineModel.statements[1])
    model.endBatch()
    model.server.refusesCommit = true
    model.run()
    for query in 1...2 { #expect(error(of: query, in: model) == .state("23505")) }
    #expect(model.server.committed == [:])
  }

  @Test(arguments: [nil, 1, 2, 3]) func `a transaction in one batch is done if its commit is`(_ failed: Int?) {
    var model = PipelineModel()
    let commit = ModelServer.commit
    model.ask(1, as: .opensTransaction, PipelineModel.statements[0])
    model.ask(2, as: .inTransaction, PipelineModel.statements[1])
    model.ask(commit, as: .closesTransaction, PipelineModel.statements[2])
    model.endBatch()
    #expect(model.batches.first == [1, 2, commit])
    if failed == 3 {
      model.server.refusesCommit = true
    } else if let failed {
      model.server.failures[failed] = .state("23505")
    }
    model.run()
    #expect(error(of: 2, in: model) == (failed == nil ? nil : .state("23505")))
    #expect(model.server.committed[2] == (failed == nil ? 1 : nil))
    #expect(model.faults == [] && model.sendings[2]?.count == 1)
  }

  @Test func `a failure before a transaction's first query is only that query's error`() {
    for failed in [1, 2] {
      var model = PipelineModel()
      for query in 1...2 { model.ask(query, as: .opensTransaction, PipelineModel.statements[query]) }
      for query in 3...4 { model.ask(query, as: .inTransaction, PipelineModel.statements[0]) }
      model.endBatch()
      model.server.failures[failed] = .state("22023")
      model.run()
      #expect(error(of: 3, in: model) == .state("22023"))
      guard case .statement("25P02", _, _)? = error(of: 4, in: model) else {
        Issue.record("\(String(describing: model.answers[4]))")
        continue
      }
    }
  }

  @Test func `a statement that cannot be prepared fails alone, and is prepared again next time`() {
    var model = PipelineModel()
    model.machine.ask(
      PipelineModel.Machine.Query(PipelineModel.statements[0], as: .lookup, isNamed: true, 1))
    model.machine.endBatch()
    model.machine.failed(.state("42601"), endsConnection: false)
    model.machine.skipped()
    model.machine.synced()
    model.endBatch()
    #expect(error(of: 1, in: model) == .state("42601"))
    model.ask(2, as: .lookup, PipelineModel.statements[0])
    let preparations = model.server.inbox.filter { if case .prepare = $0 { true } else { false } }
    #expect(preparations.count == 2)
  }

  @Test func `earlier queries are sent before those that are sent again`() {
    var model = PipelineModel()
    for query in 1...3 { model.ask(query, as: .lookup, PipelineModel.statements[0]) }
    model.endBatch()
    model.server.failures[1] = .state("23505")
    while model.answers[1] == nil {
      if model.server.inbox.count == 1 { model.ask(4, as: .lookup, PipelineModel.statements[0]) }
      _ = model.takeAnswer()
    }
    #expect(model.batches == [[1, 2, 3], [4], [2], [3], []])
    model.run()
    #expect(model.order == [1, 4, 2, 3])
  }

  @Test func `on a lost connection, failed queries keep their errors, and all others fail with the loss`() {
    var model = PipelineModel()
    for query in 1...3 { model.ask(query, as: .single, PipelineModel.statements[0], isNamed: false) }
    model.endBatch()
    model.server.failures[2] = .state("23505")
    for _ in 1...3 { _ = model.takeAnswer() }
    model.ask(4, as: .single, PipelineModel.statements[0])
    model.lose()
    model.ask(5, as: .single, PipelineModel.statements[0])
    for query in [1, 3, 4, 5] { #expect(error(of: query, in: model) == .unavailable("lost")) }
    #expect(error(of: 2, in: model) == .state("23505"))
    #expect(model.closings == [.unavailable("lost")])
    #expect(model.machine.unanswered == 0)
    model.lose(.unavailable("once more"))
    #expect(model.closings.count == 1)
  }

  @Test func `an unexpected answer ends the connection`() {
    let answers: [(inout PipelineModel.Machine) -> Void] = [
      { $0.succeeded("") }, { $0.skipped() }, { $0.synced() }, { $0.copies() },
      { $0.failed(.state("XX000"), endsConnection: false) },
    ]
    for answer in answers {
      var machine = PipelineModel.Machine()
      answer(&machine)
      #expect(machine.loss == .unavailable("the connection is out of step"))
    }
    var machine = PipelineModel.Machine()
    machine.ask(.init(PipelineModel.statements[0], as: .lookup, isNamed: false, 1))
    machine.synced()
    #expect(machine.loss != nil && machine.unanswered == 0)
  }

  @Test func `a COPY statement is an error, and ends the connection`() {
    var model = PipelineModel()
    for query in 1...2 { model.ask(query, as: .lookup, PipelineModel.statements[0], isNamed: false) }
    model.machine.copies()
    model.endBatch()
    #expect(error(of: 1, in: model) == .unexpected("a statement that copies"))
    #expect(error(of: 2, in: model) == .unavailable("the connection is out of step"))
    #expect(model.closings.count == 1)
  }

  @Test func `queries that wait to be sent when the connection is lost are not sent any more`() {
    var model = PipelineModel()
    model.machine.ask(.init(PipelineModel.statements[0], as: .lookup, isNamed: true, 1))
    model.machine.endBatch()
    model.lose()
    #expect(model.server.inbox.isEmpty && model.sendings.isEmpty)
    #expect(error(of: 1, in: model) == .unavailable("lost"))
  }

  private func error(of query: Int, in model: PipelineModel) -> PostgresError? {
    guard model.answers[query]?.count == 1, case .failure(let error)? = model.answers[query]?.first else { return nil }
    return error
  }
}
