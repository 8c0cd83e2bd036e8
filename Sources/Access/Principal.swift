internal import Ground
public import HTTP

/// A caller whose right to what the path names has been proved. Only this module can make one, and it carries what it
/// was proved for: a handler never reads a team, a workspace or a base from the request.
public protocol Principal: Sendable {
  /// How documentation and the table of routes call it: `base-admin`.
  static var name: String { get }
  /// Whether what proves the right is in the field `Authorization`, so that nobody without one has to be listened to.
  static var isInAuthorization: Bool { get }
  /// What it takes from the path.
  associatedtype Path: PathPart = NoPath
  /// Proves the right, with one statement.
  ///
  /// - Throws: `Refusal`, or `PostgresError` where the database is away.
  static func authorise(_ path: Path, _ request: Request, _ app: App) async throws -> Self
  /// On whose account it acts: what he may do in all, and whose use is counted.
  var subject: Subject { get }
}

extension Principal {
  /// Most are somebody who shows a token.
  public static var isInAuthorization: Bool { true }

  /// Whether a request shows something that may prove the right, as far as its header tells.
  public static func isShown(by request: Request) -> Bool {
    !isInAuthorization || (try? Credential(request)) != nil
  }
}

/// On whose account a request is.
public enum Subject: Sendable {
  /// Nobody's.
  case nobody
  /// A person's, and which of the duties that keep people from everything else they may be doing with it, if any.
  case person(SignedIn, doing: Duty? = nil)
  /// A program's, with the number of exchanges a minute that its token is limited to.
  case program(ID<APIToken>, limit: Int64?)
}

extension Subject {
  /// The person's account.
  var account: ID<Account>? {
    switch self {
    case .person(let caller, _): caller.account
    case .nobody, .program: nil
    }
  }
}

/// A principal that is somebody signed in.
public protocol Personal: Principal {
  /// Who.
  var caller: SignedIn { get }
}

extension Personal {
  /// The caller.
  public var subject: Subject { .person(caller) }
}

/// A principal whose right is to what the input names, in the query, the body or the path: it is proved once that is read,
/// of a principal whom the path alone has let in.
public protocol TargetedPrincipal: Sendable {
  /// Whom the path alone has let in.
  associatedtype Caller: Principal
  /// What the input names.
  associatedtype Target
  /// How documentation and the table of routes call it.
  static var name: String { get }
  /// Proves the right, with one statement for each thing that is named.
  ///
  /// - Throws: `Refusal`, or `PostgresError` where the database is away.
  static func prove(_ caller: Caller, _ target: Target, _ app: App) async throws -> Self
}

/// A principal who administers a team or the installation, and looks over what there is in it.
public protocol Administrator: Personal {
  /// What they administer.
  var reach: Reach { get }
}

/// Whoever calls.
public struct Anyone: Principal {
  /// `anyone`
  public static let name = "anyone"
  /// He shows nothing.
  public static let isInAuthorization = false

  /// Nobody.
  public var subject: Subject { .nobody }

  /// Always.
  public static func authorise(_: NoPath, _ request: Request, _ app: App) -> Anyone { Anyone() }
}

/// Whoever calls from where the operator lets the metrics be read.
public struct MetricsReader: Principal {
  /// `metrics-reader`
  public static let name = "metrics-reader"
  /// He shows his address.
  public static let isInAuthorization = false

  /// Nobody.
  public var subject: Subject { .nobody }

  /// Asks for the address alone. Where that is a proxy's, because the caller's is not known, he may be anybody.
  public static func authorise(_: NoPath, _ request: Request, _ app: App) throws(Refusal) -> MetricsReader {
    guard !request.isForwarded, let address = IPAddress(request.address),
      app.settings.metricsNetworks.contains(where: { $0.contains(address) })
    else { throw .hiddenMetrics }
    return MetricsReader()
  }
}
