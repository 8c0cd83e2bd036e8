internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

/// Operations that are done only once, however often a request with the same key is sent.
struct IdempotentOperations {
  private let app: App

  /// Works for an app.
  init(_ app: App) { self.app = app }

  /// Handles a creating request only once, however often it is sent with the same `Idempotency-Key`: if it is sent
  /// again within a day, it gets the first response again, including its secret, unless that has been ended since.
  ///
  /// The key is stored in the transaction of the operation, so that both are there or neither, and the database decides
  /// between two requests at the same moment. The stored response is sealed under a key derived from the one in the
  /// request, so nobody who only reads the database can read it. A refused request is not stored and can be sent again.
  ///
  /// The input is read, and its passwords are hashed, before that transaction begins.
  func once<In: Readable>(
    _ request: Request, _ segments: Segments, of subject: Subject, _ operation: String,
    reading read: () async throws -> In, _ body: (In, App) async throws -> some Output
  ) async throws -> Response {
    guard let text = request.headers[.idempotencyKey], let scope = subject.scope else {
      return try await body(try await read(), app).response(publicURL: app.settings.publicURL)
    }
    guard (16...255).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      throw DomainError.refused("Idempotency-Key invalid: it must have 16 to 255 visible characters, such as a UUID.")
    }
    let sent = IdempotentRequest(key: "\(scope) \(text)", request, segments, operation, app.vaults)
    if let answer = try await sent.answer(app) { return answer }
    let input = try await read()
    guard input.isDoneOnce else { return try await body(input, app).response(publicURL: app.settings.publicURL) }
    do {
      return try await app.keep(.answers) { transaction in
        try await sent.claim(transaction)
        let output = try await body(input, app.within(transaction))
        let response = output.response(publicURL: app.settings.publicURL)
        try await sent.keep(response, with: output.revealed, transaction)
        return response
      }
    } catch PostgresError.statement(_, constraint: "idempotent_answer_pkey", _) {
      // Another request was first.
      guard let answer = try await sent.answer(app) else { throw APIError.running }
      return answer
    }
  }
}

extension Subject {
  /// The scope of the caller's keys; nil for a caller who creates nothing that is stored.
  fileprivate var scope: String? {
    switch self {
    case .nobody, .visitor: nil
    case .holder(.program(let token), let base): "base \(base.value) token \(token.value)"
    case .holder(.person(let account), let base): "base \(base.value) account \(account.value)"
    case .holder(.other(let name), let base): "base \(base.value) other \(sha256(Array(name.text.utf8)))"
    case .person(let caller, _): "account \(caller.account.value)"
    case .program(let token, _): "token \(token.value)"
    }
  }
}

/// A credential in a response. Once it is ended, the response is not sent again.
enum Revealed {
  /// The secret of a token or of a link.
  case secret(Secret)
  /// The custom token of a link.
  case linkName(String)
  /// A generated password of a person.
  case password(of: UserID)

  /// The hash by which the database knows it; see its function `secret_of`.
  var hash: [UInt8] {
    switch self {
    case .secret(let secret): secret.hash.bytes
    case .linkName(let name): sha256(Array(name.utf8))
    case .password(let user): sha256(Array("password of \(user.uid)".utf8))
    }
  }
}

/// A request that is handled only once.
private struct IdempotentRequest: Sendable {
  /// Its names by all master keys that are known: one, except for a day after that was replaced. Another copy of the
  /// service, which knows them in another order or not all of them, finds it by one of these.
  private let names: [StoredName]
  private let fingerprint: [UInt8]

  /// What a request is called in the database, and what seals its response.
  private struct StoredName {
    let key: [UInt8]
    let sealing: AuthenticationKey
  }

  init(key: String, _ request: Request, _ segments: Segments, _ operation: String, _ vaults: VaultRing) {
    let names = vaults.all.map { vault in
      StoredName(
        key: vault.key(for: "idempotency keys 1").code(of: Array(key.utf8)),
        sealing: vault.key(for: "idempotent answers 1 \(key)"))
    }
    // In one order everywhere, so that no two requests wait for each other.
    self.names = names.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    let target = ([operation] + segments.lines + [String(Substring(request.target.query))]).joined(separator: "\n")
    fingerprint = sha256(Array(target.utf8) + [0] + request.bodyWithoutBoundary)
  }

  /// The stored response; nil if there is none.
  ///
  /// It is read with an update that changes nothing, because that commits, and a commit waits until the synchronous
  /// standby has everything that was committed before it. The first commit may have been interrupted during this very
  /// wait although its changes are visible already; a plain read would then acknowledge what is lost with the primary.
  func answer(_ app: App) async throws -> Response? {
    for name in names { if let answer = try await answer(to: name, app) { return answer } }
    return nil
  }

  private func answer(to name: StoredName, _ app: App) async throws -> Response? {
    let found = try await app.keep(
      .answers,
      """
      update idempotent_answer set request = request
      where key = \(name.key) and created_at > now() - interval '1 day'
      returning request, sealed, ended_at is not null as is_ended
      """, returning: StoredAnswer.self)
    guard let found else { return nil }
    guard found.request == fingerprint else { throw APIError.otherRequest }
    guard !found.isEnded else { throw APIError.ended }
    guard let sealed = found.sealed, let bytes = name.sealing.open(sealed), let status = bytes.first else {
      throw APIError.running
    }
    var response = Response(200 + Int(status), type: "application/json", Array(bytes.dropFirst()))
    response.headers.append(("Idempotency-Replayed", "true"))
    return response
  }

  /// Claims the key, and waits for a request with the same key that is under way.
  func claim(_ transaction: Transaction) async throws {
    do {
      for name in names {
        try await transaction.run(
          "delete from idempotent_answer where key = \(name.key) and created_at <= now() - interval '1 day'")
        try await transaction.run("insert into idempotent_answer (key, request) values (\(name.key), \(fingerprint))")
      }
    } catch PostgresError.timedOut {
      throw APIError.running
    }
  }

  /// Stores the response. The database drops it when a credential that it reveals is ended.
  func keep(_ response: Response, with revealed: [Revealed], _ transaction: Transaction) async throws {
    for name in names {
      let sealed = name.sealing.seal([UInt8(clamping: response.status - 200)] + response.body)
      try await transaction.run("update idempotent_answer set sealed = \(sealed) where key = \(name.key)")
      guard !revealed.isEmpty else { continue }
      try await transaction.run(
        """
        insert into answer_secret (key, hash)
        select distinct \(name.key)::bytea, decode(hash, 'hex')
        from unnest(\(revealed.map { hexadecimal($0.hash) })::text[]) as secret (hash)
        """)
    }
  }

  private struct StoredAnswer: RowDecodable {
    let request: [UInt8]
    let sealed: [UInt8]?
    let isEnded: Bool

    init(_ row: Row) throws(PostgresError) {
      request = try row["request"]
      sealed = try row["sealed"]
      isEnded = try row["is_ended"]
    }
  }
}
