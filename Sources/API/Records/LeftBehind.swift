internal import Access
internal import Domain
internal import Ground
internal import Postgres

/// How much of what somebody has made, given or accepted lets somebody in still.
struct LeftBehind: RowDecodable, JSONEncodable {
  let apiTokens: Int64
  let externalLinks: Int64
  let inviteLinks: Int64
  let groupLinks: Int64
  let userShares: Int64
  let groupShares: Int64
  let acceptedLinks: Int64
  let accountTokens: Int64

  var count: Int64 {
    apiTokens + externalLinks + inviteLinks + groupLinks + userShares + groupShares + acceptedLinks + accountTokens
  }

  init(_ row: Row) throws(PostgresError) {
    apiTokens = try row["api_tokens"]
    externalLinks = try row["external_links"]
    inviteLinks = try row["invite_links"]
    groupLinks = try row["group_links"]
    userShares = try row["user_shares"]
    groupShares = try row["group_shares"]
    acceptedLinks = try row["accepted_links"]
    accountTokens = try row["account_tokens"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("count", count)
      $0.add("api_tokens", apiTokens)
      $0.add("external_links", externalLinks)
      $0.add("invite_links", inviteLinks)
      $0.add("group_invite_links", groupLinks)
      $0.add("user_shares", userShares)
      $0.add("group_shares", groupShares)
      $0.add("accepted_invite_links", acceptedLinks)
      $0.add("account_tokens", accountTokens)
    }
  }
}

/// Somebody was deleted; what they have left behind.
struct Departure: Output, JSONEncodable {
  let left: LeftBehind

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("success", true)
      $0.add("left_behind", left)
    }
  }
}

/// What somebody had left behind is ended; how much that was.
struct EndedLeftBehind: Output, JSONEncodable {
  let ended: LeftBehind

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("success", true)
      $0.add("ended", ended)
    }
  }
}

/// What somebody has left behind, and a page of each kind of it. Account tokens are counted alone: they are the person's
/// own.
struct LeftBehindList: Output, JSONEncodable {
  let person: PublicPerson
  let left: LeftBehind
  let apiTokens: [APITokenRecord]
  let externalLinks: [LinkRecord]
  let inviteLinks: [LinkRecord]
  let groupLinks: [GroupLink]
  let userShares: [UserShare]
  let groupShares: [GroupShare]
  let acceptedLinks: [InviteLinkGuest]

  func write(to json: inout JSONWriter) {
    json.object {
      person.write(to: &$0)
      $0.add("left_behind", left)
      $0.add("api_tokens", apiTokens)
      $0.add("external_links", externalLinks.map { ExternalLink(link: $0) })
      $0.add("invite_links", inviteLinks.map(InviteLink.init))
      $0.add("group_invite_links", groupLinks)
      $0.add("user_shares", userShares)
      $0.add("group_shares", groupShares)
      $0.add("accepted_invite_links", acceptedLinks)
    }
  }
}

/// Which rows somebody has left behind within reach: one definition for what is counted, shown and ended.
private struct Leaving {
  let account: ID<Account>
  let reach: Reach

  /// Of `api_token as token`; also those whose time is over, which somebody could lengthen.
  var apiTokens: SQL { "token.created_by = \(account) and token.revoked_at is null and \(reach.holds("token"))" }
  /// Of `group_link as link`.
  var groupLinks: SQL {
    """
    link.created_by = \(account)
    and exists (select from user_group where user_group.id = link.group_id and \(reach.groups))
    """
  }
  /// Of `user_share as share` and `group_share as share`.
  var shares: SQL { "share.created_by = \(account) and \(reach.holds("share"))" }
  /// Of `invite_link_guest as guest` and its `base_link as link`.
  var acceptedLinks: SQL { "guest.account_id = \(account) and \(reach.holds("link"))" }
  /// Of `account_token as token`.
  var accountTokens: SQL { "token.account_id = \(account)" }

  /// Of `base_link as link`.
  func links(_ kind: OpenedLink.Kind) -> SQL {
    "link.created_by = \(account) and link.kind = \(kind.rawValue) and \(reach.holds("link"))"
  }

  var count: SQL {
    """
    select (select count(*) from api_token as token where \(apiTokens)) as api_tokens,
           (select count(*) from base_link as link where \(links(.external))) as external_links,
           (select count(*) from base_link as link where \(links(.invite))) as invite_links,
           (select count(*) from group_link as link where \(groupLinks)) as group_links,
           (select count(*) from user_share as share where \(shares)) as user_shares,
           (select count(*) from group_share as share where \(shares)) as group_shares,
           (select count(*) from invite_link_guest as guest join base_link as link on link.id = guest.link_id
            where \(acceptedLinks)) as accepted_links,
           (select count(*) from account_token as token where \(accountTokens)) as account_tokens
    """
  }

  /// Ends all of it; gives how much that was.
  var end: SQL {
    """
    with tokens as (
      update api_token as token set revoked_at = now() where \(apiTokens) returning id
    ), external as (
      delete from base_link as link where \(links(.external)) returning id
    ), invite as (
      delete from base_link as link where \(links(.invite)) returning id
    ), of_group as (
      delete from group_link as link where \(groupLinks) returning id
    ), with_user as (
      delete from user_share as share where \(shares) returning id
    ), with_group as (
      delete from group_share as share where \(shares) returning id
    ), accepted as (
      delete from invite_link_guest as guest using base_link as link
      where link.id = guest.link_id and \(acceptedLinks)
      returning guest.link_id
    ), own as (
      delete from account_token as token where \(accountTokens) returning id
    )
    select (select count(*) from tokens) as api_tokens, (select count(*) from external) as external_links,
           (select count(*) from invite) as invite_links, (select count(*) from of_group) as group_links,
           (select count(*) from with_user) as user_shares, (select count(*) from with_group) as group_shares,
           (select count(*) from accepted) as accepted_links, (select count(*) from own) as account_tokens
    """
  }
}

// MARK: Operations

extension App {
  /// How much somebody has left behind within reach.
  func leftBehind(by account: ID<Account>, _ reach: Reach) async throws -> LeftBehind {
    let left: LeftBehind? = try await db.row(Leaving(account: account, reach: reach).count)
    guard let left else { throw PostgresError.unexpected("no row of counts") }
    return left
  }

  /// The same where a change has deactivated them.
  func leftBehind(by person: Person, after change: PersonChange, _ reach: Reach) async throws -> LeftBehind? {
    change.isActive == false ? try await leftBehind(by: person.account, reach) : nil
  }

  /// What somebody within reach, who may be deleted, has left behind.
  func leftBehind(by user: PageOfPerson, _ reach: Reach) async throws -> LeftBehindList {
    let leaver = try await leaver(user.named, reach)
    let leaving = Leaving(account: leaver.account, reach: reach)
    let limit = user.page.limit
    func ordered(_ table: SQL, _ condition: SQL) -> SQL {
      "select * from \(table) where \(condition) order by id \(limit)"
    }
    return LeftBehindList(
      person: leaver.person, left: try await leftBehind(by: leaver.account, reach),
      apiTokens: try await APITokens(self).list(ordered("api_token as token", leaving.apiTokens)),
      externalLinks: try await links(ordered("base_link as link", leaving.links(.external))),
      inviteLinks: try await links(ordered("base_link as link", leaving.links(.invite))),
      groupLinks: try await groupLinks(ordered("group_link as link", leaving.groupLinks)),
      userShares: try await userShares(leaving.shares, limit),
      groupShares: try await groupShares(leaving.shares, limit),
      acceptedLinks: try await guests(leaving.acceptedLinks, limit))
  }

  /// Ends all that somebody within reach, who may be deleted, has left behind, and their base tokens and temporary API
  /// tokens; says how much that was.
  func endLeftBehind(by named: String, _ reach: Reach, caller: SignedIn) async throws -> LeftBehind {
    let leaver = try await leaver(named, reach)
    // A long list is ended as a whole, or not at all.
    let isOwn = leaver.account == caller.account
    let ended: LeftBehind? = try await change(by: caller, endsOwnAccess: isOwn, statementTime: .seconds(120)) {
      try await $0.holdAccess(of: "id = \(leaver.account) and \(caller.changeableAccounts)")
      let isOpen: ID<Account>? = try await $0.row(
        """
        update account set generation = generation + 1
        where id = \(leaver.account) and \(caller.changeableAccounts)
        returning id
        """)
      guard isOpen != nil else { throw Refusal.notAllowed }
      return try await $0.row(Leaving(account: leaver.account, reach: reach).end)
    }
    guard let ended else { throw PostgresError.unexpected("no row of counts") }
    return ended
  }

  /// Somebody within reach; who was deleted is, too.
  private func leaver(_ named: String, _ reach: Reach) async throws -> Leaver {
    let found: Leaver? = try await db.row(
      """
      select account.id, \(PublicPerson.columns) from account
      where account.uid = \(UserID(wire: named)) and \(reach.holds("account"))
      """)
    guard let found else { throw Refusal.notFound(.user(named)) }
    return found
  }
}

private struct Leaver: RowDecodable {
  let account: ID<Account>
  let person: PublicPerson

  init(_ row: Row) throws(PostgresError) {
    account = try row["id"]
    person = try PublicPerson(row)
  }
}
