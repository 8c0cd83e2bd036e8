internal import Access
internal import Domain
internal import Postgres

extension SecurityEvent {
  /// What an error that is answered with a status means to whoever watches over the service; nil if it refuses nobody
  /// anything. `asker` is who was proved to have asked. Each refused request has one event.
  init?(_ error: any Error, answeredBy status: Int, to asker: Asker) {
    let known = error as? KnownRefusal
    let refusal = known?.refusal ?? error as? Refusal
    let asker = known?.asker ?? asker
    let guess = refusal.flatMap { Self.guess($0, asker) } ?? (error as? DomainError).flatMap { Self.guess($0, asker) }
    if let guess {
      self = guess
    } else if [401, 403, 429].contains(status) || refusal?.reason == .notFound {
      self = .refused(refusal?.reason ?? Self.reason(of: error), asker, status: status)
    } else {
      return nil
    }
  }

  /// The event of a refusal that is about a guess at a secret.
  private static func guess(_ refusal: Refusal, _ asker: Asker) -> SecurityEvent? {
    switch refusal {
    case .wrongLinkPassword: .linkPasswordWrong(asker)
    case .throttled(.guesses(let subject), _): subject.failure((.throttled, .throttled), asker)
    case .throttled(.passwords(let subject?), _): subject.failure((.busy, .busy), asker)
    default: nil
    }
  }

  private static func guess(_ error: DomainError, _ asker: Asker) -> SecurityEvent? {
    switch error {
    case .signInFailed(let failure, let account): .signInFailed(failure, account)
    case .proofFailed(let failure): .proofFailed(failure, asker)
    case .codeWrong: .codeWrong(asker)
    case .invalid, .refused, .forbidden: nil
    }
  }

  /// Why anything but a `Refusal` has one of the statuses of refusals.
  private static func reason(of error: any Error) -> RefusalReason {
    guard case .statement(_, let constraint?, _)? = error as? PostgresError else { return .rule }
    return constraint == "caller_lasts" ? .accessEnded : Cap(constraint: constraint) == nil ? .rule : .cap
  }
}

extension Attempt.AttemptSubject {
  /// The failure of an attempt at an account: to sign in, or of somebody who is signed in and was asked again.
  fileprivate func failure(
    _ failure: (ofSignIn: SecurityEvent.SignInFailure, ofProof: SecurityEvent.ProofFailure), _ asker: Asker
  ) -> SecurityEvent? {
    switch self {
    case .account(let account):
      asker == Asker() ? .signInFailed(failure.ofSignIn, account) : .proofFailed(failure.ofProof, asker)
    case .unknownName: .signInFailed(failure.ofSignIn, nil)
    case .link, .anyLink: nil
    }
  }
}

extension Refusal {
  /// The word for it in the log; nil if it only says that something is missing.
  fileprivate var reason: SecurityEvent.RefusalReason? {
    switch self {
    case .noCredentials: .noCredentials
    case .badAccountToken: .badAccountToken
    case .obliged(to: .choosePassword): .passwordDue
    case .obliged(to: .enrol): .secondFactorDue
    case .badAPIToken: .badAPIToken
    case .expiredAPIToken: .expiredAPIToken
    case .foreignNetwork: .foreignNetwork
    case .retiredSecret: .retiredSecret
    case .badBaseToken: .badBaseToken
    case .expiredBaseToken: .expiredBaseToken
    case .notAllowed: .notAllowed
    case .notAdministrator: .notAdministrator
    case .notFound: .notFound
    case .wrongLinkPassword: nil
    case .expiredLink: .expiredLink
    case .forbiddenLink: .forbiddenLink
    case .missingLinkPassword: .linkPasswordMissing
    case .hiddenMetrics: .hiddenMetrics
    case .foreignPage: .foreignPage
    case .throttled(.guesses, _): .throttled
    case .throttled(.passwords, _), .throttled(.changes, _), .throttled(.statements, _): .busy
    case .limited: .rateLimit
    }
  }
}
