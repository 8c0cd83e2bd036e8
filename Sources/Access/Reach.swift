public import Postgres

/// What an administrator may see and change: their team, or the whole installation. Only an administrator's principal
/// has a reach, so having one proves the right. Every statement of an administrator's operation contains a scope of the
/// reach, or the team that the principal has proved.
public struct Reach: Sendable {
  /// The team; nil for the whole installation.
  private let team: ID<Team>?

  fileprivate init(_ team: ID<Team>?) { self.team = team }

  /// The rows of a table that has its team's number in `column`.
  private func rows<Table>(of column: SQL) -> Scope<Table> {
    Scope(team.map { "\(column) = \($0)" } ?? "true")
  }

  /// The accounts within reach. Deleted accounts are in no reach.
  public var accounts: Scope<Account> { Scope("\(holds("account")) and account.deleted_at is null") }

  /// The accounts within reach that the caller may change. A team admin who could reset a system administrator's
  /// password would become one.
  public func changeableAccounts(by caller: SignedIn) -> Scope<Account> {
    Scope("\(accounts) and \(caller.changeableAccounts)")
  }

  /// The rows within reach of any table with a `team_id`, by the table's name in the statement.
  public func holds(_ table: SQL) -> Scope<Any> { rows(of: "\(table).team_id") }

  /// The bases within reach, including those in the trash.
  public var bases: Scope<Base> { rows(of: "base.team_id") }

  /// The groups within reach.
  public var groups: Scope<Group> { rows(of: "user_group.team_id") }

  /// The links of bases within reach. In the statement, `base_link` must have the alias `link`.
  public var links: Scope<BaseLink> { rows(of: "link.team_id") }

  /// The invitations within reach.
  public var invitations: Scope<TeamInvitation> { rows(of: "team_invitation.team_id") }

  /// The rows of `audit_log` within reach.
  public var entries: Scope<AuditTrail> { rows(of: "audit_log.chain") }

  /// Sorts the rows of `audit_log` within reach: the newest first, or the oldest first if `isFromEnd` is true.
  public func entryOrder(isFromEnd: Bool) -> SQL {
    let order: SQL = team == nil ? "order by audit_log.id" : "order by audit_log.number"
    return isFromEnd ? order : "\(order) desc"
  }

  /// The rows of `audit_chain` within reach.
  public var chains: Scope<AuditTrail> { rows(of: "audit_chain.chain") }

  /// The rows of `login_log` within reach.
  public var logins: Scope<Any> { rows(of: "login_log.team_id") }

  /// The rows of `login_tally` within reach.
  public var loginTallies: Scope<Any> { rows(of: "login_tally.team_id") }
}

/// The rows of a table that a caller may see or change, as a condition. Only principals make scopes, so a method that
/// takes one cannot be called without the right. A scope of `Any` does not say which table it is for.
public struct Scope<Table>: Sendable {
  let condition: SQL
  init(_ condition: SQL) { self.condition = condition }
}

extension SQL.StringInterpolation {
  /// Inserts the condition.
  public mutating func appendInterpolation<Table>(_ scope: Scope<Table>) { appendInterpolation(scope.condition) }
}

extension TeamAdmin {
  /// The admin's team.
  public var reach: Reach { Reach(team) }
}

extension SystemAdmin {
  /// The whole installation.
  public var reach: Reach { Reach(nil) }

  /// One team of the installation.
  public func reach(into team: ID<Team>) -> Reach { Reach(team) }
}

extension TeamMember {
  /// The accounts of the member's team.
  public var colleagues: Scope<Account> { Reach(team).accounts }
}

extension TeamInvitee {
  /// The invitations to this person.
  public var invitations: Scope<TeamInvitation> { Scope("team_invitation.account_id = \(caller.account)") }
}

extension BaseAdmin {
  /// The links of the base. In the statement, `base_link` must have the alias `link`.
  public var links: Scope<BaseLink> { Scope("link.base_id = \(base)") }
}

extension LinkAdmin {
  /// The link. In the statement, `base_link` must have the alias `link`.
  public var links: Scope<BaseLink> { Scope("link.id = \(link)") }
}

extension SignedIn {
  /// The accounts that the caller may change, in any team.
  public var changeableAccounts: Scope<Account> {
    Scope(
      """
      (not account.is_system_admin
       or exists (select from live_account as caller where caller.id = \(account) and caller.is_system_admin))
      """)
  }

  /// The groups that the caller owns.
  public var ownGroups: Scope<Group> {
    Scope(
      """
      exists (select from group_member as own
              where own.group_id = user_group.id and own.account_id = \(account) and own.role = 'owner')
      """)
  }
}
