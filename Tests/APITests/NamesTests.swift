import Access
import HTTP
import Postgres
import TestSupport
import Testing

@testable import API
@testable import Domain
@testable import Grid

/// Which names are valid, and where they lead in a path.
@Suite struct Names {
  /// Texts that are no valid name of any kind.
  static let bad = [
    ".", "..", "./\u{338}x", "..%2f\u{301}", "a/..\\\u{301}", "%2e%2f\u{301}x", "%2e", ".%2E", "a/../b",
    "a\\..\\b", "..%2fb", " ", "\u{a0}\u{3000}", "\u{200b}", "a\u{200b}b",
    "\u{feff}a", "so\u{ad}ft", "\u{2800}", "\u{3164}", "\u{115f}a", "\u{34f}a", "a\u{202e}b", "a\u{2066}b", "\u{200d}",
    "a\u{200d}b", "a\u{200c}b", "a\u{fe0f}", "a\u{e0041}b", "\u{fffc}", "a\u{7}b", "a\u{2028}b", "a\u{85}b",
    "a\u{e000}",
    String(repeating: "x", count: 256),
  ]

  @Test(arguments: bad)
  func `a text that is invisible, or leads elsewhere in a path, is not a name`(_ text: String) async throws {
    #expect(DisplayName(text) == nil && BaseName(text) == nil && GroupName(text) == nil)
    guard text.unicodeScalars.count < 256, !["a\u{fe0f}", "a\u{e000}"].contains(text) else { return }
    guard !text.unicodeScalars.contains(where: { (0x200c...0x200d).contains($0.value) }) else { return }
    try await TestDatabase.with { database in
      let isName = try await database.isName(text)
      #expect(!isName, "the database takes it")
    }
  }

  @Test(arguments: [
    "CRM & Sales (1)", "v1.2...", "CI/CD", ".env", "50%", "%2", "Ärzte", "山田　太郎", "👩‍💻 team", "❤️", "1️⃣", "👍🏽",
    "میخواهم ‌می",
    "می‌خواهم", "क्‍ष", "ന്‍", "葛󠄀城", "ᠭᠠᠷ᠋", "שלום", "Zürich…", "a\u{a0}b", "..;",
  ])
  func `names in all languages are accepted`(_ text: String) async throws {
    let isMixed = text.hasPrefix("میخواهم")  // a joiner after a blank joins nothing
    #expect((DisplayName(text) == nil) == isMixed)
    try await TestDatabase.with { database in
      let isName = try await database.isName(text)
      #expect(isName)
    }
  }

  @Test func `groups may have joiners where their letters need them`() {
    #expect(GroupName("می‌خواهم") != nil)
    #expect(GroupName("क्‍ष") != nil)
    #expect(GroupName("a\u{200c}b") == nil)
    #expect(GroupName("Sales & Co") == nil)
  }

  /// Every character, inside a name.
  @Test func `the database and the service agree on every assigned character`()
    async throws
  {
    try await TestDatabase.with { database in
      var byDatabase: Set<Int64> = []
      // The planes with characters in use, and those with ignorable ones.
      let planes: [ClosedRange<Int64>] = [1...0xd7ff, 0xe000...0xffff, 0x1_0000...0x1_ffff, 0xe_0000...0xe_ffff]
      for plane in planes {
        byDatabase.formUnion(
          try await database.numbers(
            """
            select number as value from generate_series(\(plane.lowerBound)::bigint, \(plane.upperBound)::bigint) as number
            where not is_name('a' || chr(number::integer) || 'b')
            """))
      }
      for scalar in planes.joined().compactMap({ Unicode.Scalar(UInt32($0)) }) {
        let isRefused = byDatabase.contains(Int64(scalar.value))
        if isRefused { #expect(!isPrintable(scalar), "U+\(String(scalar.value, radix: 16))") }
        guard !isPrintable(scalar), !isRefused else { continue }
        let mayBelong: [ClosedRange<UInt32>] = [0x180b...0x180f, 0x200c...0x200d, 0xfe0e...0xfe0f, 0xe0100...0xe01ef]
        let isUnknown = [.unassigned, .privateUse].contains(scalar.properties.generalCategory)
        #expect(
          isUnknown || mayBelong.contains { $0.contains(scalar.value) }, "U+\(String(scalar.value, radix: 16))")
      }
    }
  }

  @Test func `service and database agree on every text of dots, slashes and their escapes`() async throws {
    let parts = [".", "%2e", "%2E", "/", "\\", "%2f", "%5C", "a"]
    var texts = parts
    for _ in 1...3 { texts += texts.suffix(512).flatMap { text in parts.map { text + $0 } } }
    texts = Array(Set(texts)).sorted()
    #expect(texts.count > 1000)
    try await TestDatabase.with { [texts] database in
      let names: [Only<String>] = try await database.db.onLoop {
        try await $0.rows("select name as value from unnest(\(texts)::text[]) as name where is_name(name)")
      }
      #expect(Set(names.map(\.value)) == Set(texts.filter { DisplayName($0) != nil }))
    }
  }

  // MARK: Paths

  /// Values that people choose for path variables, and whether they are allowed.
  private static func isAllowed(_ name: String, for variable: String) -> Bool? {
    switch variable {
    case "base_name": BaseName(name) != nil
    case "app_name": DisplayName(name) != nil
    case "view_name": viewName(name) != nil
    case "file_name": FileName(name) != nil
    case "external_link_token": !name.isEmpty && name.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x2d || $0 == 0x5f }
    // The service generates these.
    case "workspace_id", "group_id", "org_id", "base_id", "folder_id", "token_id", "trashed_base_id", "user_id",
      "group_member", "base_uuid", "invite_link_token", "invitation_id", "row_id", "file_link", "asset_folder",
      "asset_month":
      nil
    default: preconditionFailure("who chooses {\(variable)}?")
    }
  }

  private static let hostile: [String] = {
    let dots = [".", "..", "%2e", "%2E%2e", ".%2e", "%2e.", "..;", "...", "%252e", "%252e%252e"]
    let walks = dots.flatMap {
      ["\($0)/", "/\($0)", "a/\($0)", "a/\($0)/\($0)", "\($0)\\", "a\\\($0)\\b", "\($0)%2f\($0)"]
    }
    let literals = Set(routes.flatMap { $0.path.split(separator: "/").filter { !$0.hasPrefix("{") } }.map(String.init))
    return dots + walks + literals.sorted().flatMap { [$0, "a/\($0)", "../\($0)", "a/../\($0)"] }
      + ["/", "//", "\\", "a/b", "a\\b", " ", "?", "#", "a?b", "a#b", ";", "%", "%2f", "%5c"]
  }()

  @Test func `no valid name turns a path into another route, whoever normalises it`() throws {
    let router = Router(routes)
    var count = 0
    for route in routes {
      let segments = route.path.split(separator: "/").map(String.init)
      for (place, segment) in segments.enumerated() where segment.hasPrefix("{") {
        for name in Self.hostile where Self.isAllowed(name, for: String(segment.dropFirst().dropLast())) == true {
          for spelling in [encoded(name), encoded(name, but: "/"), encoded(name, but: "/\\%")] {
            var path = segments.map { $0.hasPrefix("{") ? "1" : $0 }
            path[place] = spelling
            let raw = "/" + path.joined(separator: "/") + "/"
            let byProxy = folded(decoded(raw)).split(separator: "/").map { encoded(String($0)) }.joined("/")
            for folded in [folded(raw), byProxy] {
              count += 1
              guard let target = try? Target(folded),
                case .route(let found, _) = router.find(route.method, target.segments)
              else { continue }
              #expect(found.operation == route.operation, "\(name) as \(spelling): \(folded)")
            }
          }
        }
      }
    }
    #expect(count > 10_000)
  }

  /// Shows that the test above can fail.
  @Test func `a name of two dots would turn the deletion of a token into that of its base`() throws {
    let router = Router(routes)
    let path = folded("/api/v2.1/org/1/admin/dtables/1/api-tokens/%2e%2e/")
    guard case .route(let found, _) = router.find(.delete, try Target(path).segments) else {
      Issue.record("\(path) is nothing")
      return
    }
    #expect(found.operation == "teamDeleteBase")
  }
}

extension TestDatabase {
  fileprivate func isName(_ text: String) async throws -> Bool {
    let found: Only<Bool>? = try await db.onLoop { try await $0.row("select is_name(\(text)) as value") }
    return found?.value ?? false
  }

  fileprivate func numbers(_ sql: SQL) async throws -> [Int64] {
    let rows: [Only<Int64>] = try await db.onLoop { try await $0.rows(sql) }
    return rows.map(\.value)
  }
}

private struct Only<Value: PostgresDecodable>: RowDecodable {
  let value: Value
  init(_ row: Row) throws(PostgresError) { value = try row["value"] }
}

extension [String] {
  fileprivate func joined(_ separator: String) -> String { "/" + joined(separator: separator) }
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
}

/// Encodes like `encodeURIComponent`, except for some characters, which careless clients leave as they are.
func encoded(_ text: String, but kept: String = "") -> String {
  text.utf8.map { byte in
    let isPlain = isAlphanumeric(byte) || "-_.~".utf8.contains(byte) || kept.utf8.contains(byte)
    return isPlain ? String(UnicodeScalar(byte)) : "%" + String(Int(byte) + 0x100, radix: 16).suffix(2)
  }.joined()
}

/// Decodes a path as proxies do before they normalise it.
private func decoded(_ path: String) -> String {
  var text = path
  for (escape, character) in [("%2e", "."), ("%2f", "/"), ("%5c", "\\")] {
    text = text.replacing(escape, with: character).replacing(escape.uppercased(), with: character)
  }
  return text
}

/// Normalises a path as in the URL Standard of WHATWG, which includes RFC 3986, 5.2.4.
private func folded(_ path: String) -> String {
  var segments: [String] = []
  let parts = path.replacing("\\", with: "/").split(separator: "/", omittingEmptySubsequences: false).dropFirst()
  for (index, part) in parts.enumerated() {
    let isLast = index == parts.count - 1
    switch part.lowercased().replacing("%2e", with: ".") {
    case "..":
      _ = segments.popLast()
      if isLast { segments.append("") }
    case ".": if isLast { segments.append("") }
    default: segments.append(String(part))
    }
  }
  return segments.joined("/")
}
