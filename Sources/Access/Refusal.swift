/// Why a caller may not do what was asked. `API/WireErrors.swift` maps each to a status and a body.
public enum Refusal: Error, Equatable {
  /// There is no `Authorization`, or it is not `Token x` or `Bearer x`.
  case noCredentials
  /// The credential is not a live account token.
  case badAccountToken
  /// The person must do something else first.
  case obliged(to: Duty)
  /// The credential is not a live API token.
  case badAPIToken
  /// The API token has expired.
  case expiredAPIToken
  /// The API token may not be used from this address.
  case foreignNetwork
  /// The secret was rotated, but the operation needs the current one.
  case retiredSecret
  /// The credential is not a base token of ours for this base, or its source is gone.
  case badBaseToken
  /// The base token was valid for this base, but has expired.
  case expiredBaseToken
  /// The caller is known, but may not do this here.
  case notAllowed
  /// The caller is known, but does not administer what was named.
  case notAdministrator
  /// What was named does not exist, or the caller must not learn that it does.
  case notFound(Thing)
  /// The link has expired.
  case expiredLink
  /// The link's team does not allow external links.
  case forbiddenLink
  /// The link has a password, which the request lacks.
  case missingLinkPassword
  /// The link's password is wrong.
  case wrongLinkPassword
  /// The metrics may not be read from this address.
  case hiddenMetrics
  /// A page of another site has made the request, which may not call the service.
  case foreignPage
  /// There is too much of something. `seconds` is the time after which it is worth trying again.
  case throttled(Throttled, seconds: Int)
  /// A rate limit was exceeded. Contains the state of the limits.
  case limited(RateLimits)

  /// What there is too much of.
  public enum Throttled: Equatable, Sendable {
    /// Failed guesses at this.
    case guesses(Attempt.AttemptSubject)
    /// Passwords that wait to be hashed; with what this one is for, if it is a guess.
    case passwords(Attempt.AttemptSubject?)
    /// Requests that change the same thing.
    case changes
    /// Statements that wait for their turn.
    case statements
  }

  /// A thing that is missing, as the request named it.
  public enum Thing: Equatable, Sendable {
    /// A workspace, by the text in the path.
    case workspace(String)
    /// A base, by name or UUID.
    case base(String)
    /// A base that is in the trash.
    case trashedBase(ID<Base>, name: String)
    /// A group, by the text in the path.
    case group(String)
    /// A person, by user id.
    case user(String)
    /// A team, by the text in the path.
    case team(String)
    /// An API token, by its app name.
    case apiToken(String)
    /// An account token, by its number.
    case accountToken(String)
    /// A folder, by its number.
    case folder(String)
    /// A share, by its recipient.
    case share(String)
    /// A team invitation, by its number.
    case invitation(String)
    /// A link. Its secret is not repeated.
    case link
  }
}
