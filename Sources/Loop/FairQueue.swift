/// What waits, in an order that gives each account and each place its share of the turns (start-time fair queueing).
///
/// Each element gets a number when it comes, and the lowest goes first: the number of the account's element before it,
/// or of the one that went last, and a step more; the same for the place, in steps of an eighth, because many accounts
/// may share a place. So whoever has much waiting has high numbers, and who comes with little goes before it; where there
/// is no more room, the highest number has to go.
struct FairQueue<Element> {
  private static var accountStep: Int { 8 }
  private static var sourceStep: Int { 1 }

  /// By their numbers; those of one number as they came.
  private var elements: [(number: Int, element: Element)] = []
  /// The number of the one that went last.
  private var now = 0
  /// The last numbers of those who have something waiting; what lies behind `now` counts as `now`.
  private var accounts: [String: Int] = [:]
  private var sources: [String: Int] = [:]

  /// How many wait.
  var count: Int { elements.count }

  /// Adds an element; gives the one that has to go where there would be more than `room`: it, or another.
  mutating func add(_ element: Element, _ share: BlockingPool.QueueShare, room: Int) -> Element? {
    let account = share.account.map { max(now, accounts[$0] ?? 0) + Self.accountStep } ?? now
    let source = share.source.map { max(now, sources[$0] ?? 0) + Self.sourceStep } ?? now
    let number = max(account, source)
    if elements.count >= room, number >= elements.last?.number ?? 0 { return element }
    if let name = share.account { accounts[name] = account }
    if let name = share.source { sources[name] = source }
    let place = elements.firstIndex { $0.number > number } ?? elements.endIndex
    elements.insert((number, element), at: place)
    return elements.count > room ? elements.removeLast().element : nil
  }

  /// Takes out the one whose turn it is; there must be one.
  mutating func removeFirst() -> Element {
    let (number, element) = elements.removeFirst()
    now = max(now, number)
    if elements.isEmpty {
      (now, accounts, sources) = (0, [:], [:])
    } else if accounts.count + sources.count > 4 * elements.count + 64 {
      accounts = accounts.filter { $0.value > now }
      sources = sources.filter { $0.value > now }
    }
    return element
  }
}
