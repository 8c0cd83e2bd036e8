internal import Access
internal import Domain
internal import Postgres

/// What an administrator may see and change: his team, or the whole installation. Every statement of an administrator's
/// operation has it among its conditions.
enum Reach: Sendable {
  case team(ID<Team>)
  case installation

  /// Holds for the rows of `account` within reach; deleted people are in nobody's.
  var accounts: SQL {
    switch self {
    case .team(let team): "account.team_id = \(team) and account.deleted_at is null"
    case .installation: "account.deleted_at is null"
    }
  }

  /// The same without those whom this caller must not touch: a team admin who could reset the password of a system
  /// administrator would be one himself.
  func changeableAccounts(by caller: SignedIn) -> SQL { "\(accounts) and \(Self.changeable(by: caller))" }

  /// Holds for the rows of `account` that this caller may touch, wherever they are.
  static func changeable(by caller: SignedIn) -> SQL {
    """
    (not account.is_system_admin
     or exists (select from live_account as caller where caller.id = \(caller.account) and caller.is_system_admin))
    """
  }

  /// Holds for the rows within reach of a table that has its team's number, under the name it has in a statement.
  func holds(_ table: SQL) -> SQL {
    switch self {
    case .team(let team): "\(table).team_id = \(team)"
    case .installation: "true"
    }
  }

  /// Holds for the rows of `base` within reach, the trash included.
  var bases: SQL {
    switch self {
    case .team(let team): "base.team_id = \(team)"
    case .installation: "true"
    }
  }

  /// Holds for the rows of `user_group` within reach.
  var groups: SQL {
    switch self {
    case .team(let team): "user_group.team_id = \(team)"
    case .installation: "true"
    }
  }

  /// Holds for the rows of `audit_log` within reach.
  var entries: SQL {
    switch self {
    case .team(let team): "audit_log.chain = \(team)"
    case .installation: "true"
    }
  }

  /// Sorts the rows of `audit_log` within reach, the last first, or the first first.
  func entryOrder(isFromEnd: Bool) -> SQL {
    switch (self, isFromEnd) {
    case (.team, false): "order by audit_log.number desc"
    case (.team, true): "order by audit_log.number"
    case (.installation, false): "order by audit_log.id desc"
    case (.installation, true): "order by audit_log.id"
    }
  }

  /// Holds for the rows of `audit_chain` within reach.
  var chains: SQL {
    switch self {
    case .team(let team): "audit_chain.chain = \(team)"
    case .installation: "true"
    }
  }

  /// Holds for the rows of `login_log` within reach.
  var logins: SQL {
    switch self {
    case .team(let team): "login_log.team_id = \(team)"
    case .installation: "true"
    }
  }

  /// Holds for the rows of `login_tally` within reach.
  var loginTallies: SQL {
    switch self {
    case .team(let team): "login_tally.team_id = \(team)"
    case .installation: "true"
    }
  }
}

extension TeamAdmin {
  var reach: Reach { .team(team) }
}
