/// Something that a principal or an input takes from the variable segments of a path. Its type declares the variables.
/// Each route is checked against them when it is made, so every request has what is taken, and nothing else can be
/// taken.
public protocol PathPart: Sendable {
  /// The names of the variables that it takes. Several lists if paths may name the thing in several ways.
  static var forms: [[String]] { get }
  /// Takes the variables. Nil if the path has none of the forms.
  init?(_ segments: Segments)
}

/// The variable segments of a request's path. Only declared variables can be read from them.
public struct Segments: Sendable {
  fileprivate let values: [String: String]

  /// Makes segments from their values, by the names in the route's path.
  public init(_ values: [String: String]) { self.values = values }

  /// All segments as text, in a stable order.
  public var lines: [String] { values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } }
}

/// No variables.
public struct NoPath: PathPart {
  /// One form, without variables.
  public static let forms: [[String]] = [[]]
  /// Never nil.
  public init(_: Segments) {}
}

/// One variable segment.
public protocol PathVariable: PathPart {
  /// The variable's name in paths, without the braces.
  static var variable: String { get }
  /// Makes the value from the segment, which is decoded and in Unicode normalization form C.
  init(_ segment: String)
}

extension PathVariable {
  /// One form, with the variable.
  public static var forms: [[String]] { [[variable]] }

  /// Nil if the path does not have the variable.
  public init?(_ segments: Segments) {
    guard let segment = segments.values[Self.variable] else { return nil }
    self.init(segment)
  }
}

/// Two things that a path names.
public struct Both<First: PathPart, Second: PathPart>: PathPart {
  /// Each form of the first with each form of the second.
  public static var forms: [[String]] { First.forms.flatMap { first in Second.forms.map { first + $0 } } }

  /// The first thing.
  public let first: First
  /// The second thing.
  public let second: Second

  /// Nil unless the path names both.
  public init?(_ segments: Segments) {
    guard let first = First(segments), let second = Second(segments) else { return nil }
    (self.first, self.second) = (first, second)
  }
}

/// One of two things, depending on the path.
public enum Either<First: PathPart, Second: PathPart>: PathPart {
  case first(First)
  case second(Second)

  /// The forms of both.
  public static var forms: [[String]] { First.forms + Second.forms }

  /// Nil if the path names neither.
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
  /// The forms of the thing, and the form without variables.
  public static var forms: [[String]] { Wrapped.forms + [[]] }

  /// Never fails; the value is nil if the path does not name the thing.
  public init?(_ segments: Segments) { self = Wrapped(segments) }
}

// MARK: Variables of principals

/// The team that a path names.
public struct TeamSegment: PathVariable {
  /// `org_id`
  public static let variable = "org_id"
  let team: ID<Team>?
  /// The team is nil if the segment is not a number.
  public init(_ segment: String) { team = ID(text: segment) }
}

/// The workspace that a path names.
public struct WorkspaceSegment: PathVariable {
  /// `workspace_id`
  public static let variable = "workspace_id"
  let named: String
  var workspace: ID<Workspace>? { ID(text: named) }
  /// Accepts any text.
  public init(_ segment: String) { named = segment }
}

/// The base that a path names by its name.
public struct BaseNameSegment: PathVariable {
  /// `base_name`
  public static let variable = "base_name"
  let name: String
  /// Accepts any text.
  public init(_ segment: String) { name = segment }
}

/// The base that a path names by its UUID.
public struct BaseUUIDSegment: PathVariable {
  /// `base_uuid`
  public static let variable = "base_uuid"
  let named: String
  /// Clients that know SeaTable's webhooks leave out the dashes.
  var uuid: BaseUUID? { BaseUUID(named) ?? BaseUUID(withoutDashes: named) }
  /// Accepts any text.
  public init(_ segment: String) { named = segment }
}

/// The base that a path names in either way.
public typealias BaseSegments = Either<Both<WorkspaceSegment, BaseNameSegment>, BaseUUIDSegment>

/// The group that a path names.
public struct GroupSegment: PathVariable {
  /// `group_id`
  public static let variable = "group_id"
  let named: String
  var group: ID<Group>? { ID(text: named) }
  /// Accepts any text.
  public init(_ segment: String) { named = segment }
}

/// The external link that a path names.
public struct ExternalLinkSegment: PathVariable {
  /// `external_link_token`
  public static let variable = "external_link_token"
  let token: String
  /// Accepts any text.
  public init(_ segment: String) { token = segment }
}
