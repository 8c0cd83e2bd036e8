public import Crypto
public import Ground

/// What the operator has set and an operation needs to know.
public struct AppSettings: Sendable {
  /// Where clients reach the service, without a slash at the end: `https://bases.example.com`.
  public var publicURL: String
  /// From where the metrics may be read.
  public var metricsNetworks = thisMachine
  /// Whether there is a page at `/api/docs/`.
  public var showsDocs = true
  /// What nobody may choose as a password.
  public var leakedPasswords = LeakedPasswords()
  /// How many requests a minute there may be; 0: as many as they like.
  public var limits = Limits()

  /// For how many hours a password may be used that somebody else has given to its person, who then has to change it before
  /// doing anything else; nil: it lasts, and need not be changed.
  public var firstPasswordHours: Int64?
  /// Whether people give their passwords to change the address that they sign in with, whatever their team says.
  public var confirmsEmailChange = false
  /// How long account tokens count, and how many a person may have.
  public var accountTokens = AccountTokenLimits()
  /// Who has to have a second factor, whatever their team says.
  public var requiredSecondFactors = SecondFactorDuty.nobody

  /// Who has to have a second factor.
  public enum SecondFactorDuty: String, CaseIterable, Sendable {
    /// Nobody has to.
    case nobody = "none"
    /// Admins of teams and system administrators.
    case administrators
    /// Everybody.
    case all
  }

  /// What holds for each one of them.
  public struct Limits: Sendable {
    /// Of one address, over all.
    public var address: Int64 = 0
    /// Of one account, with all its tokens.
    public var account: Int64 = 0
    /// Of one API token, where it has no limit of its own.
    public var apiToken: Int64 = 0

    /// None.
    public init() {}
  }

  /// The addresses by which a machine reaches itself.
  public static let thisMachine = [IPNetwork("127.0.0.0/8"), IPNetwork("::1")].compactMap(\.self)

  /// The defaults, at this URL.
  public init(publicURL: String) { self.publicURL = publicURL }
}
