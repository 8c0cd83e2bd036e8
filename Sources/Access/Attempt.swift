internal import Postgres

/// An attempt at a secret that somebody has chosen: a password, of an account or of a link.
///
/// Guessing gets slow soon, from one place and at one thing, and a little also from everywhere at one thing; but whoever
/// has got in from a place before is not kept out by what strangers try elsewhere. The database counts, for all replicas.
public struct Attempt: Sendable {
  /// What is guessed at.
  public enum Subject: Sendable {
    /// An account, by its key.
    case account(ID<Account>)
    /// A name that nobody has.
    case nobody(String)
    /// A link, by its key.
    case link(ID<BaseLink>)

    var text: String {
      switch self {
      case .account(let id): "account \(id.value)"
      case .nobody(let name): "nobody \(name.lowercased())"
      case .link(let id): "link \(id.value)"
      }
    }
  }

  private let subject: String
  private let address: String

  /// Begins one; it counts as a failure until it succeeds.
  ///
  /// - Throws: `Refusal.throttled`, where too much has failed; or `PostgresError`.
  public static func begin(at subject: Subject, _ app: App) async throws -> Attempt {
    let attempt = Attempt(subject: subject.text, address: app.origin.address)
    let verdict: Verdict? = try await app.db.row(
      """
      select begin_attempt(
        array_agg(key), array_agg(free), array_agg(longest), array_agg(memory)) as seconds
      from (
        values (\(attempt.place), true, 5, 900, interval '1 day'),
               (\(attempt.everywhere), not exists (select from familiar_place where key = \(attempt.place)),
                100, 60, interval '1 hour'),
               (\(attempt.source), true, 20, 60, interval '1 minute')
      ) as rule (key, counts, free, longest, memory)
      where counts
      """)
    if let seconds = verdict?.seconds, seconds > 0 { throw Refusal.throttled(seconds: seconds) }
    return attempt
  }

  /// Forgets what has failed before.
  public func succeed(_ app: App) async throws {
    try await app.db.run(
      """
      with forgotten as (
        delete from failed_attempt where key in (\(place), \(everywhere))
      ), forgiven as (
        update failed_attempt set failures = greatest(0, failures - 1), next_at = last_at where key = \(source)
      )
      insert into familiar_place (key, seen_at) values (\(place), now())
      on conflict (key) do update set seen_at = now() where familiar_place.seen_at < now() - interval '1 day'
      """)
  }

  // MARK: Keys

  /// One thing from one network: of IPv4 the first 24 bits, of IPv6 the first 64.
  private var place: SQL {
    """
    sha256(convert_to('place ' || \(subject) || ' ' || network(set_masklen(
      \(address)::inet, case family(\(address)::inet) when 4 then 24 else 64 end)), 'UTF8'))
    """
  }

  /// One thing from everywhere.
  private var everywhere: SQL { "sha256(convert_to('everywhere ' || \(subject), 'UTF8'))" }

  /// Everything from one address, which with IPv6 is a network.
  private var source: SQL {
    """
    sha256(convert_to('source ' || network(set_masklen(
      \(address)::inet, case family(\(address)::inet) when 4 then 32 else 64 end)), 'UTF8'))
    """
  }

  private struct Verdict: RowDecodable {
    let seconds: Int
    init(_ row: Row) throws(PostgresError) { seconds = try row["seconds"] }
  }
}

extension App {
  /// Deletes what was counted so long ago that it does not count any more.
  public func forgetOldAttempts() async throws {
    try await db.run("delete from failed_attempt where last_at < now() - interval '1 day'")
    try await db.run("delete from familiar_place where seen_at < now() - interval '90 days'")
  }
}
