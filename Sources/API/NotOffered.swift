/// What SeaTable has at paths that the service does not have. Clients show the text to whoever uses them, where "Not
/// found." would make them look for a mistake of their own.
enum NotOffered {
  /// What is at a path of SeaTable's that is not offered; nil for all other paths.
  static func what(at segments: [String]) -> String? {
    paths.first { matches($0.path, segments) }?.what
  }

  private static let comments = "comments on rows"
  private static let notifications = "notifications of bases"
  private static let bigData = "the big data storage of SeaTable"
  private static let autoLinks = "links that are made by matching columns"

  /// A segment `*` is any; a last segment `…` any number of them, none included.
  private static let paths = (ofService + ofBasesEverywhere).map { path, what in
    (path: path.split(separator: "/").map(String.init), what: what)
  }

  private static let ofService: [(String, String)] = [
    ("api/v2.1/dtables/*/rows-comments-num", comments),
    ("api/v2.1/dtable/third-party-account", "accounts of other services"), ("api/v2.1/workflows/…", "workflows"),
    ("api/v2.1/workspace/*/dtable/*/snapshots/…", "snapshots"),
    ("api/v2.1/workspace/*/dtable/*/webhooks/…", "webhooks"), ("socket.io/…", "live updates by socket.io"),
    ("api-gateway/socket.io/…", "live updates by socket.io"), ("dtable-db/api/v1/insert-rows/*", bigData),
  ]

  private static let ofBases: [(String, String)] = [
    ("comments/…", comments), ("comments-count", comments), ("comments-within-days", comments),
    ("notifications/…", notifications), ("ui-toasts", "messages on SeaTable's pages"), ("snapshot", "snapshots"),
    ("auto-links", autoLinks), ("auto-link-task", autoLinks), ("add-archived-rows", bigData),
    ("archive-view", bigData), ("unarchive", bigData), ("db-operations", bigData), ("restore-operations/…", bigData),
  ]

  private static let ofBasesEverywhere = ofBases.flatMap { path, what in
    let usual = OlderPaths.gateway + "*/" + path
    return ([usual] + OlderPaths.of(usual)).map { ($0, what) }
  }

  private static func matches(_ path: [String], _ segments: [String]) -> Bool {
    let isOpen = path.last == "…"
    let fixed = isOpen ? path.dropLast() : path[...]
    guard isOpen ? segments.count >= fixed.count : segments.count == fixed.count else { return false }
    return zip(fixed, segments).allSatisfy { $0 == "*" || $0 == $1 }
  }
}
