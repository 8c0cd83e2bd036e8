package import Ground
internal import Postgres

/// What holds for an API token beyond its permission. Of a new token, what is kept is as for all.
package struct APITokenTerms: Sendable {
  /// Nil stays as it is.
  package var note: String?
  /// From where it may be used, each as PostgreSQL's `cidr` takes it; none: from everywhere. Nil stays as it is.
  package var networks: [String]?
  /// Exchanges a minute; cleared: what holds for all.
  package var limit: Patch<Int64> = .keep
  /// When it ends; cleared: never.
  package var end: Patch<End> = .keep

  /// When a token ends.
  package enum End: Sendable {
    /// So many days from now.
    case days(Int64)
    /// At a point in time.
    case time(Timestamp)

    fileprivate var days: Int64? { if case .days(let days) = self { days } else { nil } }
    fileprivate var time: Timestamp? { if case .time(let time) = self { time } else { nil } }
  }

  /// Nothing said.
  package init() {}

  /// Whether nothing is said at all.
  package var isEmpty: Bool { note == nil && networks == nil && limit.isKept && end.isKept }

  /// - Throws: `DomainError` where it would have ended before it began.
  func check(at now: Timestamp) throws(DomainError) {
    if let time = end.value?.time, time <= now { throw .refused("expires_at invalid: it must be in the future.") }
  }

  /// The columns of `api_token` that have them.
  static let columns: SQL = "expires_at, note, networks, rate_limit"

  /// Their values in a new row.
  var values: SQL {
    """
    \(Self.expression(of: end.value)), \(note ?? ""), \(networks ?? [])::text[]::cidr[], \(limit.value)
    """
  }

  /// The assignments of an update.
  var assignments: SQL {
    """
    \(end.assigned(to: "expires_at", Self.expression)), \(note.assigned(to: "note")),
    networks = coalesce(\(networks)::text[]::cidr[], networks), \(limit.assigned(to: "rate_limit"))
    """
  }

  /// Null for never.
  private static func expression(of end: End?) -> SQL {
    "coalesce(\(end?.time)::timestamptz, now() + make_interval(days => \(end?.days)::integer))"
  }
}
