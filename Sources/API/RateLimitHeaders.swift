internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

extension Response {
  /// Adds the limits and what is left of them: in the fields of draft-ietf-httpapi-ratelimit-headers, and for the
  /// tightest limit also in those of SeaTable's gateway, which count seconds since 1970.
  mutating func add(_ limits: RateLimits, at now: Timestamp) {
    guard let tightest = limits.all.min(by: { $0.remaining < $1.remaining }) else { return }
    headers += [
      ("RateLimit-Policy", limits.all.map { "\"\($0.name)\";q=\($0.limit);w=60" }.joined(separator: ", ")),
      ("RateLimit", limits.all.map { "\"\($0.name)\";r=\($0.remaining);t=\($0.reset)" }.joined(separator: ", ")),
      ("X-RateLimit-Limit", "\(tightest.limit)"), ("X-RateLimit-Remaining", "\(tightest.remaining)"),
      ("X-RateLimit-Reset", "\(now.seconds + tightest.reset)"),
    ]
  }
}
