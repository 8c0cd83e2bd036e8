public import HTTP
internal import Postgres

/// What somebody signed in has to do before they may do anything else. Of several, the first is the first to be done.
public enum Duty: Sendable {
  /// To choose a password in place of one that somebody else has given them.
  case choosePassword
  /// To enrol a second factor.
  case enrol
}

extension SignedIn {
  /// What they have to do first; nil if they may do whatever they have the right to.
  func duty(_ settings: AppSettings) -> Duty? {
    if hasFirstPassword && settings.firstPasswordHours != nil { return .choosePassword }
    let isRequired =
      switch settings.requiredSecondFactors {
      case .nobody: false
      case .administrators: isAdministrator
      case .all: true
      }
    return mustEnrol || isRequired && !hasSecondFactor ? .enrol : nil
  }
}

extension AppSettings {
  /// Holds for a row of `live_account as account` of whom the operator asks nothing first; it begins with `and`.
  /// What their team or an administrator asks of them is in the account's generation.
  var asksNothingFirst: SQL {
    let factor: SQL =
      switch requiredSecondFactors {
      case .nobody: ""
      case .administrators: "and (account.has_second_factor or not (account.is_team_admin or account.is_system_admin))"
      case .all: "and account.has_second_factor"
      }
    return if firstPasswordHours == nil { factor } else { "\(factor) and not account.has_first_password" }
  }
}

/// Somebody signed in whose password may be one that they have to change: it is for changing it.
public struct ChoosingPassword: Principal {
  /// `choosing-password`
  public static let name = "choosing-password"

  /// Who.
  public let caller: SignedIn
  /// The caller, who may have to do this before all else.
  public var subject: Subject { .person(caller, doing: .choosePassword) }

  /// Proves that the request bears a live account token.
  public static func authorise(_: NoPath, _ request: Request, _ app: App) async throws -> ChoosingPassword {
    ChoosingPassword(caller: try await SignedIn.authorise(request, app))
  }
}

/// Somebody signed in who may be without the second factor that they must have: it is for enrolling one.
public struct Enrolling: Principal {
  /// `enrolling`
  public static let name = "enrolling"

  /// Who.
  public let caller: SignedIn
  /// The caller, who may have to do this before all else.
  public var subject: Subject { .person(caller, doing: .enrol) }

  /// Proves that the request bears a live account token.
  public static func authorise(_: NoPath, _ request: Request, _ app: App) async throws -> Enrolling {
    Enrolling(caller: try await SignedIn.authorise(request, app))
  }
}
