internal import Ground
internal import HTTP
internal import Postgres

/// An attempt at a secret that somebody has chosen: a password, of an account or of a link, or the name of a link.
///
/// Guessing gets slow soon, from one place and at one thing, and a little also from everywhere at one thing; but whoever
/// has got in from a place before is not kept out by what strangers try elsewhere. The database counts, for all replicas;
/// what is refused leaves nothing behind.
public struct Attempt: Sendable {
  /// What is guessed at.
  public enum AttemptSubject: Sendable {
    /// An account, by its key.
    case account(ID<Account>)
    /// A name that nobody has.
    case nobody(String)
    /// A link, by its key.
    case link(ID<BaseLink>)
    /// Whatever link there is, by a name.
    case anyLink

    var text: String {
      switch self {
      case .account(let id): "account \(id.value)"
      case .nobody(let name): "nobody \(name.lowercased())"
      case .link(let id): "link \(id.value)"
      case .anyLink: "links"
      }
    }
  }

  let subject: AttemptSubject
  private let address: IPAddress?

  /// So many failures are free; each one after them takes twice the time of the one before, up to the longest. They are
  /// forgotten when nothing was tried for as long as the memory lasts.
  private struct Rule {
    let key: String
    let free: Int64
    /// In seconds.
    let longest: Int64
    /// In seconds.
    let memory: Int64
    /// Whether it does not hold for who has got in from this place before.
    var isForStrangers = false
  }

  /// Begins one; it counts as a failure until it succeeds.
  ///
  /// - Throws: `Refusal.throttled`, where too much has failed; or `PostgresError`.
  @discardableResult
  public static func begin(at subject: AttemptSubject, _ app: App) async throws -> Attempt {
    let attempt = Attempt(subject: subject, app)
    let rules = attempt.rules
    let begin: SQL = """
      select begin_attempt(array_agg(sha256(convert_to(key, 'UTF8'))), array_agg(free::integer),
                           array_agg(longest::integer), array_agg(make_interval(secs => memory))) as seconds
      from unnest(\(rules.map(\.key))::text[], \(rules.map(\.free))::bigint[], \(rules.map(\.longest))::bigint[],
                  \(rules.map(\.memory))::bigint[], \(rules.map { $0.isForStrangers ? 1 : 0 })::bigint[])
        as rule (key, free, longest, memory, is_for_strangers)
      where is_for_strangers = 0 or not exists (
        select from familiar_place where key = sha256(convert_to(\(attempt.place), 'UTF8')))
      """
    let verdict: Delay? = try await app.keep(.signIns, begin, returning: Delay.self)
    if let seconds = verdict?.seconds, seconds > 0 { throw Refusal.throttled(seconds: seconds) }
    return attempt
  }

  /// Asks whether so much has failed that nothing is tried at present; counts nothing.
  ///
  /// - Throws: `Refusal.throttled`, where that is so; or `PostgresError`.
  public static func ask(about subject: AttemptSubject, _ app: App) async throws {
    let keys = Attempt(subject: subject, app).rules.map(\.key)
    let verdict: Delay? = try await app.db.lookup(
      """
      select ceil(extract(epoch from next_at - now()))::integer as seconds
      from failed_attempt
      where key in (select sha256(convert_to(key, 'UTF8')) from unnest(\(keys)::text[]) as rule (key)) and next_at > now()
      order by next_at desc
      limit 1
      """)
    if let seconds = verdict?.seconds, seconds > 0 { throw Refusal.throttled(seconds: seconds) }
  }

  /// Forgets what has failed before.
  public func succeed(_ app: App) async throws {
    try await end(forgetting: [place, sitePlace, everywhere], forgiving: [source, siteSource], familiar: place, app)
  }

  /// It was not tried after all.
  func withdraw(_ app: App) async throws {
    try await end(forgetting: [], forgiving: rules.map(\.key), familiar: nil, app)
  }

  private func end(
    forgetting forgotten: [String?], forgiving forgiven: [String?], familiar place: String?, _ app: App
  ) async throws {
    try await app.keep(
      .signIns,
      """
      select end_attempt(
        array(select sha256(convert_to(key, 'UTF8')) from unnest(\(forgotten.compactMap(\.self))::text[]) as own (key)),
        array(select sha256(convert_to(key, 'UTF8')) from unnest(\(forgiven.compactMap(\.self))::text[]) as own (key)),
        sha256(convert_to(\(place), 'UTF8')))
      """)
  }

  // MARK: Keys

  private init(subject: AttemptSubject, _ app: App) {
    (self.subject, address) = (subject, IPAddress(app.origin.address))
  }

  private var rules: [Rule] {
    if case .anyLink = subject {
      // Not what is tried elsewhere: it would keep everybody out of all links.
      var rules = [Rule(key: "links \(source)", free: 20, longest: 900, memory: 3600)]
      if let siteSource { rules.append(Rule(key: "links \(siteSource)", free: 60, longest: 900, memory: 3600)) }
      return rules
    }
    var rules = [
      Rule(key: place, free: 5, longest: 900, memory: 86_400),
      Rule(key: everywhere, free: 100, longest: 60, memory: 3600, isForStrangers: true),
      Rule(key: source, free: 20, longest: 60, memory: 60),
    ]
    if let sitePlace, let siteSource {
      rules.append(Rule(key: sitePlace, free: 20, longest: 900, memory: 86_400, isForStrangers: true))
      rules.append(Rule(key: siteSource, free: 60, longest: 60, memory: 60))
    }
    return rules
  }

  /// One thing from one neighbourhood.
  private var place: String { "place \(subject.text) \(address.map { IPNetwork.neighbourhood(of: $0).text } ?? "")" }

  /// One thing from one site of IPv6.
  private var sitePlace: String? { site.map { "place \(subject.text) \($0)" } }

  /// One thing from everywhere.
  private var everywhere: String { "everywhere \(subject.text)" }

  /// Everything from one address, which with IPv6 is a network.
  private var source: String { "source \(address.map { IPNetwork.subscriber(of: $0).text } ?? "")" }

  /// Everything from one site of IPv6.
  private var siteSource: String? { site.map { "source \($0)" } }

  private var site: String? { address.flatMap { IPNetwork.site(of: $0)?.text } }

  private struct Delay: RowDecodable {
    let seconds: Int
    init(_ row: Row) throws(PostgresError) { seconds = try row["seconds"] }
  }
}

extension App {
  /// Deletes what was counted so long ago that it does not count any more, and the oldest of what is too much.
  public func forgetOldAttempts() async throws {
    try await keep(.retention, "select forget_attempts()")
  }
}
