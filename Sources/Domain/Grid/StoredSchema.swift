internal import Access
package import Grid
internal import Ground
internal import Postgres

/// The tables of a base as the database has them.
package struct StoredSchema: Sendable {
  /// What the tables are.
  package let schema: BaseSchema
  /// The version of the base in which each table was last changed.
  let versions: [TableKey: Int64]
  /// Whether the database has it. If not, the base has never been changed, and holds what a new one does.
  let isStored: Bool
  /// About how many bytes it takes.
  let size: Int

  /// What a base holds that was never changed.
  static let new = StoredSchema(schema: .new, versions: [.first: 1], isStored: false, size: 0)

  /// The version of a table of this schema.
  func version(of table: TableKey) -> Int64 { versions[table] ?? 0 }

  /// The table that a request names by its name or its key.
  package func table(_ named: TableName) throws(GridError) -> GridTable {
    guard let table = schema.table(name: named.name, key: named.key) else { throw .tableNotFound }
    return table
  }
}

/// How a request names a table: by either or both.
package struct TableName: Sendable {
  package let name: String?
  package let key: String?

  package init(name: String?, key: String?) { (self.name, self.key) = (name, key) }
}

extension StoredSchema {
  /// Selects the tables of a base, with what the base has as a whole.
  static func select(_ base: ID<Base>) -> SQL {
    """
    select base.version, base.settings, own.key, own.name, own.version as table_version, own.columns, own.views
    from data_base as base
    left join data_table as own on own.base_id = \(base)
    where base.base_id = \(base)
    order by own.position
    """
  }

  /// Puts together the rows of a base; without any, it was never changed.
  init(_ rows: [SchemaRow]) throws(PostgresError) {
    guard let first = rows.first else {
      self = .new
      return
    }
    var tables: [GridTable] = []
    var versions: [TableKey: Int64] = [:]
    var size = 0
    for row in rows {
      guard let key = row.key else { continue }
      guard let table = GridTable(key: key, name: row.name, columns: row.columns, views: row.views) else {
        throw .unexpected("a table of a base cannot be read")
      }
      tables.append(table)
      versions[table.key] = row.tableVersion
      size += 6 * (row.columns.count + row.views.count) + 500
    }
    guard let settings = try? JSON(first.settings) else { throw .unexpected("settings of a base cannot be read") }
    self.init(
      schema: BaseSchema(version: first.version, settings: settings, tables: tables), versions: versions,
      isStored: true, size: size)
  }
}

/// A table of a base, or the base alone.
struct SchemaRow: RowDecodable {
  let version: Int64
  let settings: [UInt8]
  let key: String?
  let name: String
  let tableVersion: Int64
  let columns: [UInt8]
  let views: [UInt8]

  init(_ row: Row) throws(PostgresError) {
    version = try row["version"]
    settings = try row["settings"]
    key = try row["key"]
    let isTable = key != nil
    name = isTable ? try row["name"] : ""
    tableVersion = isTable ? try row["table_version"] : 0
    columns = isTable ? try row["columns"] : []
    views = isTable ? try row["views"] : []
  }
}
