public import Ground

/// A column of a table.
public struct Column: Sendable, Equatable {
  /// The key, unique in the table. The first column's is `0000`.
  public let key: ColumnKey
  /// The name, unique in the table, in Unicode normalization form C.
  public var name: String
  /// What the cells hold.
  public var type: ColumnType
  /// The width on a screen, in pixels.
  public var width: Int64
  /// Whether it stays in view. Nil as long as nobody has said.
  public var frozen: Bool?
  /// The settings of its type, an object or null. The options of a select column are not in it, but in `options`.
  public var data: JSON
  /// The options of a select column, in their order. They are at most `GridLimit.options`.
  public var options: [SelectOption]
  /// What else the wire says of the column, such as `permission_type`: kept and written, not enforced.
  var others: [JSON.Member]

  /// Makes a column as a new one is.
  init(key: ColumnKey, name: String, type: ColumnType, data: JSON = .null, options: [SelectOption] = []) {
    (self.key, self.name, self.type, self.width) = (key, name, type, 200)
    (self.data, self.options, self.others) = (data, options, Self.newOthers)
  }

  static let newOthers: [JSON.Member] = []

  /// Reads a column as the database has it, which is what `write` writes. Nil if it is none.
  public init?(_ json: JSON) { fatalError("unfinished") }
}

extension Column: JSONEncodable {
  /// Writes the wire's object.
  public func write(to json: inout JSONWriter) { fatalError("unfinished") }
}
