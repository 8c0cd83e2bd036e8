internal import Access
package import Postgres

/// How many things that a person made, gave or accepted still give access.
package struct LeftBehindCounts: RowDecodable, Sendable {
  package let apiTokens: Int64
  package let externalLinks: Int64
  package let inviteLinks: Int64
  package let groupLinks: Int64
  package let userShares: Int64
  package let groupShares: Int64
  package let acceptedLinks: Int64
  package let accountTokens: Int64

  package var count: Int64 {
    apiTokens + externalLinks + inviteLinks + groupLinks + userShares + groupShares + acceptedLinks + accountTokens
  }

  package init(_ row: Row) throws(PostgresError) {
    apiTokens = try row["api_tokens"]
    externalLinks = try row["external_links"]
    inviteLinks = try row["invite_links"]
    groupLinks = try row["group_links"]
    userShares = try row["user_shares"]
    groupShares = try row["group_shares"]
    acceptedLinks = try row["accepted_links"]
    accountTokens = try row["account_tokens"]
  }
}

/// The rows that a person has left behind within reach: one definition for counting, listing and ending them.
struct LeftBehindRows {
  let account: ID<Account>
  let reach: Reach

  /// A condition on `api_token as token`. Expired ones are included, because their expiry can be extended.
  var apiTokens: SQL { "token.created_by = \(account) and token.revoked_at is null and \(reach.holds("token"))" }
  /// A condition on `group_link as link`.
  var groupLinks: SQL {
    """
    link.created_by = \(account)
    and exists (select from user_group where user_group.id = link.group_id and \(reach.groups))
    """
  }
  /// A condition on `user_share as share` and `group_share as share`.
  var shares: SQL { "share.created_by = \(account) and \(reach.holds("share"))" }
  /// A condition on `invite_link_guest as guest` and its `base_link as link`.
  var acceptedLinks: SQL { "guest.account_id = \(account) and \(reach.holds("link"))" }
  /// A condition on `account_token as token`.
  var accountTokens: SQL { "token.account_id = \(account)" }

  /// A condition on `base_link as link`.
  func links(_ kind: OpenedLink.LinkKind) -> SQL {
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

  /// Ends all of it and returns the counts.
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
