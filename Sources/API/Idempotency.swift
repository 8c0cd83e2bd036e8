internal import Access
internal import Crypto
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

/// What is done once, however often it is asked for with the same key.
struct IdempotentOperations {
  private let app: App

  /// Those of an app.
  init(_ app: App) { self.app = app }

  /// Does what a creating request asks for once, however often it is sent with the same `Idempotency-Key`: whoever sends
  /// it again within a day gets the answer of the first time, with the secret that it had; unless that was ended since.
  ///
  /// The key is stored in the transaction of what the request does, so that both are there or neither, and the database
  /// decides between two at the same moment. The answer is sealed under a key that is made of the one in the request, so
  /// that who reads the database reads no answer. What was refused is not kept, and can be asked for again.
  ///
  /// What the request says is read, and its passwords are hashed, before that transaction begins.
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
    let once = Once(key: "\(scope) \(text)", request, segments, operation, app.vault)
    if let answer = try await once.answer(app) { return answer }
    let input = try await read()
    do {
      return try await app.keep(.answers) { transaction in
        try await once.claim(transaction)
        let output = try await body(input, app.within(transaction))
        let response = output.response(publicURL: app.settings.publicURL)
        try await once.keep(response, with: output.revealed, transaction)
        return response
      }
    } catch PostgresError.statement(_, constraint: "idempotent_answer_pkey", _) {
      // Another one was first.
      guard let answer = try await once.answer(app) else { throw APIError.running }
      return answer
    }
  }
}

extension Subject {
  /// Whose keys these are; nil for who is nobody in particular.
  fileprivate var scope: String? {
    switch self {
    case .nobody: nil
    case .person(let caller, _): "account \(caller.account.value)"
    case .program(let token, _): "token \(token.value)"
    }
  }
}

/// What an answer shows that lets somebody in. When that is ended, no answer shows it again.
enum Revealed {
  /// The secret of a token or of a link.
  case secret(Secret)
  /// A link's name that somebody has chosen.
  case linkName(String)
  /// The password that somebody was given.
  case password(of: UserID)

  /// By what the database knows it: the function `secret_of`.
  var hash: [UInt8] {
    switch self {
    case .secret(let secret): secret.hash.bytes
    case .linkName(let name): sha256(Array(name.utf8))
    case .password(let user): sha256(Array("password of \(user.uid)".utf8))
    }
  }
}

/// One request that is to be done once.
private struct Once: Sendable {
  private let key: [UInt8]
  private let asked: [UInt8]
  private let sealing: AuthenticationKey

  init(key: String, _ request: Request, _ segments: Segments, _ operation: String, _ vault: Vault) {
    self.key = vault.key(for: "idempotency keys 1").code(of: Array(key.utf8))
    sealing = vault.key(for: "idempotent answers 1 \(key)")
    let target = ([operation] + segments.lines + [String(Substring(request.target.query))]).joined(separator: "\n")
    asked = sha256(Array(target.utf8) + [0] + request.bodyWithoutBoundary)
  }

  /// What was answered before; nil where nothing was.
  ///
  /// It is read by an update that changes nothing: that commits, and a commit waits for the synchronous standby to have
  /// all that was committed before it. The first commit may have been cut off in this very wait, and what it did be seen
  /// all the same; a plain read would acknowledge what is lost with the primary.
  func answer(_ app: App) async throws -> Response? {
    let found = try await app.keep(
      .answers,
      """
      update idempotent_answer set request = request
      where key = \(key) and created_at > now() - interval '1 day'
      returning request, sealed, ended_at is not null as is_ended
      """, returning: StoredAnswer.self)
    guard let found else { return nil }
    guard found.request == asked else { throw APIError.otherRequest }
    guard !found.isEnded else { throw APIError.ended }
    guard let sealed = found.sealed, let bytes = sealing.open(sealed), let status = bytes.first else {
      throw APIError.running
    }
    var response = Response(200 + Int(status), type: "application/json", Array(bytes.dropFirst()))
    response.headers.append(("Idempotency-Replayed", "true"))
    return response
  }

  /// Waits for who does the same at this moment.
  func claim(_ transaction: Transaction) async throws {
    do {
      try await transaction.run(
        "delete from idempotent_answer where key = \(key) and created_at <= now() - interval '1 day'")
      try await transaction.run("insert into idempotent_answer (key, request) values (\(key), \(asked))")
    } catch PostgresError.timedOut {
      throw APIError.running
    }
  }

  /// The database drops the answer when a secret that it reveals is ended.
  func keep(_ response: Response, with revealed: [Revealed], _ transaction: Transaction) async throws {
    let sealed = sealing.seal([UInt8(clamping: response.status - 200)] + response.body)
    try await transaction.run("update idempotent_answer set sealed = \(sealed) where key = \(key)")
    guard !revealed.isEmpty else { return }
    try await transaction.run(
      """
      insert into answer_secret (key, hash)
      select distinct \(key)::bytea, decode(hash, 'hex')
      from unnest(\(revealed.map { hexadecimal($0.hash) })::text[]) as secret (hash)
      """)
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
