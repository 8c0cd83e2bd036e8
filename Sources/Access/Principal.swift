public import Ground
public import HTTP

/// A caller whose right to what the path names has been proved. Only this module can make one. It contains what the
/// right was proved for, so a handler never reads a team, a workspace or a base from the request.
public protocol Principal: Sendable {
  /// The name in the documentation and the table of routes: `base-admin`.
  static var name: String { get }
  /// Whether the right is proved by the field `Authorization`. If so, requests without it can be refused early.
  static var isInAuthorization: Bool { get }
  /// What it takes to read the response to this principal.
  static var openness: Response.Openness { get }
  /// Whether it may also come from pages of other sites, such as a link that somebody follows there.
  static var comesFromAnyPage: Bool { get }
  /// What the principal takes from the path.
  associatedtype Path: PathPart = NoPath
  /// Proves the right, with one statement.
  ///
  /// - Throws: `Refusal`, or `PostgresError` if the database is unavailable.
  static func authorise(_ path: Path, _ request: Request, _ app: App) async throws -> Self
  /// On whose behalf the caller acts. This decides about rate limits and the required second factor, and whose use is
  /// recorded.
  var subject: Subject { get }
  /// The base whose content the caller asks for, or changes: such calls are counted for it, too. Nil for all others.
  var calledBase: ID<Base>? { get }
}

extension Principal {
  /// Most principals do not reach into a base.
  public var calledBase: ID<Base>? { nil }
  /// Most principals show a token.
  public static var isInAuthorization: Bool { true }
  /// Most principals show something that only they have.
  public static var openness: Response.Openness { .shown }
  /// Most principals only come from pages that are let in.
  public static var comesFromAnyPage: Bool { false }

  /// Whether a request has the credential that may prove the right, judging only by its header.
  public static func isShown(by request: Request) -> Bool {
    !isInAuthorization || (try? Credential(request)) != nil
  }

  /// Refuses a request that a browser makes for a page of another site, without its person's doing. One that needs
  /// `Authorization` needs no such check, since browsers add that to no request by themselves; nor does one that only
  /// reads what is not for its sender alone.
  ///
  /// - Throws: `Refusal.foreignPage`.
  public static func refuseForeignPages(_ request: Request, _ app: App) throws(Refusal) {
    let onlyReads = openness != .shown && (request.method == .get || request.method == .head)
    guard !isInAuthorization, !onlyReads, !comesFromAnyPage else { return }
    guard !app.settings.crossOrigin.isForeignPage(request, publicURL: app.settings.publicURL) else {
      throw .foreignPage
    }
  }
}

/// On whose behalf a request is made.
public enum Subject: Sendable {
  /// Nobody: the request is not counted against an account or a token.
  case nobody
  /// A person. `doing` is the duty that they may be fulfilling with the request; nil if they must have none left.
  case person(SignedIn, doing: Duty? = nil)
  /// A program. `limit` is its token's own rate limit, in exchanges per minute; nil if it has none.
  case program(ID<APIToken>, limit: Int64?)
  /// The holder of a base token for a base. All base tokens of one holder for one base count together.
  case holder(BaseTokenHolder, of: ID<Base>)
  /// A visitor of an external link. All visitors of one link count together.
  case visitor(ID<BaseLink>)
}

/// For whom a base token was made, unless that is a visitor of an external link.
public enum BaseTokenHolder: Sendable, Hashable {
  /// A program, by its API token.
  case program(ID<APIToken>)
  /// A person.
  case person(ID<Account>)
  /// A program or a person of another component of a SeaTable installation, by the name that the token gives them.
  case other(ExactText)
}

extension Subject {
  /// The person's account; nil for a program or nobody.
  var account: ID<Account>? {
    switch self {
    case .person(let caller, _): caller.account
    case .nobody, .program, .holder, .visitor: nil
    }
  }
}

/// A principal that is a person who is signed in.
public protocol Personal: Principal {
  /// The caller.
  var caller: SignedIn { get }
}

extension Personal {
  /// The caller.
  public var subject: Subject { .person(caller) }
}

/// A principal whose right is to what the input names in the query, the body or the path. It is proved after the input
/// is read, from a principal that was admitted by the path alone.
public protocol TargetedPrincipal: Sendable {
  /// The principal that was admitted by the path alone.
  associatedtype Caller: Principal
  /// What the input names.
  associatedtype Target
  /// The name in the documentation and the table of routes.
  static var name: String { get }
  /// Proves the right, with one statement for each thing that is named.
  ///
  /// - Throws: `Refusal`, or `PostgresError` if the database is unavailable.
  static func prove(_ caller: Caller, _ target: Target, _ app: App) async throws -> Self
}

/// A principal that administers a team or the installation, and may see everything in it.
public protocol Administrator: Personal {
  /// What they administer.
  var reach: Reach { get }
}

/// Any caller.
public struct Anyone: Principal {
  /// `anyone`
  public static let name = "anyone"
  /// Its responses are for everyone.
  public static let openness = Response.Openness.open
  /// False: no credential is needed.
  public static let isInAuthorization = false

  /// Not counted against an account or a token.
  public var subject: Subject { .nobody }

  /// Always succeeds.
  public static func authorise(_: NoPath, _ request: Request, _ app: App) -> Anyone { Anyone() }
}

/// A caller from the networks from which the operator lets the metrics be read.
public struct MetricsReader: Principal {
  /// `metrics-reader`
  public static let name = "metrics-reader"
  /// False: the address proves the right.
  public static let isInAuthorization = false
  /// A browser has that address whatever page it shows.
  public static let openness = Response.Openness.placed

  /// Not counted against an account or a token.
  public var subject: Subject { .nobody }

  /// Checks only the address. If it is a proxy's because the client's is unknown, the request is refused: the client
  /// could be anyone.
  public static func authorise(_: NoPath, _ request: Request, _ app: App) throws(Refusal) -> MetricsReader {
    guard !request.isForwarded, let address = IPAddress(request.address),
      app.settings.metricsNetworks.contains(where: { $0.contains(address) })
    else { throw .hiddenMetrics }
    return MetricsReader()
  }
}
