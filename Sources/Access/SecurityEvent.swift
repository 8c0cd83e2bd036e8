public import Crypto
public import HTTP

/// Something that whoever watches over the service should know, for the log. It consists of numbers, and of words from
/// closed lists: no text that somebody has sent, and so no secret, name or e-mail address, can be in it.
public enum SecurityEvent: Equatable, Sendable {
  /// Somebody has signed in and has a new account token.
  case signedIn(SignInFactor, Asker)
  /// Somebody could not sign in. The account is nil if it is not known.
  case signInFailed(SignInFailure, ID<Account>?)
  /// Somebody who is signed in did not prove themselves when they were asked for their password again.
  case proofFailed(ProofFailure, Asker)
  /// Somebody who is signed in gave a wrong code for the second factor that they want to confirm.
  case codeWrong(Asker)
  /// A visitor gave a wrong password for a link.
  case linkPasswordWrong(Asker)
  /// A request was refused with the status 401, 403 or 429; or with 404, since what it names is not there or not for the
  /// asker.
  case refused(RefusalReason, Asker, status: Int)
  /// A client and the service did not agree on TLS.
  case handshakeFailed(HandshakeFailure, count: Int)
  /// The server refused a request before it reached a route.
  case turnedDown(TurnedDown, count: Int)
  /// Somebody has used all that the server gives to one address, or to all.
  case limitHit(ServerLimit, count: Int)
  /// The keys have changed. `key` is the ID of a key that signs base tokens, as in their header, or `master`.
  case keysChanged(KeyChange, key: String)
  /// The rules of a team have changed.
  case settingsChanged(ChangedSettings, ID<Team>?, by: Asker)
  /// An entry of the audit log is not as it was written.
  case auditBroken(AuditTrail.Broken)

  /// What somebody has signed in with: the second factor, if they have one.
  public enum SignInFactor: String, CaseIterable, Sendable {
    case password
    case code
    case recoveryCode = "recovery_code"
  }

  /// Why somebody could not sign in. From `codeMissing` to `passwordExpired`, the password was right.
  public enum SignInFailure: String, CaseIterable, Sendable {
    /// The name or the password cannot be one.
    case malformed
    case unknownPerson = "unknown_person"
    case deactivated
    case wrongPassword = "wrong_password"
    case codeMissing = "code_missing"
    case codeWrong = "code_wrong"
    /// Somebody else had set the password, and it was not changed in time.
    case passwordExpired = "password_expired"
    /// The account was changed or deactivated at the same moment.
    case changedMeanwhile = "changed_meanwhile"
    /// There were too many failures before; the password was not checked.
    case throttled
    /// Too many passwords were waiting to be checked.
    case busy
  }

  /// Why somebody who is signed in did not prove themselves.
  public enum ProofFailure: String, CaseIterable, Sendable {
    case wrongPassword = "wrong_password"
    case codeMissing = "code_missing"
    case codeWrong = "code_wrong"
    /// There were too many failures before; nothing was checked.
    case throttled
    /// Too many passwords were waiting to be checked.
    case busy
  }

  /// Why a request was refused.
  public enum RefusalReason: String, CaseIterable, Sendable {
    case noCredentials = "no_credentials"
    case badAccountToken = "bad_account_token"
    /// The access ended while the request was being handled.
    case accessEnded = "access_ended"
    case badAPIToken = "bad_api_token"
    case expiredAPIToken = "expired_api_token"
    case foreignNetwork = "foreign_network"
    case retiredSecret = "retired_secret"
    case badBaseToken = "bad_base_token"
    case expiredBaseToken = "expired_base_token"
    case notAllowed = "not_allowed"
    case notAdministrator = "not_administrator"
    /// What was named is not there, or the caller must not learn that it is.
    case notFound = "not_found"
    /// The caller must first choose a password of their own.
    case passwordDue = "password_due"
    /// The caller must first enrol a second factor.
    case secondFactorDue = "second_factor_due"
    case expiredLink = "expired_link"
    case forbiddenLink = "forbidden_link"
    case linkPasswordMissing = "link_password_missing"
    case hiddenMetrics = "hidden_metrics"
    /// A page of another site has made the request.
    case foreignPage = "foreign_page"
    /// There were too many guesses before.
    case throttled
    /// Too many passwords were waiting to be hashed, or too many requests changed the same thing.
    case busy
    /// A rate limit was exceeded.
    case rateLimit = "rate_limit"
    /// A person, a group or a base has as much of something as it may have.
    case cap
    /// A setting, a policy or another rule forbids it, whoever asks.
    case rule
  }

  /// Why a TLS handshake was not completed.
  public enum HandshakeFailure: String, CaseIterable, Sendable {
    case failed
    case timedOut = "timed_out"
  }

  /// Why the server refused a request before it reached a route.
  public enum TurnedDown: String, CaseIterable, Sendable {
    /// It does not keep to HTTP, or two servers could read it in two ways.
    case malformed
    case tooLarge = "too_large"
    /// Its method, its version or something else in its header is none that the server knows.
    case unknown
    case timedOut = "timed_out"
  }

  /// A limit of the server.
  public enum ServerLimit: String, CaseIterable, Sendable {
    case connections
    case connectionsOfAddress = "connections_of_address"
    case bodies
    case bodiesOfAddress = "bodies_of_address"
  }

  /// A change of the keys.
  public enum KeyChange: String, CaseIterable, Sendable {
    /// Base tokens that it has signed are accepted now.
    case added
    /// It signs now.
    case signs
    /// Base tokens that it has signed are refused now.
    case ended
    /// It is the new master key.
    case seals
  }

  /// Rules that have changed.
  public enum ChangedSettings: String, CaseIterable, Sendable {
    case teamSettings = "team_settings"
    case tokenPolicy = "token_policy"
    /// The team's name, role or quota, by a system administrator.
    case team
  }
}

/// Who has asked, as far as it was proved.
public struct Asker: Equatable, Sendable {
  /// The person; nil for a program, or if nobody is known.
  public var account: ID<Account>?
  /// What they have shown, or what that was made from.
  public var credential: ShownCredential?

  /// What somebody has shown.
  public enum ShownCredential: Equatable, Sendable {
    case accountToken(ID<AccountToken>)
    case apiToken(ID<APIToken>)
    case link(ID<BaseLink>)
  }

  /// Makes an asker; without arguments, nobody who is known.
  public init(account: ID<Account>? = nil, credential: ShownCredential? = nil) {
    (self.account, self.credential) = (account, credential)
  }
}

/// A refusal of somebody who was proved to be known before the request was refused.
public struct KnownRefusal: Error {
  /// Why they were refused.
  public let refusal: Refusal
  /// Who was refused.
  public let asker: Asker
}

extension Asker {
  /// The refusal of this asker.
  func refused(_ refusal: Refusal) -> KnownRefusal { KnownRefusal(refusal: refusal, asker: self) }
}

extension SignedIn {
  /// The person, for the log.
  public var asker: Asker { Asker(account: account, credential: token.map { .accountToken($0) }) }

  /// The refusal of this person.
  func refused(_ refusal: Refusal) -> KnownRefusal { asker.refused(refusal) }
}

extension Subject {
  /// Who it is, for the log.
  var asker: Asker {
    switch self {
    case .nobody: Asker()
    case .person(let caller, _): caller.asker
    case .program(let token, _), .holder(.program(let token), _): Asker(credential: .apiToken(token))
    case .holder(.person(let account), _): Asker(account: account)
    case .holder(.other, _): Asker()
    case .visitor(let link): Asker(credential: .link(link))
    }
  }
}

extension App {
  /// Reports an event of the current request, or of the service itself, to the log.
  public func report(_ event: SecurityEvent) { security(SecurityReport(event: event, origin: origin)) }

  /// Reports an event of a request for a route; nil if there is no such route.
  public func report(_ event: SecurityEvent, of request: Request, at route: String?) {
    security(SecurityReport(event: event, origin: origin, method: request.method, route: route))
  }
}

extension TokenSigner {
  /// How the keys differ from former ones.
  public func changes(since former: TokenSigner) -> [SecurityEvent] {
    let (mine, theirs) = (accepted.map(\.id), former.accepted.map(\.id))
    var changes: [SecurityEvent] = mine.filter { !theirs.contains($0) }.map { .keysChanged(.added, key: $0) }
    if signing.id != former.signing.id { changes.append(.keysChanged(.signs, key: signing.id)) }
    return changes + theirs.filter { !mine.contains($0) }.map { .keysChanged(.ended, key: $0) }
  }
}

extension VaultRing {
  /// How the master key differs from a former one.
  public func changes(since former: VaultRing) -> [SecurityEvent] {
    current.fingerprint == former.current.fingerprint ? [] : [.keysChanged(.seals, key: "master")]
  }
}
