public import Crypto
public import Ground

/// The operator's settings, as far as operations need them.
public struct AppSettings: Sendable {
  /// The public URL of the service, without a trailing slash: `https://bases.example.com`.
  public var publicURL: String
  /// The networks from which the metrics may be read.
  public var metricsNetworks = thisMachine
  /// Whether `/api/docs/` is served.
  public var showsDocs = true
  /// The passwords that nobody may choose.
  public var leakedPasswords = LeakedPasswords()
  /// The rate limits.
  public var limits = Limits()

  /// How many hours a password works that somebody else has set; until then its person can only change it. Nil: it works
  /// forever, and need not be changed.
  public var firstPasswordHours: Int64?
  /// Whether people give their passwords to change the address that they sign in with, whatever their team says.
  public var confirmsEmailChange = false
  /// How long account tokens count, and how many a person may have.
  public var accountTokens = AccountTokenLimits()
  /// Who has to have a second factor, whatever their team says.
  public var requiredSecondFactors = SecondFactorDuty.nobody

  /// Who must have a second factor.
  public enum SecondFactorDuty: String, CaseIterable, Sendable {
    /// Nobody.
    case nobody = "none"
    /// Team admins and system administrators.
    case administrators
    /// Everybody.
    case all
  }

  /// Rate limits in requests per minute; 0 means unlimited.
  public struct Limits: Sendable {
    /// The limit of one address, for all its requests.
    public var address: Int64 = 0
    /// The limit of one account, for all its tokens together.
    public var account: Int64 = 0
    /// The limit of one API token that has no limit of its own.
    public var apiToken: Int64 = 0

    /// Makes limits of 0.
    public init() {}
  }

  /// The loopback networks.
  public static let thisMachine = [IPNetwork("127.0.0.0/8"), IPNetwork("::1")].compactMap(\.self)

  /// Makes the default settings with a public URL.
  public init(publicURL: String) { self.publicURL = publicURL }
}
