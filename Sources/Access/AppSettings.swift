public import Crypto
public import Ground
public import HTTP

/// The operator's settings, as far as operations need them.
public struct AppSettings: Sendable {
  /// The public URL of the service, without a trailing slash: `https://bases.example.com`.
  public var publicURL: String
  /// Which pages of other sites may call the service.
  public var crossOrigin = CrossOrigin.none
  /// The networks from which the metrics may be read.
  public var metricsNetworks = thisMachine
  /// Whether the console is served.
  public var showsConsole = true
  /// Whether `/api/docs/` is served.
  public var showsDocs = true
  /// The passwords that nobody may choose.
  public var leakedPasswords = LeakedPasswords()
  /// The rate limits.
  public var limits = Limits()
  /// How much there may be.
  public var caps = Caps.none
  /// How much a base may hold, and what one request may do to it.
  public var rows = RowLimits()
  /// What clients' SQL may take.
  public var statements = StatementLimits()
  /// The largest body with a file, in bytes.
  public var fileBytes = 1 << 20
  /// How large the files of bases may be.
  public var files = FileLimits()

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

  /// The rate limits.
  public struct Limits: Sendable {
    /// The limit of one address, for all its requests.
    public var address = Limit.none
    /// The limit of one account, for all its tokens together.
    public var account = Limit.none
    /// The limit of one API token that has no limit of its own.
    public var apiToken = Limit.none
    /// The limit of one holder's base tokens for one base.
    public var baseToken = Limit.none
    /// The limit of one external link, for all its visitors and their base tokens.
    public var link = Limit.none
    /// The limit of one base, for all calls that read or change what it holds.
    public var base = Limit.none

    /// Limits nothing.
    public init() {}
  }

  /// How much a base may hold, and what one request may do to it.
  public struct RowLimits: Sendable {
    /// The largest body with rows, in bytes.
    public var bodyBytes = 16 << 20
    /// Rows that a request may list, append or change.
    public var ofRequest = 1000
    /// Rows of all tables of a base.
    public var ofBase: Int64 = 100_000
    /// Tables of a base.
    public var tables = 200
    /// Whether each value that would be lost silently is refused, whatever a request says.
    public var isStrict = false

    /// SeaTable's limits.
    public init() {}
  }

  /// How large the files of bases may be.
  public struct FileLimits: Sendable {
    /// Bytes of a file.
    public var bytes = 20 << 20
    /// Bytes of all files of a team's bases together; 0: no limit. Bases without a team have it for each workspace.
    public var ofTeam: Int64 = 0
    /// After how many days a file is deleted that no cell names; 0: never.
    public var unusedDays = 30

    /// The defaults, without a limit for teams.
    public init() {}
  }

  /// What clients' SQL may take.
  public struct StatementLimits: Sendable {
    /// How long a statement may take, in whole seconds.
    public var time = Duration.seconds(10)
    /// How long it may wait for its turn.
    public var waiting = Duration.seconds(5)
    /// How many run at once in a replica.
    public var atOnce = 4
    /// How many of one base.
    public var atOnceOfBase = 2
    /// The memory of each sorting or grouping in a statement, in KiB, before it goes on in a file.
    public var memory = 16 << 10
    /// The largest answer with rows, in bytes.
    public var bytes = 32 << 20

    /// The defaults.
    public init() {}
  }

  /// A rate limit.
  public struct Limit: Sendable {
    /// Requests per minute; 0 means unlimited.
    public let perMinute: Int64
    /// Whether somebody has chosen it. Responses always tell what is left of it; of a default limit, they tell once less
    /// than half is left.
    public let isChosen: Bool

    /// Unlimited.
    public static let none = Limit(perMinute: 0)

    /// Makes a limit that somebody has chosen, or a default limit.
    public init(perMinute: Int64, isChosen: Bool = true) { (self.perMinute, self.isChosen) = (perMinute, isChosen) }
  }

  /// The loopback networks.
  public static let thisMachine = [IPNetwork("127.0.0.0/8"), IPNetwork("::1")].compactMap(\.self)

  /// Makes the default settings with a public URL.
  public init(publicURL: String) { self.publicURL = publicURL }
}
