/// Why a caller may not do what was asked; `API/WireErrors.swift` gives each its status and body.
public enum Refusal: Error, Equatable {
  /// No `Authorization`, or one that is not `Token x` or `Bearer x`.
  case noCredentials
  /// No live account token.
  case badAccountToken
  /// Somebody who has to do something before they may do anything else.
  case obliged(to: Duty)
  /// No live API token.
  case badAPIToken
  /// An API token whose time is over.
  case expiredAPIToken
  /// An API token that may not be used from this address.
  case foreignNetwork
  /// A secret that was rotated, and its successor is asked for.
  case retiredSecret
  /// No base token of ours for this base, or one whose source has ended.
  case badBaseToken
  /// A base token that was ours for this base until its time was over.
  case expiredBaseToken
  /// Somebody we know, who may not do this here.
  case notAllowed
  /// Somebody we know, who is no administrator of what was named.
  case notAdministrator
  /// What was named does not exist, or the caller must not know that it does.
  case notFound(Thing)
  /// A link whose time is over.
  case expiredLink
  /// An external link of a team that lets nobody in by such links.
  case forbiddenLink
  /// A link that asks for a password, and got none or a wrong one.
  case wrongLinkPassword
  /// The metrics are not to be read from there.
  case hiddenMetrics
  /// Too much was tried, or is waiting already; in how many seconds it is worth trying again.
  case throttled(seconds: Int)
  /// More requests than somebody set for a minute; what the limits say of themselves.
  case limited(RateLimits)

  /// Something that can be missing, as it was asked for.
  public enum Thing: Equatable, Sendable {
    /// A workspace, by what stood in the path.
    case workspace(String)
    /// A base, by name or UUID.
    case base(String)
    /// A base that is in the trash.
    case trashedBase(ID<Base>, name: String)
    /// A group, by what stood in the path.
    case group(String)
    /// A person, by user id.
    case user(String)
    /// A team, by what stood in the path.
    case team(String)
    /// An API token, by its app name.
    case apiToken(String)
    /// An account token, by its number.
    case accountToken(String)
    /// A folder, by its number.
    case folder(String)
    /// A share, by whom it is with.
    case share(String)
    /// An invitation into a team, by its number.
    case invitation(String)
    /// A link; what would open it is not repeated.
    case link
  }
}
