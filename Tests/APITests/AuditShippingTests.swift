import Access
import Foundation
import Ground
import HTTP
import Postgres
import Synchronization
import TestSupport
import Testing

/// What was written to the output.
private final class Output: Sendable {
  struct Broken: Error {}
  private let collected = Mutex<[String]>([])

  var lines: [String] { collected.withLock { $0 } }
  /// Team and number of each entry, in the order in which they were written.
  var entries: [String] { places(of: "operation") }
  var heads: [String] { lines.filter { $0.hasPrefix("head ") } }

  private func places(of member: String) -> [String] {
    lines.compactMap { line in
      let fields = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      guard let fields, fields[member] != nil, let team = fields["team"], let number = fields["number"] else {
        return nil
      }
      return "\(team)/\(number)"
    }
  }

  func write(_ lines: [AuditShipping.OutputLine]) {
    let texts = lines.map { line in
      switch line {
      case .entry(let entry):
        var json = JSONWriter()
        json.object { entry.write(to: &$0) }
        return String(decoding: json.bytes, as: UTF8.self)
      case .head(let head): return "head \(head.chain)/\(head.count) \(head.hash)"
      }
    }
    collected.withLock { $0 += texts }
  }
}

@Suite struct AuditShippings {
  private static func ship(_ world: World, to output: Output, failing: Bool = false) async throws -> [String] {
    let watch = SecurityWatch()
    let failure = try await watch.collect {
      try await world.onLoop { app -> String? in
        let shipping = AuditShipping(app) {
          if failing { throw Output.Broken() }
          output.write($0)
        }
        do { try await shipping.ship() } catch { return "\(error)" }
        return nil
      }
    }
    #expect((failure != nil) == failing, "\(failure ?? "")")
    return watch.lines
  }

  private static func makeGroup(_ name: String, _ world: World) async throws {
    let made = try await world.call(.post, "/api/v2.1/groups/", as: .groupOwner, ["name": name])
    #expect(made.status == 201, "\(made.text)")
  }

  @Test func `it begins with the heads, and then has each entry once, in order`() async throws {
    try await World.with { world async throws in
      let output = Output()
      #expect(try await Self.ship(world, to: output).isEmpty)
      #expect(output.entries.isEmpty)
      let chains = try await world.database.count("audit_chain")
      #expect(output.heads.count == chains)
      let before = try await world.database.count("audit_log where chain = 1")
      for number in 1...3 { try await Self.makeGroup("Group \(number)", world) }
      let all = try await world.database.count("audit_log where chain = 1")
      #expect(try await Self.ship(world, to: output).isEmpty)
      #expect(output.entries == (before + 1...all).map { "1/\($0)" })
      let entry = try #require(output.lines.first { $0.contains(#""operation":"group_create""#) })
      #expect(entry.contains(#""actor":1,"#) && entry.contains(#""request_id":"test""#))
      let hash = String(entry.suffix(66).prefix(64))
      #expect(try await world.database.count("audit_log where hash = decode('\(hash)', 'hex')") == 1)
      _ = try await Self.ship(world, to: output)
      #expect(output.entries.count == Int(all - before))
    }
  }

  @Test func `what could not be written is written the next time`() async throws {
    try await World.with { world async throws in
      let output = Output()
      _ = try await Self.ship(world, to: output)
      try await Self.makeGroup("Delayed", world)
      _ = try await Self.ship(world, to: output, failing: true)
      #expect(output.entries.isEmpty)
      _ = try await Self.ship(world, to: output)
      let late = try await world.database.count("audit_log where chain = 1") - (output.entries.count - 1)
      #expect(output.entries.first == "1/\(late)" && !output.entries.isEmpty)
    }
  }

  @Test func `several at once write each entry once, and all of a large backlog`() async throws {
    try await World.with { world async throws in
      let output = Output()
      _ = try await Self.ship(world, to: output)
      try await world.database.execute(
        """
        insert into user_group (team_id, name) select team, 'group ' || n
        from generate_series(1, 700) n, (values (1), (2)) as own (team)
        """)
      let due = try await world.database.count("audit_log where detail ->> 'name' like 'group %'")
      #expect(due >= 1400)
      try await withThrowingTaskGroup { group in
        for _ in 1...4 { group.addTask { _ = try await Self.ship(world, to: output) } }
        try await group.waitForAll()
      }
      _ = try await Self.ship(world, to: output)
      let entries = output.entries
      #expect(Set(entries).count == entries.count && entries.count >= Int(due))
      for team in ["1", "2"] {
        let own = entries.filter { $0.hasPrefix(team + "/") }.compactMap { Int($0.dropFirst(2)) }
        #expect(own == own.sorted() && own.last.map { $0 - own[0] } == own.count - 1)
      }
    }
  }

  @Test func `the heads are written each hour`() async throws {
    try await World.with { world async throws in
      let output = Output()
      _ = try await Self.ship(world, to: output)
      let first = output.heads
      _ = try await Self.ship(world, to: output)
      #expect(output.heads == first)
      try await world.database.execute("update audit_shipment set head_at = head_at - interval '61 minutes'")
      _ = try await Self.ship(world, to: output)
      #expect(output.heads.count == 2 * first.count && Set(output.heads) == Set(first))
    }
  }

  @Test(arguments: [
    "operation = 'group_delete'", "previous_hash = '\\x00'", #"detail = detail || '{"entry": 1}'"#,
  ])
  func `an entry that was changed before it was written is told, once`(_ change: String) async throws {
    try await World.with { world async throws in
      let output = Output()
      _ = try await Self.ship(world, to: output)
      try await Self.makeGroup("Changed", world)
      try await world.database.execute(
        """
        set session_replication_role = replica;
        update audit_log set \(change) where id = (select max(id) from audit_log where chain = 1);
        reset session_replication_role
        """)
      let told = try await Self.ship(world, to: output)
      #expect(told.count == 1 && told.first?.contains(#""event":"audit_broken""#) == true, "\(told)")
      #expect(told.first?.contains("of team 1") == true)
      #expect(try await Self.ship(world, to: output).isEmpty)
    }
  }

  @Test(arguments: [
    "update audit_chain set hash = '\\x00' where chain = 1", "update audit_chain set number = 0 where chain = 1",
  ])
  func `a head that was changed after its entries were written is told`(_ change: String) async throws {
    try await World.with { world async throws in
      let output = Output()
      _ = try await Self.ship(world, to: output)
      try await world.database.execute(
        "\(change); update audit_shipment set head_at = head_at - interval '61 minutes'")
      let told = try await Self.ship(world, to: output)
      #expect(told.count == 1 && told.first?.contains(#""event":"audit_broken""#) == true, "\(told)")
    }
  }
}
