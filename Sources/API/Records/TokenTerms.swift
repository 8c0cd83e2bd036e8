internal import Access
internal import HTTP
internal import Postgres

/// What holds for an API token beyond its permission; nil stays as it is.
struct TokenTerms: Sendable {
  let note: String?
  /// From where it may be used, each as PostgreSQL's `cidr` takes it; none: from everywhere.
  let networks: [String]?
  /// Exchanges a minute; 0: what holds for all.
  let limit: Int64?
  private let end: End?

  private enum End: Sendable {
    case never
    case days(Int64)
    case time(Timestamp)
  }

  init(_ fields: Fields) throws {
    note = try fields.optionalText("note", 0...1000)
    limit = try fields.optionalInteger("rate_limit", 0...1_000_000)
    networks = try Self.networks(fields)
    if let days = try fields.optionalInteger("expire_days", 0...36_500) {
      end = days == 0 ? .never : .days(days)
    } else {
      end = try fields.optionalTime("expires_at").map { .time($0) }
    }
  }

  /// Whether anything is said of an expiry.
  var saysExpiry: Bool { end != nil }

  /// Whether nothing is said at all.
  var isEmpty: Bool { note == nil && networks == nil && limit == nil && end == nil }

  /// - Throws: `APIError` where it would have ended before it began.
  func check(at now: Timestamp) throws(APIError) {
    if case .time(let time) = end, time <= now { throw .refused("expires_at invalid: it lies in the past.") }
  }

  /// When it ends, as an expression; null for never.
  var expiry: SQL {
    switch end {
    case nil, .never: "null::timestamptz"
    case .days(let days): "now() + make_interval(days => \(days)::integer)"
    case .time(let time): "\(time)::timestamptz"
    }
  }

  /// A list, or a text with commas or blanks between; one that is empty takes all away.
  private static func networks(_ fields: Fields) throws -> [String]? {
    guard fields.has("allowed_networks") else { return nil }
    let networks = try fields.words("allowed_networks", 0...2000)
    guard networks.count <= 100 else { throw APIError.invalid(field: "allowed_networks") }
    return try networks.map { try parsed("allowed_networks", IPNetwork($0)?.text) }
  }
}

/// A rotation: the name of a token, and how long its former secret works, in seconds.
struct TokenRotation: NamedInput {
  let name: TokenName
  let grace: Int64
  init(_ name: TokenName, _ parts: Parts) throws { (self.name, grace) = (name, try Grace(parts).seconds) }
}

/// How long a secret works after its rotation: `grace` as `exp` has it, a day where nothing is said, 30 at most; `0` ends
/// it at once.
struct Grace: Input {
  let seconds: Int64

  init(_ parts: Parts) throws {
    guard let text = try parts.body().optionalText("grace", upTo: 20) else {
      seconds = 86_400
      return
    }
    if text == "0" {
      seconds = 0
    } else {
      seconds = try parsed("grace", Lifetime.seconds(text, within: 60...30 * 86_400))
    }
  }
}
