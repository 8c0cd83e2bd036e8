import API
import Access
import Domain
import Foundation
import HTTP
import TestSupport
import Testing

extension Result where Failure == any Error {
  /// What a body returns, or throws.
  fileprivate init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}

extension World {
  /// The target of a request of which it does not matter.
  fileprivate var root: Target { get throws { try Target("/") } }
}

/// Files of bases: uploads, downloads, and what is left of them.
@Suite struct FilesTests {
  private static let asset = "/api/v2.1/dtable/app-asset/?path="
  private static let downloadLink = "/api/v2.1/dtable/app-download-link/?path="

  /// How many rows the tables of files have.
  private static func stored(_ world: World) async throws -> [Int] {
    var counts: [Int] = []
    for table in ["data_file", "data_content", "data_content_piece"] {
      counts.append(try await world.database.count(table))
    }
    return counts
  }

  private static func download(
    _ path: String, in world: World, headers: [Headers.HeaderName: String] = [:]
  ) async throws -> Answer {
    let link = try await world.call(.get, downloadLink + path, as: .apiTokenReader)
    let url = try #require(link["download_link"] as? String, "\(link.text)")
    #expect(url.hasPrefix(World.publicURL + "/seafhttp/files/"))
    return try await world.call(.get, String(url.dropFirst(World.publicURL.count)), headers: headers)
  }

  // MARK: Up and down

  @Test func `what is uploaded by a new link comes down as it was, to be saved`() async throws {
    try await World.with { world async throws in
      let link = try await world.call(.get, "/api/v2.1/dtable/app-upload-link/", as: .apiTokenWriter)
      let url = try #require(link["upload_link"] as? String)
      #expect(link["workspace_id"] as? Int == World.groupWorkspace)
      #expect(link["parent_path"] as? String == "/asset/\(World.projects)")
      let path = try #require(link["file_relative_path"] as? String)
      let bytes = Array("<script>alert(1)</script>".utf8)
      let secret = try #require(url.split(separator: "/").last.map(String.init))
      let taken = try await world.upload(bytes, named: "naïve page.html", to: secret, ["relative_path": path])
      #expect(taken.status == 200, "\(taken.text)")
      let entry = try #require((taken.json as? [[String: Any]])?.first)
      #expect(entry["name"] as? String == "naïve page.html" && entry["size"] as? Int == bytes.count)
      #expect((entry["id"] as? String)?.wholeMatch(of: /[0-9a-f]{40}/) != nil)
      let down = try await Self.download("/\(path)/na%C3%AFve%20page.html", in: world)
      #expect(down.status == 200 && down.text == String(decoding: bytes, as: UTF8.self))
      #expect(down.headers["Content-Type"] == "application/octet-stream")
      #expect(
        down.headers["Content-Disposition"]
          == "attachment; filename=\"na_ve page.html\"; filename*=UTF-8''na%C3%AFve%20page.html")
      #expect(down.headers["Content-Security-Policy"] == "default-src 'none'; sandbox")
      #expect(try await world.database.count("audit_log where operation = 'base_file_create'") == 1)
    }
  }

  @Test func `content of many pieces comes down whole and in parts`() async throws {
    try await World.with { world async throws in
      let text = String((0..<60_000).map { Character(Unicode.Scalar(UInt8(97 + $0 * 7 % 26))) })
      #expect(try await world.upload(Array(text.utf8), named: "long.txt").status == 200)
      #expect(try await world.database.count("data_content_piece where start > 0 and base_id = 1") > 1)
      let path = "files/2026-01/long.txt"
      let whole = try await Self.download(path, in: world)
      #expect(whole.text == text)
      let tag = try #require(whole.headers["ETag"])
      let all = text.count
      for (range, first, last) in [
        ("bytes=0-0", 0, 0), ("bytes=10-19", 10, 19), ("bytes=29990-30010", 29_990, 30_010),
        ("bytes=59990-", 59_990, all - 1), ("bytes=-7", all - 7, all - 1), ("bytes=0-999999999999", 0, all - 1),
        ("bytes=-99999999", 0, all - 1),
      ] {
        let part = try await Self.download(path, in: world, headers: [.range: range, .ifRange: tag])
        #expect(part.status == 206, "\(range)")
        #expect(part.text == String(Array(text)[first...last]), "\(range)")
        #expect(part.headers["Content-Range"] == "bytes \(first)-\(last)/\(all)")
      }
      for range in ["bytes=60000-", "bytes=60000-60001", "bytes=-0", "bytes=99999999999999999999-"] {
        let none = try await Self.download(path, in: world, headers: [.range: range])
        #expect(none.status == 416 && none.headers["Content-Range"] == "bytes */\(all)", "\(range)")
      }
      for range in ["bytes=5-2", "bytes=0-1,5-6", "lines=1-2", "bytes", "bytes=a-b", "bytes=-"] {
        #expect(try await Self.download(path, in: world, headers: [.range: range]).text == text, "\(range)")
      }
      let other = try await Self.download(path, in: world, headers: [.range: "bytes=0-1", .ifRange: "\"other\""])
      #expect(other.status == 200)
      #expect(try await Self.download(path, in: world, headers: [.ifNoneMatch: tag]).status == 304)
    }
  }

  @Test func `an empty file is a file`() async throws {
    try await World.with { world async throws in
      #expect(try await world.upload([], named: "empty.txt").status == 200)
      let down = try await Self.download("files/2026-01/empty.txt", in: world)
      #expect(down.status == 200 && down.text.isEmpty)
    }
  }

  @Test func `a name that is taken is numbered, also by uploads at the same time, or replaced`() async throws {
    try await World.with(connections: 16) { world async throws in
      let answers = try await world.fifty { number in
        try await world.upload(Array("\(number)".utf8), named: "report.tar.gz")
      }
      let names = answers.compactMap { ($0.json as? [[String: Any]])?.first?["name"] as? String }
      #expect(Set(names) == Set(["report.tar.gz"] + (1...49).map { "report.tar(\($0)).gz" }))
      let before = try await world.database.count("data_file where base_id = 1")
      let replaced = try await world.upload(Array("new".utf8), named: "report.tar.gz", ["replace": "1"])
      #expect(replaced.status == 200)
      #expect(try await Self.download("files/2026-01/report.tar.gz", in: world).text == "new")
      #expect(try await world.database.count("data_file where base_id = 1") == before)
      let size = try await world.call(.get, "/api/v2.1/dtable/\(World.projects)/size/", as: .groupOwner)
      let sum = try await world.database.count(
        "(select 1 from data_base where file_bytes = (select sum(size) from data_file where base_id = 1)) as own")
      #expect(sum == 1 && size.status == 200)
    }
  }

  // MARK: Hostile

  @Test(arguments: [
    ("..", false), (".", false), ("../x", false), ("a/b", false), ("a\\\\b", false), ("", false), (" ", false),
    ("%2e%2e", false), ("..%2f..", false), ("a\u{0}b", false), ("a\rb", false), ("a\u{202e}fdp.exe", false),
    ("a\u{200b}b", false), (String(repeating: "a", count: 256), false), (String(repeating: "a", count: 255), true),
    (String(repeating: "日", count: 255), true), ("con", true), ("NUL.txt", true), ("a%2fb", true), ("a%b", true),
    (".hidden", true), ("~", true), ("a;b=c", true), ("-rf", true), ("ａ", true), ("e\u{301}", true),
  ])
  func `names are kept as they are, or refused`(_ name: String, _ isTaken: Bool) async throws {
    try await World.with { world async throws in
      let before = try await Self.stored(world)
      let answer = try await world.upload(named: name)
      #expect(answer.status == (isTaken ? 200 : 400), "\(answer.text)")
      guard isTaken else {
        #expect(try await Self.stored(world) == before)
        return
      }
      let made = try #require((answer.json as? [[String: Any]])?.first?["name"] as? String)
      #expect(made == name)  // by what the characters mean: names are normalised
      let encoded = try #require(made.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
      #expect(try await Self.download("files/2026-01/\(encoded)", in: world).text == "some bytes")
      let shown = "/workspace/9/asset/\(World.projects)/files/2026-01/\(encoded)"
      #expect(try await world.call(.get, shown, as: .groupMember).text == "some bytes")
    }
  }

  @Test(arguments: [
    ["relative_path": "files/2026-1"], ["relative_path": "../../x"], ["relative_path": "files"],
    ["relative_path": "videos/2026-01"], ["relative_path": "files/2026-01/x"], ["relative_path": ""],
    ["relative_path": "custom/Box"], ["parent_dir": ""], ["parent_dir": "/asset/\(World.theirs)"], ["parent_dir": "/"],
    ["parent_dir": "/asset/\(World.projects)/custom"], ["parent_dir": "/asset/\(World.projects)/.."],
    ["replace": "2"], ["replace": "yes"], ["relative_path": String(repeating: "x", count: 9_000)],
  ])
  func `files go nowhere else`(_ fields: [String: String]) async throws {
    try await World.with { world async throws in
      let before = try await Self.stored(world)
      let answer = try await world.upload(to: World.uploadLink, fields)
      #expect(answer.status == 400, "\(answer.text)")
      #expect(try await Self.stored(world) == before)
    }
  }

  @Test func `nothing is left of a body that is cut off anywhere, or is larger than its limit`() async throws {
    try await World.with(setting: { $0.files.bytes = 100_000 }) { world async throws in
      let before = try await Self.stored(world)
      let head = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n"
      let place = """
        \r\n--edge\r\nContent-Disposition: form-data; name="parent_dir"\r\n\r\n/asset/\(World.projects)\r\n--edge\r\n\
        Content-Disposition: form-data; name="relative_path"\r\n\r\nfiles/2026-01\r\n--edge--\r\n
        """
      let body = Array((head + String(repeating: "x", count: 90_000) + place).utf8)
      func send(_ body: [UInt8]) async throws -> Answer {
        try await world.send(
          .post, "/seafhttp/upload-api/\(World.uploadLink)/", as: .nobody, type: "multipart/form-data; boundary=edge",
          body: body)
      }
      for tenth in 1..<10 {
        #expect(try await send(Array(body.prefix(body.count * tenth / 10))).status == 400, "\(tenth)")
        #expect(try await Self.stored(world) == before)
      }
      // The two hyphens behind the last boundary end the body.
      for end in (body.count - place.utf8.count..<body.count - 3).reversed().prefix(20) {
        #expect(try await send(Array(body.prefix(end))).status == 400)
      }
      let large = Array((head + String(repeating: "x", count: 100_001) + place).utf8)
      let refused = try await send(large)
      #expect(refused.status == 413 && refused.text.contains("100000 bytes"))
      #expect(try await Self.stored(world) == before)
      #expect(try await send(body).status == 200)
    }
  }

  @Test func `what is no form with one file is refused`() async throws {
    try await World.with { world async throws in
      let before = try await Self.stored(world)
      let path = "/seafhttp/upload-api/\(World.uploadLink)/"
      let part = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nx\r\n"
      for (type, body, status) in [
        ("application/json", "{}", 415), ("multipart/form-data", part, 400),
        ("multipart/form-data; boundary=edge", "", 415),
        ("multipart/form-data; boundary=edge", "preamble" + part + "--edge--", 400),
        ("multipart/form-data; boundary=edge", part + part + "--edge--", 400),
        ("multipart/form-data; boundary=edge", part.replacing("\"file\"", with: "\"other\"") + "--edge--", 400),
        ("multipart/form-data; boundary=edge", "--edge\r\nX: y\r\n\r\nx\r\n--edge--", 400),
        ("multipart/form-data; boundary=edge", "--edge--", 400),
      ] as [(String, String, Int)] {
        let answer = try await world.send(.post, path, as: .nobody, type: type, body: Array(body.utf8))
        #expect(answer.status == status || body.isEmpty && answer.status == 400, "\(body): \(answer.text)")
      }
      #expect(try await Self.stored(world) == before)
    }
  }

  // MARK: Links

  @Test func `a link is for one thing, for a while, and as long as its token`() async throws {
    try await World.with { world async throws in
      let down = "/seafhttp/files/\(World.downloadLink)/report.txt"
      #expect(try await world.call(.get, down).text == "first bytes")
      #expect(try await world.upload(to: World.downloadLink).status == 404)
      #expect(try await world.call(.get, "/seafhttp/files/\(World.uploadLink)/report.txt").status == 404)
      for guess in ["00000000-0000-0000-0000-000000000000", "x", World.downloadLink.uppercased()] {
        #expect(try await world.call(.get, "/seafhttp/files/\(guess)/report.txt").status == 404)
      }
      func both() async throws -> [Int] {
        [try await world.call(.get, down).status, try await world.upload().status]
      }
      for (change, undo, expected) in [
        (
          "update file_link set expires_at = now()", "update file_link set expires_at = now() + interval '1 hour'",
          [404, 404]
        ),
        ("update api_token set permission = 'r'", "update api_token set permission = 'rw'", [200, 404]),
        ("update api_token set expires_at = now()", "update api_token set expires_at = null", [404, 404]),
        ("update api_token set networks = '{203.0.113.0/24}'", "update api_token set networks = '{}'", [404, 404]),
        (
          "update base set deleted_at = now() where id = 1", "update base set deleted_at = null where id = 1",
          [404, 404]
        ),
        ("update api_token set generation = 2", "update api_token set generation = 1", [404, 404]),
        ("delete from data_file where base_id = 1", "select 1", [404, 200]),
        ("update api_token set revoked_at = now()", "select 1", [404, 404]),
      ] {
        #expect(try await both() == [200, 200])
        try await world.database.execute(change)
        #expect(try await both() == expected, "\(change)")
        try await world.database.execute(undo)
        if change.hasPrefix("delete") {
          _ = try await world.upload(Array("first bytes".utf8), named: "report.txt")
        }
      }
    }
  }

  @Test func `a link that ends while something is uploaded by it makes no file`() async throws {
    try await World.with { world async throws in
      let before = try await Self.stored(world)
      let root = try world.root
      let (uploader, app) = try await world.onLoop { app in
        let request = Request(id: "test", .post, root)
        let served = app.serving(request)
        return (try? await FileUploader.authorise(FileLinkSegment(World.uploadLink), request, served), served)
      }
      let link = try #require(uploader)
      try await world.database.execute("update file_link set expires_at = now()")
      let refused = try await world.onLoop { _ in
        do {
          let upload = try await Upload(app, by: link, upTo: 100)
          try await upload.add([1, 2, 3])
          _ = try await upload.finish(at: FilePlace(folder: "files/2026-01", name: "x"), replacing: false)
          return false
        } catch { return error as? Refusal == .notFound(.link) }
      }
      #expect(refused)
      // What was not discarded is deleted when nothing has happened to it for a while.
      #expect(try await Self.stored(world) != before)
      #expect(try await world.onLoop { try? await LooseContents($0).delete(after: 3600) } == 0)
      #expect(try await world.onLoop { try? await LooseContents($0).delete(after: 0) } == 1)
      #expect(try await Self.stored(world) == before)
    }
  }

  // MARK: Room

  @Test func `a team's files never take more room than it has, by uploads at the same time either`() async throws {
    let most: Int64 = 22 + 10 * 1_000
    try await World.with(connections: 16, setting: { ($0.files.ofTeam, $0.files.bytes) = (most, 1_000) }) {
      world async throws in
      let bytes = [UInt8](repeating: 120, count: 1_000)
      let answers = try await world.fifty { try await world.upload(bytes, named: "\($0).txt") }
      #expect(answers.allSatisfy { [200, 403].contains($0.status) })
      #expect(answers.first { $0.status == 403 }?.text.contains("may have \(most) bytes together") == true)
      var last = try await world.upload(bytes)
      while last.status == 200 { last = try await world.upload(bytes) }
      #expect(last.status == 403, "\(last.text)")
      let files = try await world.database.count("data_file where base_id = 1")
      #expect(files == 12)
      #expect(try await world.database.count("data_content where digest is null") == 0)
      let stored = try await world.database.count(
        "(select 1 from data_base where base_id = 1 and file_bytes = \(most)) as own")
      #expect(stored == 1)
      // Room is there again when something is deleted.
      let deleted = try await world.call(
        .delete, Self.asset + "/files/2026-01/report.txt", as: .apiTokenWriter)
      #expect(deleted.status == 200)
      #expect(try await world.upload(bytes).status == 403)  // it was too small
      let (name, _) = try #require(
        (answers.first { $0.status == 200 }?.json as? [[String: Any]])?.first?
          .first { $0.key == "name" }.map { ($0.value as? String ?? "", 0) })
      #expect(try await world.call(.delete, Self.asset + "/files/2026-01/\(name)", as: .apiTokenWriter).status == 200)
      #expect(try await world.upload(bytes).status == 200)
      // A copy takes as much room again.
      let copy = ["src_workspace_id": "9", "name": "Projects", "dst_workspace_id": "9"]
      let refused = try await world.call(.post, "/api/v2.1/dtable-copy/", as: .groupOwner, copy)
      #expect(refused.status == 403, "\(refused.text)")
    }
  }

  // MARK: What becomes of them

  @Test func `a copy has its own files, whose contents last as long as one of both names them`() async throws {
    try await World.with { world async throws in
      let address = "https://x.example/workspace/9/asset/\(World.projects)/files/2026-01/report.txt"
      #expect(
        try await world.grid(
          .post, "rows/", #"{"table_name": "Table2", "rows": [{"Name": "\#(address)"}]}"#
        ).status == 200)
      let copied = try await world.call(
        .post, "/api/v2.1/dtable-copy/", as: .groupOwner,
        ["src_workspace_id": "9", "name": "Projects", "dst_workspace_id": "9"])
      let uuid = try #require(copied["dtable", "uuid"] as? String)
      let shown = "/workspace/9/asset/\(uuid)/files/2026-01/report.txt"
      #expect(try await world.call(.get, shown, as: .groupMember).text == "first bytes")
      let cells = try await world.database.count(
        "data_row where base_id <> 1 and cells::text like '%//x.example/workspace/9/asset/\(uuid)/files/2026-01/report.txt%'"
      )
      #expect(cells == 1)
      let contents = try await world.database.count("data_content")
      let deleted = try await world.call(.delete, Self.asset + "files/2026-01/report.txt", as: .apiTokenWriter)
      #expect(deleted.status == 200)
      try await world.database.execute("delete from base where id = 1")
      for step in 1...2 {
        #expect(try await world.onLoop { try? await Contents($0).deleteLeftBehind() } == 1)
        #expect(try await world.onLoop { try? await LooseContents($0).delete(after: 0) } == (step == 1 ? 0 : 1))
        #expect(try await world.database.count("data_content") == contents - (step == 1 ? 0 : 1))
        guard step == 1 else { break }
        #expect(try await world.call(.get, shown, as: .groupMember).text == "first bytes")
        try await world.database.execute("delete from base where uuid = '\(uuid)'")
      }
      #expect(try await world.database.count("data_file where base_id <> 5") == 0)
      #expect(try await world.database.count("data_content_piece where base_id = 1") == 0)
    }
  }

  @Test func `files that no cell names are deleted after a while, and no others`() async throws {
    try await World.with { world async throws in
      let names = [
        "plain.txt", "wéird name.txt", "a%2fb.txt", "encoded?.txt", "in text.png", "second.png", "unnamed.txt",
      ]
      for name in names { #expect(try await world.upload(named: name).status == 200, "\(name)") }
      let root = "/workspace/9/asset/\(World.projects)/files/2026-01/"
      let texts = [
        root + "plain.txt", "https://x" + root + "w%C3%A9ird%20name.txt", root + "a%2fb.txt",
        root + "encoded%3F.txt?dl=1", "![](\(root)in%20text.png) and <img src='\(root)second.png'>, \(root)",
      ]
      for text in texts {
        let added = try await world.grid(
          .post, "rows/", #"{"table_name": "Table2", "rows": [{"Name": "\#(text)"}]}"#)
        #expect(added.status == 200)
      }
      func left() async throws -> Int { try await world.database.count("data_file where base_id = 1") }
      let before = try await left()
      func clear() async throws -> Int {
        try await world.onLoop { app in await Result { try await UnusedFiles(app).delete(afterDays: 7) } }.get()
      }
      #expect(try await clear() == 0)
      try await world.database.execute("update data_file set named_at = now() - interval '6 days' where base_id = 1")
      #expect(try await clear() == 0)
      try await world.database.execute(
        "update data_file set named_at = now() - interval '8 days' where base_id = 1; update data_base set files_seen_at = null"
      )
      // report.txt of the World is named by no cell either, but in its custom folder.
      #expect(try await clear() == 2)
      #expect(try await left() == before - 2)
      #expect(try await world.database.count("data_file where name = 'unnamed.txt'") == 0)
      #expect(try await world.database.count("data_file where base_id = 5") == 2)
      #expect(try await world.database.count("audit_log where operation = 'base_file_delete'") == 2)
      #expect(try await clear() == 0)
    }
  }

  @Test func `custom folders have what was uploaded into them, and nothing else`() async throws {
    try await World.with { world async throws in
      let custom = "/api/v2.1/dtable/custom/"
      let link = try await world.call(.get, custom + "app-upload-link/?path=/Box/Deep", as: .apiTokenWriter)
      let secret = try #require(
        (link["dirent", "upload_link"] as? String)?.split(separator: "/").last.map(String.init))
      #expect(link["upload_link"] as? String == link["dirent", "upload_link"] as? String)
      let fields = ["parent_dir": "/asset/\(World.projects)/custom", "relative_path": "/Box/Deep"]
      for wrong in ["/Box", "/", "/Box/Deep/er", "files/2026-01"] {
        let refused = try await world.upload(to: secret, fields.merging(["relative_path": wrong]) { $1 })
        #expect(refused.status == 400, "\(wrong)")
      }
      #expect(try await world.upload(named: "b.pdf", to: secret, fields).status == 200)
      let list = try await world.call(.get, custom + "app-asset-dir/?path=/Box", as: .apiTokenReader)
      #expect(list.text == #"{"dir":[{"name":"Deep"}],"file":[{"name":"report.txt"}]}"#)
      let root = try await world.call(.get, custom + "app-asset-dir/?path=/", as: .apiTokenReader)
      #expect(root.text == #"{"dir":[{"name":"Box"}],"file":[]}"#)
      let about = try await world.call(
        .get, custom + "app-asset-file/?path=/Box/Deep/&name=b.pdf", as: .apiTokenReader)
      #expect(about["dirent", "obj_name"] as? String == "b.pdf" && about["dirent", "file_size"] as? Int == 10)
      let file = custom + "app-asset-file/?path=/Box/Deep/b.pdf"
      #expect(try await world.call(.delete, file, as: .apiTokenReader).status == 403)
      #expect(try await world.call(.delete, file, as: .apiTokenWriter).status == 200)
      #expect(try await world.call(.delete, file, as: .apiTokenWriter).status == 404)
      for path in ["/../x", "/Box/%2e%2e", String(repeating: "/x", count: 21)] {
        #expect(try await world.call(.get, custom + "app-upload-link/?path=\(path)", as: .apiTokenWriter).status == 400)
      }
    }
  }
}
