package import Access
package import Grid
internal import Ground
internal import Postgres

/// Links of rows of a table with rows of the other one, as a client names them.
package struct LinkRequest: Sendable {
  /// The link.
  let link: String
  /// The table of the rows that come first.
  let table: TableName
  /// The table of the rows that each of them is linked with.
  let otherTable: TableName
  /// The rows. What cannot be a key is nil.
  let rows: [(row: RowID?, others: [RowID?])]

  package init(
    link: String, table: TableName, otherTable: TableName, rows: [(row: RowID?, others: [RowID?])]
  ) {
    (self.link, self.table, self.otherTable, self.rows) = (link, table, otherTable, rows)
  }

  /// How many links a request may have for each of the rows that it may have: as many as a cell shows.
  package static let mostOfRow = ShownLinks.most
}

/// The links of rows, which columns of both tables show. Pairs are stored once, with the row of the link's first table in
/// front. Those of a table that is linked with itself are stored both ways, so that a row always finds its links by `a`.
extension Rows {
  /// Links rows. None of them may be linked already.
  package func link(_ request: LinkRequest, by writer: BaseWriter) async throws {
    try await change(request, by: writer, counts: true) { ends, transaction in
      try await insert(ends, as: "add_rows_links", Author(writer.bearer), transaction)
    }
  }

  /// Links rows with these and no others.
  package func relink(_ request: LinkRequest, by writer: BaseWriter) async throws {
    try await change(request, by: writer, counts: true) { ends, transaction in
      let own: SQL = ends.isTurned ? "own.b" : "own.a"
      let turned: SQL = ends.isWithItself ? "or own.b = any(\(ends.rows)::uuid[])" : ""
      try await transaction.run(
        """
        delete from data_link as own
        where own.base_id = \(base) and own.link_id = \(ends.link.link)
          and (\(own) = any(\(ends.rows)::uuid[]) \(turned))
        """)
      try await insert(ends, as: "update_rows_links", Author(writer.bearer), transaction)
    }
  }

  /// Ends links. Returns how many there were; those that are not there are not counted.
  package func unlink(_ request: LinkRequest, by writer: BaseWriter) async throws -> Int {
    try await change(request, by: writer, counts: false) { ends, transaction in
      let pairs = ends.pairs
      let operation = ends.operation("remove_rows_links", Author(writer.bearer))
      let found: CountedLinks? = try await transaction.row(
        """
        with gone as (
          delete from data_link as own
          using unnest(\(pairs.firsts)::uuid[], \(pairs.seconds)::uuid[]) as pair (a, b)
          where own.base_id = \(base) and own.link_id = \(ends.link.link) and own.a = pair.a and own.b = pair.b
          returning own.a, own.b
        ), noted as (
          insert into data_operation (\(GridOperation.columns))
          select \(operation.values(of: base, app, content: "\(ends.content)::jsonb"))
        )
        select count(*) filter (where a <= b or not \(ends.isWithItself)::boolean) as count from gone
        """)
      return found?.count ?? 0
    }
  }

  /// Runs a body that changes links, with both tables and all rows that are named kept as they are.
  private func change<Value: Sendable>(
    _ request: LinkRequest, by writer: BaseWriter, counts: Bool,
    _ body: (LinkEnds, Transaction) async throws -> Value
  ) async throws -> Value {
    guard request.rows.count <= app.settings.rows.ofRequest else {
      throw GridError.tooManyRows(app.settings.rows.ofRequest)
    }
    let most = app.settings.rows.ofRequest * LinkRequest.mostOfRow
    let count = request.rows.reduce(0) { $0 + $1.others.count }
    guard count <= most else { throw GridError.link(.tooMany(most)) }
    let time: Duration? = count > 5000 && !app.db.isInTransaction ? .seconds(60) : nil
    return try await schemas.resolving(base) { stored in
      let ends = try await LinkEnds(request, in: stored, mustExist: counts)
      return try await GridOperation.noted {
        try await app.keep(.content, statementTime: time) { transaction in
          let counted = counts ? ends.link.table : nil
          guard try await hold(ends.tables, counted: counted, at: stored, transaction) else { return nil }
          try await hold(ends, for: Author(writer.bearer), mustExist: counts, transaction)
          return try await body(ends, transaction)
        }
      }
    }
  }

  /// Keeps rows from being deleted. Nobody else may have locked one: a link is in a cell of both of its rows.
  private func hold(
    _ ends: LinkEnds, for author: Author, mustExist: Bool, _ transaction: Transaction
  ) async throws {
    for (table, ids) in [(ends.table, ends.rows), (ends.otherTable, ends.otherRows)] where !ids.isEmpty {
      let found: [HeldRow] = try await transaction.rows(
        """
        select own.id, own.locked_by from data_row as own
        where own.base_id = \(base) and own.table_key = \(table.key) and own.id = any(\(ids)::uuid[])
        order by own.id for key share
        """)
      guard found.count == ids.count || !mustExist else { throw GridError.rowsNotFound }
      try await transaction.refuseLocks(found.map(\.lockedBy), for: author, in: base)
    }
  }

  /// Adds pairs at the end of their rows' links. The database decides whether one is there already.
  private func insert(
    _ ends: LinkEnds, as type: StaticString, _ author: Author, _ transaction: Transaction
  ) async throws {
    let pairs = ends.pairs
    let operation = ends.operation(type, author)
    let found: CountedLinks? = try await transaction.row(
      """
      with held as (
        update data_table set next_position = next_position + \(pairs.firsts.count)
        where base_id = \(base) and key = \(ends.link.table)
        returning next_position - \(pairs.firsts.count) as position
      ), made as (
        insert into data_link (base_id, link_id, a, b, position)
        select \(base)::bigint, \(ends.link.link)::text, pair.a, pair.b, held.position + pair.place - 1
        from held
        cross join unnest(\(pairs.firsts)::uuid[], \(pairs.seconds)::uuid[]) with ordinality as pair (a, b, place)
        on conflict do nothing
        returning 1
      ), noted as (
        insert into data_operation (\(GridOperation.columns))
        select \(operation.values(of: base, app, content: "\(ends.content)::jsonb"))
        from held
      )
      select count(*) as count from made
      """)
    guard found?.count == pairs.firsts.count else { throw GridError.link(.exists) }
  }
}

/// A link and the rows that a request names for it.
private struct LinkEnds: Sendable {
  let link: LinkSettings
  let table: GridTable
  let otherTable: GridTable
  /// The rows that come first, each once.
  private(set) var rows: [RowID] = []
  /// Those that they are linked with, each once.
  private(set) var otherRows: [RowID] = []
  /// The rows of each, each once.
  private var map: [(row: RowID, others: [RowID])] = []

  /// Whether the request names the tables the other way round than the link.
  var isTurned: Bool { table.key != link.table }
  var isWithItself: Bool { link.table == link.otherTable }
  var tables: [GridTable] { isWithItself ? [table] : [table, otherTable] }

  /// Reads a request. What cannot be the key of a row is an error if the rows must exist.
  init(_ request: LinkRequest, in stored: StoredSchema, mustExist: Bool) async throws {
    (table, otherTable) = (try stored.table(request.table), try stored.table(request.otherTable))
    guard let link = LinkKey(request.link).flatMap({ stored.schema.link($0) }),
      [link.table, link.otherTable] == [table.key, otherTable.key]
        || [link.otherTable, link.table] == [table.key, otherTable.key]
    else { throw GridError.link(.notFound) }
    self.link = link
    var (known, knownOthers): (Set<RowID>, Set<RowID>) = ([], [])
    for (place, (row, others)) in request.rows.enumerated() {
      if place > 0, place.isMultiple(of: ReadRows.portion) { await Task.yield() }
      guard let row, !others.contains(nil) else {
        if mustExist { throw GridError.rowsNotFound }
        continue
      }
      if known.insert(row).inserted { rows.append(row) }
      var mine: Set<RowID> = []
      let fresh = others.compactMap(\.self).filter { mine.insert($0).inserted }
      map.append((row, fresh))
      otherRows += fresh.filter { knownOthers.insert($0).inserted }
    }
  }

  /// The pairs as they are stored, in their order.
  var pairs: (firsts: [RowID], seconds: [RowID]) {
    var (firsts, seconds): ([RowID], [RowID]) = ([], [])
    func add(_ first: RowID, _ second: RowID) {
      firsts.append(first)
      seconds.append(second)
    }
    if isWithItself {
      var known: Set<[RowID]> = []
      for (row, others) in map {
        for other in others where known.insert([row, other]).inserted {
          add(row, other)
          if known.insert([other, row]).inserted { add(other, row) }
        }
      }
    } else {
      for (row, others) in map { for other in others { isTurned ? add(other, row) : add(row, other) } }
    }
    return (firsts, seconds)
  }

  func operation(_ type: StaticString, _ author: Author) -> GridOperation {
    GridOperation(type: type, table: table.key, rows: rows, author: author)
  }

  /// What the base's log says.
  var content: PostgresJSON {
    var json = JSONWriter()
    json.object { json in
      json.add("link_id", link.link)
      json.add("other_table_id", otherTable.key)
      json.add("links") { links in for (row, others) in map { links.add(named: row.text, JSONList(others)) } }
    }
    return PostgresJSON(json.bytes)
  }
}

private struct CountedLinks: RowDecodable {
  let count: Int
  init(_ row: Row) throws(PostgresError) { count = Int(try row["count"] as Int64) }
}

/// An array of JSON.
private struct JSONList<Element: JSONEncodable>: JSONEncodable {
  let elements: [Element]
  init(_ elements: [Element]) { self.elements = elements }
  func write(to json: inout JSONWriter) { json.array(elements) }
}
