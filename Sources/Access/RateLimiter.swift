internal import Synchronization

/// Counts requests against per-minute limits, for all loops of this replica. The counters are a table of atomic
/// numbers, so nothing waits.
///
/// Each key has the time at which its bucket would be empty again (generic cell rate algorithm). All of a minute's
/// requests may come at once; after that, one more is allowed after each fraction of the minute. The table has a fixed
/// size. If a key finds no slot because the slots near it are all in use, its request is admitted.
public final class RateLimiter: Sendable {
  private static let slots = 1 << 16
  private static let neighbours = 8

  private let table: BucketTable

  /// Owns the table's memory.
  private final class BucketTable: @unchecked Sendable {  // Sendable: atomic numbers
    /// Two numbers for each slot: the key's hash, and the time in microseconds.
    let numbers: UnsafeMutablePointer<Atomic<UInt64>>
    let count: Int

    init(count: Int) {
      self.count = count
      numbers = .allocate(capacity: 2 * count)
      for index in 0..<2 * count { (numbers + index).initialize(to: Atomic(0)) }
    }

    deinit {
      numbers.deinitialize(count: 2 * count)
      numbers.deallocate()
    }
  }

  /// Makes a limiter that has counted nothing yet.
  public init() { table = BucketTable(count: Self.slots) }

  /// The key of a limit.
  public enum Key: Hashable, Sendable {
    case address(String)
    case site(String)
    case account(ID<Account>)
    case apiToken(ID<APIToken>)
    case baseToken(BaseTokenHolder, of: ID<Base>)
    case link(ID<BaseLink>)
    case base(ID<Base>)

    /// All names of limits.
    public static let names = ["address", "site", "account", "token", "base-token", "link", "base"]

    var name: String {
      switch self {
      case .address: "address"
      case .site: "site"
      case .account: "account"
      case .apiToken: "token"
      case .baseToken: "base-token"
      case .link: "link"
      case .base: "base"
      }
    }
  }

  /// Counts one request against a limit per minute. `now` is in microseconds of a monotonic clock.
  public func take(_ key: Key, limit: Int64, at now: UInt64) -> RateLimit {
    let interval = UInt64(60_000_000 / limit)
    let minute = interval * UInt64(limit)
    guard let time = slot(of: key, at: now) else {
      return RateLimit(name: key.name, limit: limit, remaining: limit, reset: 0, isExceeded: false)
    }
    var empty = time.pointee.load(ordering: .relaxed)
    while true {
      let next = max(empty, now) + interval
      guard next - now <= minute else {
        let wait = next - now - minute
        return RateLimit(
          name: key.name, limit: limit, remaining: 0, reset: seconds(wait), isExceeded: true)
      }
      let (isDone, found) = time.pointee.weakCompareExchange(expected: empty, desired: next, ordering: .relaxed)
      if isDone {
        let remaining = Int64((minute - (next - now)) / interval)
        return RateLimit(
          name: key.name, limit: limit, remaining: remaining, reset: seconds(next - now), isExceeded: false)
      }
      empty = found
    }
  }

  private func seconds(_ microseconds: UInt64) -> Int64 { Int64((microseconds + 999_999) / 1_000_000) }

  /// The slot for the key's time; nil if there is none. A slot whose time has passed may be given to another key.
  private func slot(of key: Key, at now: UInt64) -> UnsafeMutablePointer<Atomic<UInt64>>? {
    let hash = UInt64(bitPattern: Int64(key.hashValue)) | 1  // 0 marks an unused slot
    let first = Int(truncatingIfNeeded: hash >> 16) & (Self.slots - 1)
    while true {
      var over: (index: Int, owner: UInt64)?
      for step in 0..<Self.neighbours {
        let index = 2 * ((first + step) & (Self.slots - 1))
        let owner = table.numbers[index].load(ordering: .relaxed)
        if owner == hash { return table.numbers + index + 1 }
        let isOver = owner == 0 || table.numbers[index + 1].load(ordering: .relaxed) < now
        if over == nil && isOver { over = (index, owner) }
      }
      guard let over else { return nil }
      // If another thread has taken it meanwhile, look again.
      let slot = table.numbers + over.index
      if slot.pointee.compareExchange(expected: over.owner, desired: hash, ordering: .relaxed).exchanged {
        return slot + 1
      }
    }
  }
}

/// The state of a limit after a request (draft-ietf-httpapi-ratelimit-headers).
public struct RateLimit: Sendable, Equatable {
  /// `address`, `site`, `account`, `token`, `base-token`, `link` or `base`.
  public let name: String
  /// The limit in requests per minute.
  public let limit: Int64
  /// How many requests are left now.
  public let remaining: Int64
  /// Seconds until the full limit is available again; if no request is left, until there is one more.
  public let reset: Int64
  /// Whether this request exceeded the limit.
  public let isExceeded: Bool
}

/// The limits that a request was counted against.
public struct RateLimits: Sendable, Equatable {
  /// The limits, in the order in which they were checked.
  public private(set) var all: [RateLimit] = []

  /// Makes an empty list.
  public init() {}

  mutating func add(_ limit: RateLimit) { all.append(limit) }

  /// The name of the limit that was exceeded; nil if none was.
  public var exceeded: String? { all.first(where: \.isExceeded)?.name }

  /// Seconds until it is worth trying again; nil if no limit was exceeded.
  public var retryAfter: Int? { all.filter(\.isExceeded).map { Int(max(1, $0.reset)) }.max() }
}
