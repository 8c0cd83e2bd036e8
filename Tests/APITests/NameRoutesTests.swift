import API
import Foundation
import HTTP
import TestSupport
import Testing

/// Every route that takes a name, with every bad name. The test finds these routes by what they store: new routes and
/// fields are included without being listed here.
@Suite struct NameRoutes {
  /// A field of a route, and the column that stores it.
  private struct Field: Hashable {
    let name: String
    let column: String
  }

  /// Columns that may hold any text, because they are not names.
  private static let free: Set = ["api_token.note"]

  @Test(arguments: routes.filter { $0.method != .get }.map(Example.init))
  func `a bad name is refused in every stored field, in each of the three encodings`(_ example: Example) async throws {
    guard let fields = try await Self.kept.value[example.route.operation], !fields.isEmpty else { return }
    try await World.with { world in
      let caller = try Self.caller(of: example)
      let before = try await world.database.fingerprint()
      for field in fields where !Self.free.contains(field.column) {
        for name in Names.bad {
          for encoding in Encoding.allCases {
            let answer = try await world.call(
              example.route.method, example.path, as: caller, example.fields.merging([field.name: name]) { $1 },
              encoding)
            #expect(answer.status == 400, "\(field.name) as \(encoding): \(name.debugDescription), \(answer.text)")
            #expect((answer["error_msg"] as? String)?.hasPrefix("\(field.name) invalid") == true, "\(answer.text)")
          }
        }
      }
      let after = try await world.database.fingerprint()
      #expect(after == before)
    }
  }

  @Test func `the fields that are found are the names`() async throws {
    var found: [String: Set<String>] = [:]
    for (operation, fields) in try await Self.kept.value {
      for field in fields { found[field.column, default: []].insert(operation) }
    }
    #expect(found["base.name"]?.isSuperset(of: ["createBase", "updateBase"]) == true)
    #expect(found["folder.name"]?.isSuperset(of: ["createFolder", "updateFolder"]) == true)
    #expect(found["api_token.app_name"]?.isSuperset(of: ["createApiToken", "teamCreateApiToken"]) == true)
    #expect(
      found["user_group.name"]?.isSuperset(
        of: ["createGroup", "updateGroup", "teamAddGroup", "teamUpdateGroup", "systemCreateGroup"]) == true)
    #expect(found["team.name"] == ["systemAddTeam", "systemUpdateTeam", "teamUpdateTeam"])
    #expect(
      found["account.name"]?.isSuperset(
        of: [
          "updateUserInfo", "teamAddUser", "teamUpdateUser", "systemAddNewUser", "systemUpdateUser", "systemAddTeam",
        ])
        == true)
    #expect(found["account.email"]?.isSuperset(of: ["updateEmailAddress", "teamAddUser", "systemAddTeam"]) == true)
    #expect(found["account.login_id"] == ["systemUpdateUser"])
    #expect(found["base_link.handle"] == ["createBaseExternalLink"])
    #expect(found["account_token.name"]?.contains("createAccountToken") == true)
  }

  /// Calling these with an unknown link is a guess: it is counted and throttled.
  private static let guessed: Set = ["getBaseTokenWithExternalLink", "openExternalLink"]

  private static let chosen = [
    "base_name": "Projects", "app_name": "reader", "external_link_token": World.externalLink,
  ]

  @Test(arguments: routes.filter { route in chosen.keys.contains { route.path.contains("{\($0)}") } }.map(Example.init))
  func `a bad name in a path finds nothing`(_ example: Example) async throws {
    try await World.with { world in
      let caller = try Self.caller(of: example)
      let isGuess = Self.guessed.contains(example.route.operation)
      let before = try await world.database.fingerprint()
      for (variable, value) in Self.chosen where example.route.path.contains("{\(variable)}") {
        for bad in Names.bad {
          let path = example.path.replacing("/\(value)/", with: "/\(encoded(bad))/")
          #expect(path != example.path)
          let answer = try await world.call(example.route.method, path, as: caller, example.fields)
          #expect(
            answer.status == 404 || isGuess && answer.status == 429, "\(bad.debugDescription): \(answer.text)")
        }
      }
      let after = try await world.database.fingerprint()
      #expect(after == before || isGuess)
    }
  }

  @Test(arguments: ["name", "id_in_org", "unit", "login_id", "role", "email"])
  func `a line with a bad name makes no account`(_ column: String) async throws {
    try await World.with { world in
      // Blanks around a value are not part of it.
      let bad = Names.bad.filter { $0.contains { !$0.isWhitespace } }
      let lines = bad.enumerated().map { number, name in
        let field = "\"\(name.replacing("\"", with: "\"\""))\""
        return column == "email" ? "\(field),a new password," : "new\(number)@example.com,a new password,\(field)"
      }
      let second = column == "email" ? "name" : column
      let file = (["email,password,\(second)"] + lines).joined(separator: "\n")
      let before = try await world.database.count("account")
      let answer = try await world.importUsers(file, as: .systemAdmin)
      let failed = try #require(answer["failed"] as? [[String: Any]])
      #expect(failed.count == bad.count)
      #expect(failed.allSatisfy { $0["error_msg"] as? String == "\(column) invalid." }, "\(answer.text)")
      let after = try await world.database.count("account")
      #expect(after == before)
    }
  }

  /// Names that differ only invisibly, or by whitespace.
  @Test func `a name that looks like a taken one is taken, too`() async throws {
    try await World.with { world async throws in
      let persian = ("می‌خواهم", "میخواهم")
      let bases = "/api/v2.1/dtables/"
      let place = ["workspace_id": "9"]
      for (name, like) in [persian, ("Q1 2026", "Q1\u{a0}2026"), ("❤️", "❤")] {
        let base = place.merging(["name": name]) { $1 }
        #expect(try await world.call(.post, bases, as: .groupOwner, base).status == 201)
        let other = try await world.call(.post, bases, as: .groupOwner, place.merging(["name": like]) { $1 })
        #expect(other.status == 400 && other["error_msg"] as? String == "Table name already exists.")
        _ = try await world.makeAPIToken(name)
        let token = ["app_name": like, "permission": "r"]
        let second = try await world.call(.post, World.apiTokens, as: .groupOwner, token)
        #expect(second.status == 400 && second["error_msg"] as? String == "app_name already exists.")
        let folders = "/api/v2.1/workspace/9/folders/"
        _ = try await world.call(.post, folders, as: .groupOwner, ["name": name])
        let folder = try await world.call(.post, folders, as: .groupOwner, ["name": like])
        #expect(folder["folder", "name"] as? String == "\(like) (1)")
      }
      let groups = "/api/v2.1/groups/"
      #expect(try await world.call(.post, groups, as: .groupOwner, ["name": persian.0]).status == 201)
      let group = try await world.call(.post, groups, as: .groupOwner, ["name": persian.1])
      #expect(group["error_msg"] as? String == "There is already a group with that name.")
    }
  }

  // MARK: Finding out

  private static func caller(of example: Example) throws -> Caller {
    try #require(try Authorisation.admitted(to: example).min { $0.rawValue < $1.rawValue })
  }

  /// The names of the fields that the sources read.
  private static let words: [String] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/API").standardized
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    var words: Set<String> = []
    for file in files?.compactMap({ $0 as? URL }) ?? [] where file.pathExtension == "swift" {
      let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
      for line in text.split(separator: "\n") where line.contains(/fields|body\(\)|OrQuery\(\)|Fields/) {
        for match in line.matches(of: /"([a-z][a-z0-9_]*)"/) { words.insert(String(match.1)) }
      }
    }
    return words.sorted()
  }()

  /// The fields that each operation stores, determined once.
  private static let kept = Task {
    try await withThrowingTaskGroup(of: (String, Set<Field>).self) { group in
      for example in routes.filter({ $0.method != .get }).map(Example.init)
      where !["confirmTwoFactor", "systemImportUsers"].contains(example.route.operation) {
        group.addTask { (example.route.operation, try await kept(by: example)) }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
  }

  /// Sends a unique mark in every possible field, drops the refused ones until the rest succeeds, and looks where the
  /// marks are stored.
  private static func kept(by example: Example) async throws -> Set<Field> {
    #expect(words.count > 40 && words.contains("admin_name") && words.contains("new_group_name"))
    var found: Set<Field> = []
    try await World.with { world in
      let caller = try Self.caller(of: example)
      let marks = Dictionary(uniqueKeysWithValues: words.enumerated().map { ($1, "zz\(100_000 + $0)q") })
      var fields = marks
      for attempt in 0...(3 * words.count) {
        #expect(attempt < 3 * words.count, "\(example.route.operation) takes nothing")
        let answer = try await world.call(example.route.method, example.path, as: caller, fields)
        if answer.status < 300 { break }
        let text = answer.text
        let refused = words.first { word in
          fields[word]?.hasPrefix("zz") == true
            && (text.contains("\"\(word) invalid") || text.contains("The \(word) is wrong.")
              || fields[word].map { text.contains($0) } == true)
        }
        if let refused {
          let isAddress = fields[refused]?.contains("@") == true
          fields[refused] = isAddress ? example.fields[refused] : marks[refused].map { "\($0)@example.com" }
        } else {
          // A refusal that names no field: the fields of the example are kept, and the others dropped.
          let next =
            words.first { fields[$0]?.hasPrefix("zz") == true && example.fields[$0] != nil }
            ?? words.first { fields[$0]?.hasPrefix("zz") == true }
          guard let next else { break }
          fields[next] = example.fields[next]
        }
      }
      let byMark = Dictionary(uniqueKeysWithValues: marks.map { ($1, $0) })
      for place in try await world.database.places(of: "zz[0-9]+q") {
        if let word = byMark[place.match] { found.insert(Field(name: word, column: place.column)) }
      }
    }
    return found
  }
}
