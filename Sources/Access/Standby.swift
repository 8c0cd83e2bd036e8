public import Postgres

/// A copy of the database that is a little behind, and can only be read: an operation whose row in the table of routes
/// says so asks it instead of the primary, as long as it is known to be near enough.
///
/// How near it is, is asked from time to time, and not by each request: where the primary's log ended is noted with the
/// time, and the copy has all that was there at the time of the last note that it has reached. So one that has lost the
/// primary, or stands still, is found out, and one whose primary has nothing to do is not taken for late.
public final class Standby: @unchecked Sendable {  // Sendable: owned by its loop's thread
  /// How long it may take to say where it is.
  private static let answerTime = Duration.seconds(2)

  /// The copy.
  public let db: Database
  private let lag: Duration
  private var notes: [Note] = []
  /// When all was there that it has now; nil where that is not known.
  private var reached: ContinuousClock.Instant?
  private var askedAt: ContinuousClock.Instant?
  /// What `takeChange` has said last.
  private var wasNear: Bool?

  /// Where the primary's log ended at a time.
  private struct Note {
    let position: Int64
    let time: ContinuousClock.Instant
  }

  /// A copy that is used as long as it is not further behind than `lag`.
  public init(_ db: Database, lag: Duration) { (self.db, self.lag) = (db, lag) }

  /// Whether it may be asked now.
  public var isNear: Bool {
    let now = ContinuousClock.now
    if let askedAt, askedAt.duration(to: now) > Self.answerTime { return false }
    guard let reached else { return false }
    return reached.duration(to: now) <= lag
  }

  /// Whether it is near, if that is not what was said last; else nil.
  public func takeChange() -> Bool? {
    guard isNear != wasNear else { return nil }
    wasNear = isNear
    return wasNear
  }

  /// Asks both where they are.
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
      // Without the primary nobody is let in anyway.
      if askedAt != nil { forget() }
    }
  }

  private func forget() { (reached, askedAt) = (nil, nil) }

  // MARK: Statements

  private static let end: SQL = """
    select (pg_current_wal_flush_lsn() - '0/0')::bigint as position, \(database) as database
    where not pg_is_in_recovery()
    """

  /// A copy that was made a primary meanwhile gives no row.
  private static let replayed: SQL = """
    select (pg_last_wal_replay_lsn() - '0/0')::bigint as position, \(database) as database
    where pg_is_in_recovery()
    """

  /// The same for a database and its copies, and for no other.
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
  /// Runs a body that only reads with the copy of the database, where one is near; and with the primary, where none is, or
  /// something has failed there: it is away, or has not yet what the primary has.
  ///
  /// - Throws: What the body threw.
  public func readingAtStandby<Value: Sendable>(_ body: (App) async throws -> Value) async throws -> Value {
    guard let standby, standby.isNear else { return try await body(self) }
    do {
      return try await body(at(standby))
    } catch PostgresError.timedOut {
      // The primary is spared what is too slow.
      throw PostgresError.timedOut
    } catch {
      return try await body(self)
    }
  }
}
