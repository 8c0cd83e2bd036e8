public import Postgres

/// A person who may know about the person whose user id the input names.
public struct Acquaintance: TargetedPrincipal {
  /// `acquaintance`
  public static let name = "acquaintance"

  /// The caller.
  public let caller: SignedIn
  /// The person that the right was proved for.
  public let person: ID<Account>

  /// Proves the right of a person who is signed in.
  public static func prove(_ caller: SignedIn, _ person: String, _ app: App) async throws -> Acquaintance {
    let found: ID<Account>? = try await app.db.lookup(
      "select account.id from account where account.uid = \(UserID(wire: person)) and \(caller.visiblePeople)")
    guard let found else { throw Refusal.notFound(.user(person)) }
    return Acquaintance(caller: caller, person: found)
  }
}

extension SignedIn {
  /// A condition on rows of `account` that the caller may know about: people of their team, themselves, and people with
  /// whom they share a group or a base, in any team.
  public var visiblePeople: SQL {
    "account.deleted_at is null and (\(theirOwnPeople) or \(sharesBase(where: "true")))"
  }

  /// The email address in a visible row of `account`. Empty if the caller only shares bases of other teams with the
  /// person, and got into them through an invite link.
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

  /// A condition on `account`: there is a base outside the trash that both have access to, and the caller's way into it
  /// meets `condition`.
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
