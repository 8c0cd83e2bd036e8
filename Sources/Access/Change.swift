internal import Ground
internal import HTTP
public import Postgres

extension App {
  /// Runs a body that changes something in a transaction. The database records the changes in the audit log, with the
  /// caller and the request; without a caller, only with the request. If a statement may take longer than usual,
  /// `statementTime` is its statement timeout, in whole seconds.
  ///
  /// The transaction begins by checking again that nothing has ended the caller's access since the request was
  /// admitted. Whatever would end it now waits for the transaction. If the body itself may end the caller's own access,
  /// pass `endsOwnAccess`: of two such transactions at the same time, only one runs.
  ///
  /// One more of what is capped violates the constraint of its `Cap`. A change that must not fail for that is not
  /// `isCapped`.
  ///
  /// - Throws: What the body threw, or `PostgresError`. If the access has ended, that is a violation of the constraint
  ///   `caller_lasts`.
  @discardableResult
  public func change<Value: Sendable>(
    by caller: SignedIn?, endsOwnAccess: Bool = false, isCapped: Bool = true, statementTime: Duration? = nil,
    _ body: (Transaction) async throws -> Value
  ) async throws -> Value {
    let json = JSONWriter.bytes(of: Actor(account: caller?.account, origin: origin))
    let hold: SQL = caller.map { ", \($0.hold(isEnding: endsOwnAccess, settings.accountTokens))" } ?? ""
    let actor: SQL = """
      select set_config('basekeeper.actor', \(String(decoding: json, as: UTF8.self)), true),
             set_config('basekeeper.caps', \(isCapped ? settings.caps.text : ""), true)\(hold)
      """
    return try await writer.transaction(
      after: "\(actor)\(Self.limit(statementTime))", statementTime: statementTime, body)
  }

  /// Runs a body that changes the tables of a base, with a base token. What it writes into the audit log is put down to
  /// the person who holds the token; if that is a program, only to the request.
  ///
  /// - Throws: What the body threw, or `PostgresError`.
  public func change<Value: Sendable>(
    by writer: BaseWriter, statementTime: Duration? = nil, _ body: (Transaction) async throws -> Value
  ) async throws -> Value {
    let account: ID<Account>? = if case .person(let account) = writer.bearer.holder { account } else { nil }
    return try await changeContent(as: account, statementTime: statementTime, body)
  }

  /// Runs a body that changes what a base holds, for whoever has proved to be allowed to. What it writes into the audit
  /// log is put down to the account; without one, only to the request.
  ///
  /// - Throws: What the body threw, or `PostgresError`.
  public func changeContent<Value: Sendable>(
    as account: ID<Account>?, statementTime: Duration? = nil, _ body: (Transaction) async throws -> Value
  ) async throws -> Value {
    let json = JSONWriter.bytes(of: Actor(account: account, origin: origin))
    let actor: SQL = "select set_config('basekeeper.actor', \(String(decoding: json, as: UTF8.self)), true)"
    return try await writer.transaction(
      after: "\(actor)\(Self.limit(statementTime))", statementTime: statementTime, body)
  }

  /// Runs a statement that writes bookkeeping, which is not attributed to anyone. Returns the number of rows that it
  /// affected.
  ///
  /// - Throws: `PostgresError`.
  @discardableResult
  public func keep(_ kind: Bookkeeping, _ sql: SQL) async throws -> Int { try await writer.run(sql) }

  /// Runs a statement that writes bookkeeping, and returns the first row of its result; nil if there are no rows.
  public func keep<Value: RowDecodable>(
    _ kind: Bookkeeping, _ sql: SQL, returning type: Value.Type
  ) async throws -> Value? {
    try await writer.run(sql, returning: type)
  }

  /// Runs a body of several bookkeeping statements in one transaction. If a statement may take longer than usual,
  /// `statementTime` is its statement timeout, in whole seconds.
  ///
  /// - Throws: What the body threw, or `PostgresError`.
  public func keep<Value: Sendable>(
    _ kind: Bookkeeping, statementTime: Duration? = nil, _ body: (Transaction) async throws -> Value
  ) async throws -> Value {
    let time: SQL? = statementTime.map { "select 1\(Self.limit($0))" }
    return try await writer.transaction(after: time, statementTime: statementTime, body)
  }

  /// What limits the statements of a transaction, as one more column of its first; nothing for the usual time.
  private static func limit(_ statementTime: Duration?) -> SQL {
    guard let statementTime else { return "" }
    return ", set_config('statement_timeout', \("\(statementTime.components.seconds)s"), true)"
  }
}

/// What the service writes on its own behalf.
public enum Bookkeeping {
  /// Sign-ins, failed attempts, and what a first sign-in creates.
  case signIns
  /// Idempotency keys and the responses stored with them.
  case answers
  /// The workspace of a member who has none, created when it is first needed.
  case personalWorkspaces
  /// Deletion of data whose retention time is over.
  case retention
  /// How far the audit log was written to the output.
  case shipping
  /// What bases hold. The operations of a base say who has changed it.
  case content
  /// Links for uploads and downloads, and what is being uploaded.
  case files
}

/// The origin of a request.
public struct Origin: Sendable {
  /// The client's address, as text.
  public let address: String
  /// The client's `User-Agent`; nil if it sent none.
  public let client: String?
  /// The request's id.
  public let request: String
  /// Whether the request counts as a use of its token. HEAD does not: it gets no content.
  let isCounted: Bool
}

/// Who makes a change, as the audit log's triggers read it.
private struct Actor: JSONEncodable {
  let account: ID<Account>?
  let origin: Origin

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("account", account)
      $0.add("address", origin.address)
      $0.add("request", origin.request)
    }
  }
}
