internal import Ground
internal import HTTP
internal import Postgres

/// An attempt at a secret that a person has chosen: the password of an account or a link, or the name of a link.
///
/// Repeated guesses soon slow down: those from one place at one subject, and, less strictly, those from everywhere at
/// one subject. But a person who has signed in from a place before is not locked out by what strangers try elsewhere.
/// Attempts are counted in the database, for all replicas. Refused attempts leave no trace.
public struct Attempt: Sendable {
  /// What an attempt is directed at.
  public enum AttemptSubject: Equatable, Sendable {
    /// An account.
    case account(ID<Account>)
    /// A user name that no account has.
    case unknownName(String)
    /// A link.
    case link(ID<BaseLink>)
    /// Any link, by guessing its name.
    case anyLink

    var text: String {
      switch self {
      case .account(let id): "account \(id.value)"
      case .unknownName(let name): "nobody \(name.lowercased())"
      case .link(let id): "link \(id.value)"
      case .anyLink: "links"
      }
    }
  }

  let subject: AttemptSubject
  private let address: IPAddress?

  /// A throttling rule. The first `free` failures are not delayed. After that, each failure doubles the delay, up to
  /// `longest`. Failures are forgotten when there was no attempt for the time `memory`.
  private struct Rule {
    let key: String
    let free: Int64
    /// The longest delay, in seconds.
    let longest: Int64
    /// How long failures are remembered, in seconds.
    let memory: Int64
    /// Whether the rule does not apply to people who have signed in from this place before.
    var isForStrangers = false
  }

  /// Begins an attempt. It counts as a failure until it succeeds.
  ///
  /// - Throws: `Refusal.throttled` if there were too many failures, or `PostgresError`.
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
    if let seconds = verdict?.seconds, seconds > 0 { throw Refusal.throttled(.guesses(subject), seconds: seconds) }
    return attempt
  }

  /// Checks whether attempts at the subject are currently throttled, without counting one.
  ///
  /// - Throws: `Refusal.throttled` if they are, or `PostgresError`.
  public static func ask(about subject: AttemptSubject, _ app: App) async throws {
    let keys = Attempt(subject: subject, app).rules.map(\.key)
    let verdict: Delay? = try await app.db.lookup(
      """
      select ceil(extract(epoch from next_at - now()))::integer as seconds
      from failed_attempt
      where key in (select sha256(convert_to(key, 'UTF8')) from unnest(\(keys)::text[]) as rule (key))
        and next_at > greatest(last_at, now())
      order by next_at desc
      limit 1
      """)
    if let seconds = verdict?.seconds, seconds > 0 { throw Refusal.throttled(.guesses(subject), seconds: seconds) }
  }

  /// Records success, which clears earlier failures.
  public func succeed(_ app: App) async throws {
    try await end(forgetting: [place, sitePlace, everywhere], forgiving: [source, siteSource], familiar: place, app)
  }

  /// Withdraws the attempt: the secret was not checked after all.
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
      // There is no rule for attempts from everywhere: it would lock everybody out of all links.
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

  /// One subject from one neighbourhood.
  private var place: String { "place \(subject.text) \(address.map { IPNetwork.neighbourhood(of: $0).text } ?? "")" }

  /// One subject from one IPv6 site.
  private var sitePlace: String? { site.map { "place \(subject.text) \($0)" } }

  /// One subject from everywhere.
  private var everywhere: String { "everywhere \(subject.text)" }

  /// All subjects from one address, or from one subscriber's network with IPv6.
  private var source: String { "source \(address.map { IPNetwork.subscriber(of: $0).text } ?? "")" }

  /// All subjects from one IPv6 site.
  private var siteSource: String? { site.map { "source \($0)" } }

  private var site: String? { address.flatMap { IPNetwork.site(of: $0)?.text } }

  private struct Delay: RowDecodable {
    let seconds: Int
    init(_ row: Row) throws(PostgresError) { seconds = try row["seconds"] }
  }
}

extension App {
  /// Deletes counters that are too old to matter, and the oldest ones if there are too many.
  public func forgetOldAttempts() async throws {
    try await keep(.retention, "select forget_attempts()")
  }
}
