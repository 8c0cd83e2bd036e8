/// What a principal or an input takes from the variable segments of a path. It says so by its type: a row of the table of
/// routes is held against it when it is made, so that what is taken is there in each request, and nothing else can be.
public protocol PathPart: Sendable {
  /// The names of the variables that it takes; several lists where paths may name the thing in several ways.
  static var forms: [[String]] { get }
  /// Takes them; nil where the path has them in none of its forms.
  init?(_ segments: Segments)
}

/// The variable segments of a request's path. Only what is declared can be taken out of them.
public struct Segments: Sendable {
  fileprivate let values: [String: String]

  /// Segments by the name that they have in the route's path.
  public init(_ values: [String: String]) { self.values = values }

  /// All of them, as text that is the same for the same segments.
  public var lines: [String] { values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } }
}

/// Nothing.
public struct NoPath: PathPart {
  /// The one without a variable.
  public static let forms: [[String]] = [[]]
  /// Always there.
  public init(_: Segments) {}
}

/// One variable segment.
public protocol PathVariable: PathPart {
  /// How paths call it, without the braces.
  static var variable: String { get }
  /// Takes it as it stood in the path, decoded, and in Unicode's normal form.
  init(_ segment: String)
}

extension PathVariable {
  /// The one with the variable.
  public static var forms: [[String]] { [[variable]] }

  /// Nil where the path has no such variable.
  public init?(_ segments: Segments) {
    guard let segment = segments.values[Self.variable] else { return nil }
    self.init(segment)
  }
}

/// Two things that a path names.
public struct Both<First: PathPart, Second: PathPart>: PathPart {
  /// Each form of the one with each of the other.
  public static var forms: [[String]] { First.forms.flatMap { first in Second.forms.map { first + $0 } } }

  /// The one.
  public let first: First
  /// The other.
  public let second: Second

  /// Nil unless the path names both.
  public init?(_ segments: Segments) {
    guard let first = First(segments), let second = Second(segments) else { return nil }
    (self.first, self.second) = (first, second)
  }
}

/// One of two things, whichever a path names.
public enum Either<First: PathPart, Second: PathPart>: PathPart {
  case first(First)
  case second(Second)

  /// Those of the one and those of the other.
  public static var forms: [[String]] { First.forms + Second.forms }

  /// Nil where the path names neither.
  public init?(_ segments: Segments) {
    if let first = First(segments) {
      self = .first(first)
    } else if let second = Second(segments) {
      self = .second(second)
    } else {
      return nil
    }
  }
}

/// A thing that a path may name.
extension Optional: PathPart where Wrapped: PathPart {
  /// Those of the thing, and the one without a variable.
  public static var forms: [[String]] { Wrapped.forms + [[]] }

  /// Nil inside where the path does not name it.
  public init?(_ segments: Segments) { self = Wrapped(segments) }
}

// MARK: What principals are proved for

/// The team that a path names.
public struct TeamSegment: PathVariable {
  /// `org_id`
  public static let variable = "org_id"
  let team: ID<Team>?
  /// Nil inside for what is no number.
  public init(_ segment: String) { team = ID(text: segment) }
}

/// The workspace that a path names.
public struct WorkspaceSegment: PathVariable {
  /// `workspace_id`
  public static let variable = "workspace_id"
  let named: String
  var workspace: ID<Workspace>? { ID(text: named) }
  /// Any text.
  public init(_ segment: String) { named = segment }
}

/// The base that a path names by its name.
public struct BaseNameSegment: PathVariable {
  /// `base_name`
  public static let variable = "base_name"
  let name: String
  /// Any text.
  public init(_ segment: String) { name = segment }
}

/// The base that a path names by its UUID.
public struct BaseUUIDSegment: PathVariable {
  /// `base_uuid`
  public static let variable = "base_uuid"
  let named: String
  var uuid: BaseUUID? { BaseUUID(named) }
  /// Any text.
  public init(_ segment: String) { named = segment }
}

/// The base that a path names, in either way.
public typealias BaseSegments = Either<Both<WorkspaceSegment, BaseNameSegment>, BaseUUIDSegment>

/// The group that a path names.
public struct GroupSegment: PathVariable {
  /// `group_id`
  public static let variable = "group_id"
  let named: String
  var group: ID<Group>? { ID(text: named) }
  /// Any text.
  public init(_ segment: String) { named = segment }
}

/// The external link that a path names.
public struct ExternalLinkSegment: PathVariable {
  /// `external_link_token`
  public static let variable = "external_link_token"
  let token: String
  /// Any text.
  public init(_ segment: String) { token = segment }
}
