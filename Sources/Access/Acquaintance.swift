public import Postgres

/// Somebody who may know of the person whom the input names, by their user id.
public struct Acquaintance: TargetedPrincipal {
  /// `acquaintance`
  public static let name = "acquaintance"

  /// Who.
  public let caller: SignedIn
  /// The person who was proved.
  public let person: ID<Account>

  /// Proves the right of somebody signed in.
  public static func prove(_ caller: SignedIn, _ person: String, _ app: App) async throws -> Acquaintance {
    let found: ID<Account>? = try await app.db.lookup(
      "select account.id from account where account.uid = \(UserID(wire: person)) and \(caller.visiblePeople)")
    guard let found else { throw Refusal.notFound(.user(person)) }
    return Acquaintance(caller: caller, person: found)
  }
}

extension SignedIn {
  /// Holds for the rows of `account` that the caller may know of: the team's people, the caller, and those with whom they
  /// share a group or a base, whatever their teams.
  public var visiblePeople: SQL {
    "account.deleted_at is null and (\(theirOwnPeople) or \(sharesBase(where: "true")))"
  }

  /// The address in a row of `account` that is visible; empty where the caller meets the person in bases of other teams
  /// alone, and has come there by an invite link.
  public var visibleAddress: SQL {
    """
    case
      when \(theirOwnPeople) or \(sharesBase(where: "own.source <> 'invite link' or base.team_id = \(team)"))
      then account.email else '' end
    """
  }

  private var theirOwnPeople: SQL {
    """
    (account.team_id = \(team) or account.id = \(account) or exists (
      select from group_member as own
      join group_member as other on other.group_id = own.group_id
      where own.account_id = \(account) and other.account_id = account.id))
    """
  }

  /// A base that is not in the trash, and into which the caller has a way of which the condition holds.
  private func sharesBase(where condition: SQL) -> SQL {
    """
    exists (
      select from base_way as own
      join base on base.id = own.base_id and base.deleted_at is null
      join base_way as other on other.base_id = own.base_id
      where own.account_id = \(account) and other.account_id = account.id and (\(condition)))
    """
  }
}
