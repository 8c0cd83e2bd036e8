package import Access
package import Ground
internal import Postgres

/// A search among a team's API tokens, and the order of its results; nil means any.
package struct APITokenSearch: Sendable {
  package var base: BaseUUID?
  package var creator: UserID?
  package var permission: Permission?
  /// Neither used nor created since then.
  package var unusedSince: Timestamp?
  /// Whether it has expired.
  package var isExpired: Bool?
  /// A part of the name of the token or of its base.
  package var text: String?
  package var order = APITokenOrder.made
  package var isDescending = true

  /// What the results are sorted by.
  package enum APITokenOrder: Sendable {
    case made
    case used
    case name
  }

  /// Matches all tokens, the latest first.
  package init() {}

  var hasFilter: Bool {
    base != nil || creator != nil || permission != nil || unusedSince != nil || isExpired != nil || text != nil
  }

  /// The tables and the condition that select the matching rows of `token`.
  func source(_ team: ID<Team>) -> SQL {
    var tables: SQL = "api_token as token"
    if base != nil || text != nil { tables = "\(tables) join base on base.id = token.base_id" }
    if unusedSince != nil || order == .used {
      tables = "\(tables) join api_token_use as used on used.token_id = token.id and used.team_id = token.team_id"
    }
    return "\(tables) where \(condition(team))"
  }

  private func condition(_ team: ID<Team>) -> SQL {
    var condition: SQL = "token.team_id = \(team) and token.revoked_at is null"
    if let base { condition = "\(condition) and base.uuid = \(base)::uuid" }
    if let creator { condition = "\(condition) and token.created_by = (select id from account where uid = \(creator))" }
    if let permission { condition = "\(condition) and token.permission = \(permission)" }
    if let unusedSince {
      condition = "\(condition) and coalesce(used.last_used_at, used.created_at) < \(unusedSince)"
    }
    if let isExpired {
      condition = "\(condition) and (token.expires_at is not null and token.expires_at <= now()) = \(isExpired)"
    }
    if let text {
      let pattern = containing(text)
      condition = "\(condition) and (token.app_name ilike \(pattern) or base.name ilike \(pattern))"
    }
    return hasFilter ? condition.plannedForValues : condition
  }

  /// The statement that selects the rows of `api_token` on a page of the results, in the order of `ordering`.
  func rows(_ team: ID<Team>, isFromEnd: Bool, _ limit: SQL) -> SQL {
    let order = ordering(isFromEnd: isFromEnd)
    guard self.order == .used, !hasFilter else { return "select token.* from \(source(team)) \(order) \(limit)" }
    // What is on the page is known without asking for the tokens before it.
    return """
      select token.*
      from (select * from api_token_use as used where used.team_id = \(team) \(order) \(limit)) as used
      join api_token as token on token.id = used.token_id
      """
  }

  /// By last use, the order is first that of an index, to ten minutes, and only then exact: the database sorts the tokens
  /// of ten minutes at a time, and no more of them than it needs.
  func ordering(isFromEnd: Bool) -> SQL {
    switch (order, isDescending != isFromEnd) {
    case (.made, false): "order by token.created_at, token.id"
    case (.made, true): "order by token.created_at desc, token.id desc"
    case (.used, false):
      "order by used.seen_around, coalesce(used.last_used_at, used.created_at), used.token_id"
    case (.used, true):
      "order by used.seen_around desc, coalesce(used.last_used_at, used.created_at) desc, used.token_id desc"
    case (.name, false): "order by token.app_name, token.id"
    case (.name, true): "order by token.app_name desc, token.id desc"
    }
  }
}
