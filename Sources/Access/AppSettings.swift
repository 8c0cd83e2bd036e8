public import Ground

/// What the operator has set and an operation needs to know.
public struct AppSettings: Sendable {
  /// Where clients reach the service, without a slash at the end: `https://bases.example.com`.
  public var publicURL: String
  /// From where the metrics may be read.
  public var metricsNetworks = thisMachine
  /// Whether there is a page at `/api/docs/`.
  public var showsDocs = true
  /// How many requests a minute there may be; 0: as many as they like.
  public var limits = Limits()

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
