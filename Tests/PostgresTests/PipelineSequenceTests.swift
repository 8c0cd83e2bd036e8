import Testing

@testable import Postgres

/// Whatever happens, in any order: each query gets exactly one answer, which is true, and nothing is done twice.
@Suite struct PipelineSequenceTests {
  /// What must have happened for a run of the test to mean something.
  fileprivate struct Tally {
    var (retried, failed, refused, lost, committed, rolledBack) = (0, 0, 0, 0, 0, 0)
    var isRich: Bool { [retried, failed, refused, lost, committed, rolledBack].allSatisfy { $0 > 50 } }
  }

  @Test func `look-ups that share a connection`() {
    var tally = Tally()
    for seed in 1...1500 {
      var random = SplitMix64(state: UInt64(seed))
      var model = PipelineModel()
      var asked = 0
      for _ in 1...80 {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<4:
          asked += 1
          if random.isLucky(1, in: 6) { model.server.failures[asked] = Self.failure(&random) }
          model.ask(asked, as: .lookup, random.pick(PipelineModel.statements))
        case 4: model.endBatch()
        case 5 where random.isLucky(1, in: 6): Self.disturb(&model, &random)
        case 6 where random.isLucky(1, in: 30): model.lose()
        default: _ = model.takeAnswer()
        }
      }
      model.endBatch()
      model.run()
      check(model, asked: Array(1..<asked + 1), seed)
      tally.add(model)
      // Queries that succeeded at the first attempt were answered in their order.
      let smooth = model.order.filter { model.sendings[$0]?.count == 1 && model.isSuccess($0) }
      #expect(smooth == smooth.sorted(), "seed \(seed)")
    }
    #expect(tally.retried > 50 && tally.failed > 50 && tally.lost > 50)
  }

  @Test func `statements and transactions with a connection to themselves`() {
    var tally = Tally()
    for seed in 1...1500 {
      var random = SplitMix64(state: UInt64(seed))
      var borrower = Borrower()
      for _ in 1...25 where borrower.model.machine.loss == nil {
        if random.isLucky(1, in: 4) { Self.disturb(&borrower.model, &random) }
        borrower.model.server.refusesCommit = random.isLucky(1, in: 8)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: borrower.single(&random)
        case 1: borrower.transaction(&random)
        default: borrower.wholeTransaction(&random)
        }
        borrower.model.server.refusesCommit = false
      }
      check(borrower.model, asked: borrower.asked, seed)
      #expect(borrower.lies == [], "seed \(seed)")
      tally.add(borrower.model)
      (tally.refused, tally.rolledBack) = (tally.refused + borrower.refused, tally.rolledBack + borrower.rolledBack)
    }
    #expect(tally.isRich, "\(tally)")
  }

  private func check(_ model: PipelineModel, asked: [Int], _ seed: Int) {
    #expect(model.faults == [], "seed \(seed)")
    #expect(model.order.sorted() == asked.sorted(), "each has one answer; seed \(seed)")
    #expect(model.machine.unanswered == 0 && !model.machine.awaitsAnswer && !model.machine.hasOpenBatch, "seed \(seed)")
    #expect(model.server.committed.values.allSatisfy { $0 == 1 }, "seed \(seed)")
    #expect(model.closings.count == (model.machine.loss == nil ? 0 : 1), "seed \(seed)")
    // Skipped, in conflict three times, without its name; and whatever a pooler does.
    #expect((model.sendings.values.map(\.count).max() ?? 0) <= 8, "seed \(seed)")
  }

  fileprivate static func failure(_ random: inout SplitMix64) -> PostgresError {
    .state(random.pick(["40001", "40P01", "23505", "22012", "0A000", "26000"]))
  }

  /// What a pooler or a migration does without the connection's knowledge.
  private static func disturb(_ model: inout PipelineModel, _ random: inout SplitMix64) {
    let name = Array(random.pick(PipelineModel.statements).name.utf8CString)
    switch Int.random(in: 0..<3, using: &random) {
    case 0: model.server.names.remove(name)
    case 1: model.server.names.insert(name)
    default: if model.server.names.contains(name) { model.server.stale.insert(name) }
    }
  }
}

extension PipelineSequenceTests.Tally {
  fileprivate mutating func add(_ model: PipelineModel) {
    retried += model.sendings.values.count { $0.count > 1 }
    failed += model.order.count { !model.isSuccess($0) }
    lost += model.closings.count
    committed += model.server.committed.count
  }
}

/// A user with a connection to itself: sends queries, waits, and compares the answers with what the server has done.
private struct Borrower {
  var model = PipelineModel()
  private(set) var asked: [Int] = []
  private(set) var lies: [String] = []
  private(set) var refused = 0
  private(set) var rolledBack = 0

  mutating func single(_ random: inout SplitMix64) {
    let query = ask(.single, &random)
    wait(&random)
    if model.isSuccess(query) != (model.server.committed[query] == 1) && model.machine.loss == nil {
      lies.append("\(query) is said to be \(model.isSuccess(query) ? "done" : "not done")")
    }
    if model.isSuccess(query) && model.server.committed[query] != 1 { lies.append("\(query) is not done") }
  }

  mutating func transaction(_ random: inout SplitMix64) {
    var queries = [ask(.opensTransaction, &random)]
    repeat {
      for _ in 0...Int.random(in: 0...2, using: &random) { queries.append(ask(.inTransaction, &random)) }
      wait(&random)
    } while queries.allSatisfy(model.isSuccess) && random.isLucky(1, in: 3)
    let isGood = queries.allSatisfy(model.isSuccess)
    let end = (isGood ? ModelServer.commit : ModelServer.rollback) + asked.count
    asked.append(end)
    model.ask(end, as: .inTransaction, PipelineModel.statements[0], isNamed: false)
    wait(&random)
    let isDone = isGood && model.isSuccess(end)
    if isGood && !isDone { refused += 1 }
    if !isGood { rolledBack += 1 }
    let kept = queries.count { model.server.committed[$0] == 1 }
    if isDone && kept != queries.count { lies.append("\(queries) are not done") }
    if !isDone && kept > 0 && (!isGood || model.machine.loss == nil) { lies.append("of \(queries) \(kept) are done") }
    let answered = model.order.filter(queries.contains)
    if answered != queries && model.machine.loss == nil { lies.append("\(queries) are answered as \(answered)") }
  }

  /// A transaction that is sent in one batch, as `Transaction.perform` does for one statement.
  mutating func wholeTransaction(_ random: inout SplitMix64) {
    _ = ask(.opensTransaction, &random)
    let query = ask(.inTransaction, &random)
    end(by: ModelServer.commit, as: .closesTransaction, isNamed: random.isLucky(1, in: 2))
    wait(&random)
    let (isDone, isKept) = (model.isSuccess(query), model.server.committed[query] == 1)
    if isDone != isKept && (isDone || model.machine.loss == nil) { lies.append("\(query) is kept: \(isKept)") }
    if isDone { return }
    refused += 1
    end(by: ModelServer.rollback, as: .inTransaction, isNamed: false)
    wait(&random)
  }

  private mutating func end(by kind: Int, as role: QueryRole, isNamed: Bool) {
    let end = kind + asked.count
    asked.append(end)
    model.ask(end, as: role, PipelineModel.statements[0], isNamed: isNamed)
  }

  private mutating func ask(_ role: QueryRole, _ random: inout SplitMix64) -> Int {
    let query = asked.count + 1
    asked.append(query)
    if random.isLucky(1, in: 8) { model.server.failures[query] = PipelineSequenceTests.failure(&random) }
    model.ask(query, as: role, random.pick(PipelineModel.statements))
    return query
  }

  /// Waits until everything is answered; sometimes the connection is lost first, before or after the server has
  /// processed the rest.
  private mutating func wait(_ random: inout SplitMix64) {
    model.endBatch()
    while model.machine.unanswered > 0 {
      if random.isLucky(1, in: 200) {
        if random.isLucky(1, in: 2) { while model.server.next() != nil {} }
        model.lose()
      }
      _ = model.takeAnswer()
    }
    // A failure in a batch may be answered before the batch's end.
    model.run()
  }
}

extension PipelineModel {
  func isSuccess(_ query: Int) -> Bool {
    if case .success? = answers[query]?.first { true } else { false }
  }
}

/// A generator that gives the same numbers for the same seed.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &self)]
  }

  mutating func isLucky(_ wins: Int, in games: Int) -> Bool { Int.random(in: 0..<games, using: &self) < wins }
}
