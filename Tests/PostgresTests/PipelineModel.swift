@testable import Postgres

/// A machine whose queries are numbers, with a model of the server that it talks to.
struct PipelineModel {
  typealias Machine = PipelineMachine<Int, String>

  static let statements = (0..<4).map { Statement(number: $0, text: Array("statement \($0)".utf8)) }

  var machine = Machine()
  var server = ModelServer()
  /// The answers that each query has received.
  private(set) var answers: [Int: [Machine.Answer]] = [:]
  /// The queries in the order of their answers.
  private(set) var order: [Int] = []
  /// For each time that a query was sent, whether it was by name.
  private(set) var sendings: [Int: [Bool]] = [:]
  /// What was sent, by batch.
  private(set) var batches: [[Int]] = [[]]
  /// Why the connection was closed.
  private(set) var closings: [PostgresError] = []
  /// Violations of the protocol.
  private(set) var faults: [String] = []

  mutating func ask(_ query: Int, as role: QueryRole, _ statement: Statement, isNamed: Bool = true) {
    machine.ask(Machine.Query(statement, as: role, isNamed: isNamed, query))
    act()
  }

  mutating func endBatch() {
    machine.endBatch()
    act()
  }

  /// The server processes what it was sent, and the machine its answers, until neither has anything to do.
  mutating func run() {
    for _ in 1...10_000 where !takeAnswer() { return }
    faults.append("there is no end to it")
  }

  /// The server takes its next step, and the machine processes the answer; false if there is none.
  mutating func takeAnswer() -> Bool {
    guard machine.loss == nil, let answer = server.next() else { return false }
    switch answer {
    case .succeeded: machine.succeeded("rows")
    case .skipped: machine.skipped()
    case .failed(let error): machine.failed(error, endsConnection: false)
    case .synced: machine.synced()
    }
    act()
    return true
  }

  mutating func lose(_ error: PostgresError = .unavailable("lost")) {
    machine.lost(error)
    act()
  }

  private mutating func act() {
    while let action = machine.nextAction() {
      if !closings.isEmpty, case .answer = action {} else if !closings.isEmpty { faults.append("acts after the end") }
      switch action {
      case .prepare(_, let name): server.inbox.append(.prepare(name))
      case .send(let query, let name):
        note(query.payload, isNamed: name != nil)
        server.inbox.append(.run(query.payload, query.role, name))
      case .sync:
        batches.append([])
        server.inbox.append(.sync)
      case .answer(let query, let answer):
        answers[query, default: []].append(answer)
        order.append(query)
      case .close(let error): closings.append(error)
      }
    }
  }

  private mutating func note(_ query: Int, isNamed: Bool) {
    if answers[query] != nil { faults.append("\(query) is sent after its answer") }
    if server.mayHaveDone(query) { faults.append("\(query) is sent again and may have been done") }
    sendings[query, default: []].append(isNamed)
    batches[batches.count - 1].append(query)
  }
}

/// PostgreSQL as far as it matters here: it processes queries in order, skips to the `Sync` after a failure, and
/// commits at the `Sync` or at the end of a transaction.
struct ModelServer {
  enum Message {
    case prepare([CChar])
    case run(Int, QueryRole, [CChar]?)
    case sync
  }

  enum Answer {
    case succeeded, skipped, synced
    case failed(PostgresError)
  }

  private enum Block { case none, open, failed }

  /// Queries that end a transaction.
  static let (commit, rollback) = (1_000_000, 2_000_000)

  var inbox: [Message] = []
  /// The names of the statements that are prepared.
  var names: Set<[CChar]> = []
  /// Names whose plans are stale.
  var stale: Set<[CChar]> = []
  /// The queries that always fail, with their errors.
  var failures: [Int: PostgresError] = [:]
  /// Whether the next commit is refused.
  var refusesCommit = false
  /// How often each query was committed.
  private(set) var committed: [Int: Int] = [:]

  private var isSkipping = false
  private var block = Block.none
  /// What was done but not committed.
  private var pending: [Int] = []

  /// Whether a query is committed, will be unless something rolls it back, or has not run yet.
  func mayHaveDone(_ query: Int) -> Bool {
    committed[query] != nil || pending.contains(query)
      || inbox.contains { if case .run(query, _, _) = $0 { true } else { false } }
  }

  /// Takes the next step; nil if there is none.
  mutating func next() -> Answer? {
    guard !inbox.isEmpty else { return nil }
    switch inbox.removeFirst() {
    case .sync: return sync()
    case _ where isSkipping: return .skipped
    case .prepare(let name):
      if !names.insert(name).inserted { return fail("42P05") }
      return block == .failed ? fail("25P02") : .succeeded
    case .run(let query, let role, let name): return run(query, role, name)
    }
  }

  private mutating func run(_ query: Int, _ role: QueryRole, _ name: [CChar]?) -> Answer {
    if let name, !names.contains(name) { return fail("26000") }
    if let name, stale.contains(name) { return fail("0A000") }
    if query >= Self.commit { return end(isCommit: query < Self.rollback) }
    if block == .failed { return fail("25P02") }
    if let error = failures[query] { return fail(error) }
    if role == .opensTransaction { block = .open }
    if role != .lookup { pending.append(query) }
    return .succeeded
  }

  private mutating func end(isCommit: Bool) -> Answer {
    if isCommit && block == .open && refusesCommit {
      refusesCommit = false
      (block, pending) = (.none, [])
      return fail("23505")
    }
    if isCommit && block == .open { keep() } else { pending = [] }
    block = .none
    return .succeeded
  }

  private mutating func sync() -> Answer {
    if block == .none && refusesCommit && !isSkipping && !pending.isEmpty {
      // Reported before the answer to the `Sync`, which follows.
      (refusesCommit, pending) = (false, [])
      inbox.insert(.sync, at: 0)
      return .failed(.state("23505"))
    }
    if block == .none && !isSkipping { keep() }
    if block == .none { pending = [] }
    isSkipping = false
    return .synced
  }

  private mutating func keep() {
    for query in pending { committed[query, default: 0] += 1 }
    pending = []
  }

  private mutating func fail(_ state: String) -> Answer { fail(.state(state)) }

  private mutating func fail(_ error: PostgresError) -> Answer {
    isSkipping = true
    if block == .open { block = .failed }
    return .failed(error)
  }
}

extension PostgresError {
  static func state(_ state: String) -> PostgresError { .statement(sqlstate: state, constraint: nil, message: "") }
}
