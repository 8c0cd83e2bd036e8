public import Ground

/// A view of a table: which rows and columns it shows, and in which order.
public struct GridView: Sendable, Equatable {
  /// The key, unique in the table.
  public let key: ViewKey
  /// The name, unique in the table, in Unicode normalization form C.
  public var name: String
  /// `table` or `archive`.
  public var type: String
  /// Whether people should leave the view as it is. Kept, not enforced.
  public var isLocked: Bool
  /// `And` or `Or`.
  public var conjunction: Conjunction
  /// The filters, objects, as they were sent. `FilterGroup(of:)` reads them.
  public var filters: [JSON]
  /// The sorts, objects.
  public var sorts: [JSON]
  /// The groupings, objects. They sort before the sorts do.
  public var groupBys: [JSON]
  /// The keys of the columns that it does not show, some of which may be gone.
  public var hiddenColumns: [String]

  /// Makes a view that shows everything.
  init(key: ViewKey, name: String, type: String = "table", isLocked: Bool = false) {
    (self.key, self.name, self.type, self.isLocked) = (key, name, type, isLocked)
    (conjunction, filters, sorts, groupBys, hiddenColumns) = (.and, [], [], [], [])
  }

  /// Reads a view as the database has it, which is what `write` writes. Nil if it is none.
  public init?(_ json: JSON) { fatalError("unfinished") }
}

/// How several filters are joined.
public enum Conjunction: String, Sendable {
  case and = "And"
  case or = "Or"
}

extension GridView: JSONEncodable {
  /// Writes the wire's object.
  public func write(to json: inout JSONWriter) { fatalError("unfinished") }
}
