import Ground
import TestSupport
import Testing

@testable import Grid

/// Random changes, one after the other: whatever a client sends, the schema keeps its shape, and what must be stored is
/// said.
@Suite struct SchemaPropertyTests {
  @Test(arguments: 1...6) func `a schema keeps its shape, whatever is changed`(_ seed: UInt64) throws {
    var chance = Chance(state: seed)
    var schema = BaseSchema.new
    var (done, refused) = (0, 0)
    for _ in 0..<150 {
      var edit = SchemaEdit(schema)
      do {
        try Self.change(&edit, &chance)
        done += 1
        try Self.check(edit, after: schema)
        schema = edit.schema
      } catch {
        #expect(error is SchemaError)
        #expect(edit.schema == schema && edit.changedTables.isEmpty && edit.rowChanges.isEmpty)
        refused += 1
      }
    }
    #expect(done > 50 && refused > 20, "\(done) \(refused)")
  }

  private static func change(_ edit: inout SchemaEdit, _ chance: inout Chance) throws {
    let table = edit.schema.tables[chance.below(edit.schema.tables.count)]
    let column = table.columns[chance.below(table.columns.count)].name
    let other = table.columns[chance.below(table.columns.count)].key.text
    switch chance.below(20) {
    case 0:
      _ = try edit.createTable(
        named: name(&chance), columns: (0..<chance.below(4)).map { _ in wish(edit, table, &chance) })
    case 1: try edit.renameTable(table.key, to: name(&chance))
    case 2: if chance.below(2) == 0 { try edit.deleteTable(table.key) }
    case 3: _ = try edit.duplicateTable(table.key)
    case 4...8: _ = try edit.insertColumn(wish(edit, table, &chance), in: table.key)
    case 9: _ = try edit.appendColumns((0..<3).map { _ in wish(edit, table, &chance) }, in: table.key)
    case 10: _ = try edit.renameColumn(column, in: table.key, to: name(&chance))
    case 11: _ = try edit.moveColumn(column, in: table.key, rightOf: other)
    case 12: try edit.deleteColumn(column, in: table.key)
    case 13, 14:
      let wish = wish(edit, table, &chance)
      _ = try edit.retypeColumn(column, in: table.key, to: wish.type, data: wish.data)
    case 15:
      let wishes = (0..<chance.below(4)).map { _ in
        JSON.of([("name", .string(name(&chance))), ("id", RandomJSON.value(&chance, depth: 0))])
      }
      _ = try edit.addOptions(wishes, to: column, in: table.key)
    case 16: try edit.deleteOptions(named: [name(&chance), "A", "B"], of: column, in: table.key)
    case 17:
      _ = try edit.changeOptions(
        [.of([("id", RandomJSON.value(&chance, depth: 0)), ("name", .string(name(&chance)))])], of: column,
        in: table.key)
    case 18: _ = try edit.createView(named: name(&chance), type: nil, isLocked: false, in: table.key)
    default:
      let view = table.views[chance.below(table.views.count)]
      if chance.below(3) == 0 { return try edit.deleteView(view.key, in: table.key) }
      let names = ["name", "filters", "sorts", "groupbys", "hidden_columns", "is_locked"]
      let change = try ViewChange(
        .of(names.filter { _ in chance.below(3) == 0 }.map { ($0, RandomJSON.value(&chance, depth: 3)) }))
      _ = try edit.changeView(view.key, in: table.key, change)
    }
  }

  private static func name(_ chance: inout Chance) -> String {
    ["A", "B", "C", "Table1", "0000", "a.b", "", "é", "e\u{301}", "Name", "_id", "X(copy)", "N\(chance.below(1000))"][
      chance.below(13)]
  }

  private static func wish(_ edit: SchemaEdit, _ table: GridTable, _ chance: inout Chance) -> NewColumn {
    let type = ColumnType.allCases[chance.below(ColumnType.allCases.count)]
    let usual = SchemaTests.everyType.first { $0.1 == type }.flatMap { try? json($0.2) }
    let data: JSON =
      switch chance.below(4) {
      case 0: RandomJSON.value(&chance, depth: 2)
      case 1: .null
      default:
        usual
          ?? .of([
            ("table", .string(table.name)), ("formula", .string("count_links")),
            ("other_table", .string(edit.schema.tables[chance.below(edit.schema.tables.count)].name)),
            ("link_column", .string(table.columns.first { $0.type == .link }?.name ?? "")),
          ])
      }
    return NewColumn(
      name: name(&chance), type: type, data: data,
      anchor: chance.below(3) == 0 ? table.columns[chance.below(table.columns.count)].name : nil)
  }

  private static func check(_ edit: SchemaEdit, after old: BaseSchema) throws {
    let tables = edit.schema.tables
    #expect(!tables.isEmpty)
    #expect(Set(tables.map(\.key)).count == tables.count && Set(tables.map(\.name)).count == tables.count)
    var ends: [LinkKey: Int] = [:]
    for table in tables {
      #expect(table.columns.first?.key == .first && table.columns.first?.type.canBeFirst == true)
      #expect(!table.views.isEmpty)
      #expect(Set(table.columns.map(\.key)).count == table.columns.count)
      #expect(Set(table.columns.map(\.name)).count == table.columns.count)
      #expect(
        Set(table.views.map(\.key)).count == table.views.count
          && Set(table.views.map(\.name)).count == table.views.count)
      for column in table.columns {
        #expect((column.type.fixedKey ?? column.key.text) == column.key.text)
        #expect(Set(column.options.map(\.id)).count == column.options.count)
        #expect(Set(column.options.map(\.name)).count == column.options.count)
        if column.type == .link {
          let link = try #require(column.link)
          ends[link.link, default: 0] += link.table == link.otherTable ? 2 : 1
          let shown = try #require(edit.schema.table(link.end(beyond: table.key))).columns[0]
          #expect(column.data == link.data(showing: shown))
        }
      }
      // What the database gets back is the same; what changed is said.
      let read = GridTable(key: table.key.text, name: table.name, columns: table.columnsJSON, views: table.viewsJSON)
      #expect(read == table)
      #expect(old.table(table.key) == table || edit.changedTables.contains(table.key))
      _ = FilterGroup(of: table.views[0], in: table, FilterContext(now: .now, me: nil))
      _ = (
        Sort.list(of: table.views[0], in: table), RowReader(table), RowDefaults(table), RowWriter(table, form: .names)
      )
    }
    #expect(ends.values.allSatisfy { $0 == 2 })
    checkWhatIsSaid(of: edit, after: old)
  }

  private static func checkWhatIsSaid(of edit: SchemaEdit, after old: BaseSchema) {
    #expect(Set(edit.changedTables).count == edit.changedTables.count)
    #expect(edit.changedTables.allSatisfy { edit.schema.table($0) != nil })
    #expect(edit.deletedTables == old.tables.map(\.key).filter { edit.schema.table($0) == nil })
    // Cells of columns that are gone, or hold something else now, are not left behind.
    for table in old.tables {
      guard let new = edit.schema.table(table.key) else { continue }
      for column in table.columns where column.type.isStored && new.column(column.key) == nil {
        #expect(edit.rowChanges.contains(.deleteCells(column.key, table.key)))
      }
    }
  }

  @Test func `whatever the JSON is, a filter is read or refused`() throws {
    var chance = Chance(state: 5)
    let table = try edit(SchemaTests.everyType).first
    let context = FilterContext(now: .now, me: nil)
    let predicates = [
      "is", "is_not", "contains", "less", "equal", "has_any_of", "is_exactly", "is_within", "is_before", "is_empty",
      "include_me", "",
    ]
    let modifiers = ["today", "number_of_days_ago", "the_next_numbers_of_days", "this_month", "exact_date", "x", ""]
    var read = 0
    for _ in 0..<6000 {
      let filter = JSON.of([
        ("column_name", .string(table.columns[chance.below(table.columns.count)].name)),
        ("filter_predicate", .string(predicates[chance.below(predicates.count)])),
        ("filter_term", RandomJSON.value(&chance, depth: 1)),
        ("filter_term_modifier", .string(modifiers[chance.below(modifiers.count)])),
      ])
      let other = RandomJSON.value(&chance, depth: 0)
      let both = try? FilterGroup(request: [filter, other], .and, in: table, context)
      read += both?.filters.count ?? 0
      if let group = try? FilterGroup(request: [filter], .or, in: table, context) { read += group.filters.count }
    }
    #expect(read > 500)
  }

  @Test func `whatever the JSON is, a wish for a column is read or refused`() throws {
    var chance = Chance(state: 6)
    for _ in 0..<600 {
      let json = JSON.of(
        ["column_name", "column_type", "column_data", "anchor_column"].map { ($0, RandomJSON.value(&chance, depth: 2)) }
      )
      #expect(throws: SchemaError.self) { try NewColumn(json) }
      var edit = try edit([("S", .singleSelect, someOptions), ("P", .singleSelect, someOptions)])
      _ = try? edit.setCascade(parent: "S", child: "P", settings: RandomJSON.value(&chance, depth: 3), in: .first)
    }
  }
}
