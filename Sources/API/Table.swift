/// The routes of one resource.
struct Table: Sendable {
  let resource: Resource
  let rows: [Route]

  init(_ resource: Resource, _ rows: [Route]) { (self.resource, self.rows) = (resource, rows) }

  /// The rows of all tables.
  static func rows(of tables: [(resource: Resource, table: Table)]) throws(Contradiction) -> [Route] {
    var operations: [String: Route] = [:]
    var targets: [String: Route] = [:]
    for (resource, table) in tables {
      guard table.resource == resource, !table.rows.isEmpty else {
        throw Contradiction(
          description: "\(resource) has the table of \(table.resource), with \(table.rows.count) rows")
      }
      for row in table.rows {
        for path in [row.path] + row.otherPaths {
          let segments = path.split(separator: "/").map { isVariable($0) ? "{}" : String($0) }
          let target = "\(row.method) /" + segments.joined(separator: "/")
          if let other = targets.updateValue(row, forKey: target) {
            throw Contradiction(description: "\(row.operation) and \(other.operation) are one: \(target)")
          }
        }
        if let other = operations.updateValue(row, forKey: row.operation) {
          throw Contradiction(description: "\(row.operation) is both \(row.method) \(row.path) and \(other.path)")
        }
      }
    }
    return tables.flatMap(\.table.rows)
  }
}

/// Two parts of the table of routes contradict each other.
struct Contradiction: Error, CustomStringConvertible {
  let description: String
}
