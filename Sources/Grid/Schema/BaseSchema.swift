public import Ground

/// The inside of a base but its rows: what the metadata say.
public struct BaseSchema: Sendable, Equatable {
  /// How often the schema was changed. The database counts; changes here do not.
  public var version: Int64
  /// The settings of the base, an object.
  public var settings: JSON
  /// The tables, in their order. There is at least one.
  public internal(set) var tables: [GridTable]

  /// Makes a schema of what the database has.
  public init(version: Int64, settings: JSON, tables: [GridTable]) {
    (self.version, self.settings, self.tables) = (version, settings, tables)
  }

  /// What a new base has: one table `Table1` with one column `Name` and one view `Default View`.
  public static let new = BaseSchema(version: 1, settings: .object([]), tables: [.new(key: .first, named: "Table1")])

  /// The table with this name, or else with this key.
  public func table(_ nameOrKey: String) -> GridTable? { table(name: nameOrKey, key: nameOrKey) }

  /// The table with this key.
  public func table(_ key: TableKey) -> GridTable? { tables.first { $0.key == key } }

  /// What the columns with this link join; nil if there is no such link.
  public func link(_ key: LinkKey) -> LinkSettings? {
    for table in tables {
      for column in table.columns { if let link = column.link, link.link == key { return link } }
    }
    return nil
  }

  /// The table with this name, or else the one with this key, for requests that give either or both. Nil if there is no
  /// such table.
  ///
  /// A client that has only a name sends it as the key, too, if it could be one (`Test`).
  public func table(name: String?, key: String?) -> GridTable? {
    named(name, among: tables, \.name) ?? key.flatMap(TableKey.init).flatMap { table($0) }
  }
}

extension GridTable {
  /// A table as a new one is if nobody says what columns it has.
  static func new(key: TableKey, named name: String) -> GridTable {
    GridTable(
      key: key, name: name, columns: [Column(key: .first, name: "Name", type: .text)],
      views: [GridView(key: .first, name: "Default View")])
  }
}

extension BaseSchema: JSONEncodable {
  /// Writes the value of `metadata`.
  public func write(to json: inout JSONWriter) {
    json.object { json in
      json.add("version", version)
      json.add("format_version", 9)
      json.add("settings", settings)
      json.add("tables", tables)
    }
  }
}
