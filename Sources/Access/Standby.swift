public import Postgres

/// A read-only copy of the database that may be slightly behind. Operations whose row in the table of routes says so
/// read from it instead of the primary, as long as it is known to be near.
///
/// The lag is measured from time to time, not for each request. The end of the primary's log is noted together with the
/// time. The standby has everything that existed at the time of the last note that it has reached. So a standby that
/// has lost its primary or has stopped is detected, and a standby of an idle primary does not count as late.
public final class Standby: @unchecked Sendable {  // Sendable: owned by its loop's thread
  /// How long the standby may take to report its position.
  private static let answerTime = Duration.seconds(2)

  /// The standby's database.
  public let db: Database
  private let lag: Duration
  private var notes: [Note] = []
  /// The time whose state the standby has reached; nil if it is unknown.
  private var reached: ContinuousClock.Instant?
  private var askedAt: ContinuousClock.Instant?
  /// The last result of `takeChange`.
  private var wasNear: Bool?

  /// The end of the primary's log at one time.
  private struct Note {
    let position: Int64
    let time: ContinuousClock.Instant
  }

  /// Makes a standby that is used as long as it is at most `lag` behind.
  public init(_ db: Database, lag: Duration) { (self.db, self.lag) = (db, lag) }

  /// Whether the standby may be used now.
  public var isNear: Bool {
    let now = ContinuousClock.now
    if let askedAt, askedAt.duration(to: now) > Self.answerTime { return false }
    guard let reached else { return false }
    return reached.duration(to: now) <= lag
  }

  /// The new value of `isNear` if it has changed since the last call; otherwise nil.
  public func takeChange() -> Bool? {
    guard isNear != wasNear else { return nil }
    wasNear = isNear
    return wasNear
  }

  /// Compares the positions of the primary and the standby.
  public func compare(with primary: Database) async {
    let time = ContinuousClock.now
    do {
      guard let end = try await primary.lookup(Self.end, as: Position.self) else { return }
      notes.append(Note(position: end.position, time: time))
      notes.removeAll { $0.time.duration(to: time) > lag }
      askedAt = .now
      guard let here = try await db.lookup(Self.replayed, as: Position.self), here.database == end.database else {
        return forget()
      }
      askedAt = nil
      guard let last = notes.lastIndex(where: { $0.position <= here.position }) else { return }
      reached = notes[last].time
      notes.removeFirst(last)
    } catch {
      // Without the primary, no request is admitted anyway.
      if askedAt != nil { forget() }
    }
  }

  private func forget() { (reached, askedAt) = (nil, nil) }

  // MARK: Statements

  private static let end: SQL = """
    select (pg_current_wal_flush_lsn() - '0/0')::bigint as position, \(database) as database
    where not pg_is_in_recovery()
    """

  /// Gives no row if the standby has been promoted to a primary.
  private static let replayed: SQL = """
    select (pg_last_wal_replay_lsn() - '0/0')::bigint as position, \(database) as database
    where pg_is_in_recovery()
    """

  /// Identifies a database. Only a database and its copies have the same value.
  private static let database: SQL = """
    (select system_identifier from pg_control_system()) || ' '
    || (select oid from pg_database where datname = current_database())
    """

  private struct Position: RowDecodable {
    let position: Int64
    let database: String

    init(_ row: Row) throws(PostgresError) {
      position = try row["position"]
      database = try row["database"]
    }
  }
}

extension App {
  /// Runs a read-only body on the standby if it is near, and otherwise on the primary. If the body fails on the
  /// standby, it runs again on the primary: the standby may be unavailable, or may not have the latest data yet.
  ///
  /// - Throws: What the body threw.
  public func readingAtStandby<Value: Sendable>(_ body: (App) async throws -> Value) async throws -> Value {
    guard let standby, standby.isNear else { return try await body(self) }
    do {
      return try await body(at(standby))
    } catch PostgresError.timedOut {
      // The primary should not run what is too slow even for the standby.
      throw PostgresError.timedOut
    } catch {
      return try await body(self)
    }
  }
}
