internal import Access
internal import Assets
internal import Grid
internal import Ground
package import Postgres

/// What the bases of the demo team hold, as Assets/demo.json says it: for each base its tables, with columns, rows and
/// views as clients write them. For each link column, `links` has the number of the other table's row that each row is
/// linked with, counted from 0.
package struct DemoContent {
  private let transaction: Transaction

  /// Writes in a transaction.
  package init(_ transaction: Transaction) { self.transaction = transaction }

  /// Fills the bases that these people have created, by their names.
  package func fill(basesOf addresses: [String]) async throws {
    let bases: [DemoBase] = try await transaction.rows(
      """
      select base.id, base.name, maker.uid from base join account as maker on maker.id = base.creator_id
      where maker.email = any(\(addresses)::text[])
      """)
    let asset = basekeeper_demo
    let content = try JSONSlice(Array(UnsafeBufferPointer(start: asset.bytes, count: asset.count)))
    for (name, tables) in try content.members() ?? [] {
      guard let base = bases.first(where: { $0.name == name }) else { continue }
      try await fill(base, with: try (tables.elements() ?? []).map(DemoTable.init))
    }
  }

  private func fill(_ base: DemoBase, with tables: [DemoTable]) async throws {
    var edit = SchemaEdit(.new)
    for (index, table) in tables.enumerated() { try table.make(at: index, in: &edit) }
    let made = edit.schema.tables
    try await transaction.run("insert into data_base (base_id) values (\(base.id))")
    var ids: [TableKey: [RowID]] = [:]
    for (index, table) in made.enumerated() {
      try await transaction.insert(table, of: base.id, at: index, version: 1)
      ids[table.key] = try await add(tables[index].rows, to: table, of: base)
    }
    for (index, table) in made.enumerated() {
      for (name, places) in tables[index].links {
        guard let link = table.column(name)?.link, let near = ids[table.key], let far = ids[link.end(beyond: table.key)]
        else { continue }
        try await connect(near, with: places.map { far[$0] }, by: link, from: table, of: base)
      }
    }
  }

  /// Adds rows to a table, each made a minute after the one before. Returns their keys.
  private func add(_ rows: [JSONSlice], to table: GridTable, of base: DemoBase) async throws -> [RowID] {
    var read = try await ReadRows.read(rows, of: table, isStrict: true).rows
    var counters: [JSON.Member] = []
    for column in table.columns where column.autoNumber != nil {
      for index in read.indices { read[index].add(number: Int64(index) + 1, to: column, at: .now) }
      counters.append(JSON.Member(name: column.key.text, value: .number("\(read.count)")))
    }
    let ids = read.map { _ in RowID.random() }
    try await transaction.run(
      """
      with counted as (
        update data_table
        set row_count = \(read.count), next_position = \(read.count + 1),
            counters = \(PostgresJSON(JSONWriter.bytes(of: JSON.object(counters))))::jsonb
        where base_id = \(base.id) and key = \(table.key)
      )
      insert into data_row (base_id, table_key, id, position, created_at, modified_at, creator, modifier, cells)
      select \(base.id)::bigint, \(table.key)::text, (\(ids)::uuid[])[place], place, made.at, made.at,
             \(base.author.wire)::text, \(base.author.wire)::text, new.cells
      from jsonb_array_elements(\(PostgresJSON(read.cellsJSON))::jsonb) with ordinality as new (cells, place)
      cross join lateral (select now() - make_interval(mins => \(read.count) - place::integer)) as made (at)
      """)
    return ids
  }

  private func connect(
    _ near: [RowID], with far: [RowID], by link: LinkSettings, from table: GridTable, of base: DemoBase
  ) async throws {
    let (a, b) = link.isFirst(table.key) ? (near, far) : (far, near)
    try await transaction.run(
      """
      insert into data_link (base_id, link_id, a, b, position)
      select \(base.id)::bigint, \(link.link.text), pair.a, pair.b, pair.place
      from unnest(\(a)::uuid[], \(b)::uuid[]) with ordinality as pair (a, b, place)
      """)
  }
}

/// A base, and who has created it.
private struct DemoBase: RowDecodable {
  let id: ID<Base>
  let name: String
  let author: UserID

  init(_ row: Row) throws(PostgresError) { (id, name, author) = (try row["id"], try row["name"], try row["uid"]) }
}

/// A table of the demo.
private struct DemoTable {
  let name: String
  let columns: [NewColumn]
  let rows: [JSONSlice]
  let views: [JSON]
  let links: [(column: String, rows: [Int])]

  init(_ slice: JSONSlice) throws {
    let members = Dictionary(uniqueKeysWithValues: try slice.members() ?? [])
    let json = { (name: String) in try members[name]?.json() ?? .null }
    name = members["table_name"]?.string ?? ""
    columns = try (json("columns").elements ?? []).map { column throws(SchemaError) in try NewColumn(column) }
    rows = members["rows"]?.elements() ?? []
    views = try json("views").elements ?? []
    links = try (json("links").members ?? []).map { member in
      (member.name, (member.value.elements ?? []).compactMap { $0.integer.map(Int.init) })
    }
  }

  /// Makes the table; the first one is the one that every new base has.
  func make(at index: Int, in edit: inout SchemaEdit) throws {
    var key = TableKey.first
    if index == 0 {
      try edit.renameTable(key, to: name)
    } else {
      key = try edit.createTable(named: name, columns: [columns[0]]).key
    }
    for column in columns.dropFirst() { _ = try edit.insertColumn(column, in: key) }
    for view in views {
      let made = try edit.createView(named: view["name"]?.text ?? "", type: nil, isLocked: false, in: key)
      let keys = edit.schema.tables[index].columns
      let conditions = ["filters", "sorts"].map { part in
        JSON.Member(name: part, value: .array((view[part]?.elements ?? []).map { Self.keyed($0, keys) }))
      }
      _ = try edit.changeView(made.key, in: key, try ViewChange(.object(conditions)))
    }
  }

  /// A filter or a sort with the key of its column in place of the column's name, as views have it.
  private static func keyed(_ condition: JSON, _ columns: [Column]) -> JSON {
    .object(
      (condition.members ?? []).map { member in
        guard member.name == "column_name", let column = columns.first(where: { $0.name == member.value.text }) else {
          return member
        }
        return JSON.Member(name: "column_key", value: .string(column.key.text))
      })
  }
}
