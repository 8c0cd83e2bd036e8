internal import Ground
internal import HTTP
public import Postgres

extension App {
  /// Runs a body that changes something, in a transaction. The database writes what it changes into the audit log, put
  /// down to the caller and the request; whoever acts without an account leaves the request alone. If one of its
  /// statements may take longer than others, `statementTime` says how long.
  ///
  /// The transaction begins by proving once more that nothing has ended the caller's access since they were let in, and
  /// what would end it now waits for the transaction. If the body itself may end what its own caller was let in by,
  /// `endsOwnAccess` says so: of two such only one runs.
  ///
  /// - Throws: What the body threw, or `PostgresError`; that of the constraint `caller_lasts` if the access has ended.
  @discardableResult
  public func change<Value: Sendable>(
    by caller: SignedIn?, endsOwnAccess: Bool = false, statementTime: Duration? = nil,
    _ body: (Transaction) async throws -> Value
  ) async throws -> Value {
    let json = JSONWriter.bytes(of: Actor(account: caller?.account, origin: origin))
    let hold: SQL = caller.map { ", \($0.held(alone: endsOwnAccess, settings.accountTokens))" } ?? ""
    let actor: SQL = "select set_config('basekeeper.actor', \(String(decoding: json, as: UTF8.self)), true)\(hold)"
    let time: SQL? = statementTime.map { ", set_config('statement_timeout', \("\($0.components.seconds)s"), true)" }
    return try await writer.transaction(after: "\(actor)\(time ?? "")", statementTime: statementTime, body)
  }

  /// Runs a statement that writes what nobody's name stands under; `kind` says what that is. Gives how many rows it touched.
  ///
  /// - Throws: `PostgresError`.
  @discardableResult
  public func keep(_ kind: Bookkeeping, _ sql: SQL) async throws -> Int { try await writer.run(sql) }

  /// The same for a statement that returns something: the first row of it, if there is one.
  public func keep<Value: RowDecodable>(
    _ kind: Bookkeeping, _ sql: SQL, returning type: Value.Type
  ) async throws -> Value? {
    try await writer.run(sql, returning: type)
  }

  /// The same for a body of several statements, in one transaction.
  ///
  /// - Throws: What the body threw, or `PostgresError`.
  public func keep<Value: Sendable>(
    _ kind: Bookkeeping, _ body: (Transaction) async throws -> Value
  ) async throws -> Value {
    try await writer.transaction(body)
  }
}

/// What the service writes on its own account.
public enum Bookkeeping {
  /// Who has signed in or has tried to, with what, and what a first sign-in makes.
  case signIns
  /// That a request is done once, and its answer.
  case answers
  /// The workspace that a member without one gets when it is first needed.
  case personalWorkspaces
  /// What has been kept for as long as it should be.
  case retention
}

/// Where a request comes from.
public struct Origin: Sendable {
  /// The peer's address, as text.
  public let address: String
  /// What the client calls itself, as it says.
  public let client: String?
  /// The request's id.
  public let request: String
  /// Whether what it uses counts as used; HEAD does not have what it asks about.
  let isCounted: Bool
}

/// Who changes something, as the triggers of the audit log read it.
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
