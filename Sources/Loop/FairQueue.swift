/// A queue whose order gives each account and each source its share of the turns (start-time fair queueing).
///
/// Each element gets a number when it arrives, and the lowest number goes first. The number is one step above that of
/// the account's previous element, or above that of the element that went last. The same holds for the source, in steps
/// of an eighth, because many accounts may share a source. So those who have many elements waiting get high numbers,
/// and those with few go before them. If there is no more room, the element with the highest number is dropped.
struct FairQueue<Element> {
  private static var accountStep: Int { 8 }
  private static var sourceStep: Int { 1 }

  /// Ordered by number; those with the same number, by arrival.
  private var elements: [(number: Int, element: Element)] = []
  /// The number of the element that went last.
  private var now = 0
  /// The last numbers of accounts and sources that have something waiting; numbers below `now` count as `now`.
  private var accounts: [String: Int] = [:]
  private var sources: [String: Int] = [:]

  /// How many elements wait.
  var count: Int { elements.count }

  /// Adds an element. If there would be more than `room`, returns the one that is dropped, which may be the new one.
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

  /// Removes the element whose turn it is; there must be one.
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
