import Glibc
import Ground
import Postgres
import Testing

@testable import API
@testable import Access
@testable import Crypto
@testable import Domain
@testable import Grid
@testable import HTTP
@testable import Query

/// Untrusted input costs no more than its size: whatever a parser reads or a writer writes, twice as much takes at most
/// two and a half times the CPU time.
@Suite struct CostTests {
  /// An operation on an input of a given size, and the largest size.
  struct Work: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let most: Int
    let prepare: @Sendable (Int) -> @Sendable () -> Void
  }

  @Test(arguments: (bodies + headers + values + [writers, rows, statements]).flatMap(\.self))
  func `twice the input costs at most two and a half times as much`(_ work: Work) {
    var size = work.most
    while size >= 1024 {
      let (half, whole) = (work.prepare(size / 2), work.prepare(size))
      // Small inputs are repeated often enough to be measured. Other tests run at the same time: the minimum of several
      // runs counts, or the median of the ratios of neighbouring pairs, because each of them may have been disturbed.
      let times = max(1, 8192 / size)
      var (small, large) = (UInt64.max, UInt64.max)
      var ratios: [Double] = []
      var ratio = Double.infinity
      while ratio > 2.5, ratios.count < 75 {
        let pair = (cost(half, times), cost(whole, times))
        (small, large) = (min(small, pair.0), min(large, pair.1))
        ratios.append(Double(pair.1) / Double(pair.0))
        ratio = min(Double(large) / Double(small), ratios.count < 9 ? .infinity : ratios.sorted()[ratios.count / 2])
      }
      #expect(ratio <= 2.5, "\(size) bytes take \(large / UInt64(times)) ns, half of them \(small / UInt64(times))")
      size /= 4
    }
  }

  private func cost(_ body: () -> Void, _ times: Int) -> UInt64 {
    let start = threadTime()
    for _ in 0..<times { body() }
    return threadTime() - start
  }

  /// The CPU time of this thread in nanoseconds.
  private func threadTime() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  private static let header = 16_384
  /// The size that an unoptimised build can handle; `Tests/Client/test_cost.py` tests the limit itself on the program.
  private static let body = 65_536

  // MARK: Bodies

  private static let bodies: [[Work]] = [
    works("JSON", body, WorstInput.json) { _ = try? fields("application/json", $0) },
    works("form", body, WorstInput.forms) { read(try? fields("application/x-www-form-urlencoded", $0)) },
    works("multipart", body, WorstInput.multipart) { read(try? fields(multipart, $0)) },
    works("CSV", body, WorstInput.csv) { _ = try? UserFile.table(in: $0) },
  ]

  private static let multipart = "multipart/form-data; boundary=x"

  private static func fields(_ type: String, _ body: [UInt8]) throws -> Fields {
    try Fields(bodyOf: request(type, body))
  }

  private static func request(_ type: String, _ body: [UInt8]) throws -> Request {
    var request = Request(id: "cost", .post, try Target("/"), body: body)
    request.headers[.contentType] = type
    return request
  }

  /// Reads fields as handlers do.
  private static func read(_ fields: Fields?) {
    _ = (fields?.has("a"), try? fields?.texts("a", 0...255), try? fields?.optionalText("a", 0...255))
    _ = (try? fields?.optionalBoolean("a"), try? fields?.optionalInteger("a", 0...9), try? fields?.file("a"))
  }

  // MARK: Headers

  private static let headers: [[Work]] = [
    works("path and query", 8192, WorstInput.texts) { bytes in
      guard let target = try? Target("/a\(string(bytes))/b?" + string(bytes)) else { return }
      _ = (router.find(.get, target.segments), try? Fields(query: target.query))
    },
    works("path", 8192, WorstInput.paths) { bytes in
      guard let target = try? Target(string(bytes)) else { return }
      _ = router.find(.get, target.segments)
    },
    works("absolute target", 8192, WorstInput.texts) { _ = try? Target("http://" + string($0)) },
    works("content type", header, WorstInput.texts) { _ = MediaType(string($0)) },
    works("its parameter", header, WorstInput.texts) { _ = MediaType("a/b; " + string($0) + "=c") },
    works("authorization", header, WorstInput.texts) { credential(string($0)) },
    works("token", header, WorstInput.texts) { credential("Token " + string($0)) },
    works("trace", header, WorstInput.texts) { _ = TraceParent(string($0)) },
    works("origin", header, WorstInput.texts) { _ = someSites?.permission(for: string($0), .shown) },
    works("origin of any site", header, WorstInput.texts) { _ = CrossOrigin("*")?.permission(for: string($0), .shown) },
    works("proxies", header, WorstInput.texts + WorstInput.hops) { resolve([string($0)]) },
    works("fields", header, WorstInput.texts) { bytes in
      resolve(Array(repeating: string(bytes.prefix(64)), count: bytes.count / 64))
    },
  ]

  private static let router = Router(routes)
  private static let someSites = CrossOrigin("https://a.example, https://b.example")

  private static func credential(_ text: String) {
    guard var request = try? request("", []) else { return }
    request.headers[.authorization] = text
    _ = try? Credential(request).accountToken()
  }

  private static func resolve(_ values: [String]) {
    guard var request = try? request("", []) else { return }
    for value in values { request.headers.add("X-Forwarded-For", value) }
    TrustedProxies(IPNetwork.list("127.0.0.0/8") ?? []).resolveCaller(of: &request)
  }

  // MARK: Values

  private static let values: [[Work]] = [
    works("normal form", body, WorstInput.texts) { _ = normalized(string($0)) },
    works("normal form of what is too long", body, WorstInput.texts) { _ = normalized(string($0), upTo: 255) },
    works("base64url", body, WorstInput.texts) { _ = Base64URL.decode($0) },
    works("networks", body, WorstInput.texts) { _ = IPNetwork.list(string($0)) },
    works("user ID", body, WorstInput.texts) { _ = UserID(wire: string($0) + "@auth.local") },
    works("token of a stranger", 4096, WorstInput.json) { _ = try? signer?.verify(token($0), at: 0) },
  ]

  private static let signer = try? TokenSigner(
    signing: SigningKey(secret: "a secret of at least thirty-two bytes"),
    vault: Vault(masterKey: "a master key of at least thirty-two bytes"))

  /// A token with an untrusted header.
  private static func token(_ header: [UInt8]) -> String {
    var text: [UInt8] = []
    Base64URL.append(header, to: &text)
    return string(text) + ".e30.e30"
  }

  // MARK: Writers

  private static let rows: [Work] = [
    Work(testDescription: "rows: all changes are of the same row", most: body) { count in
      var read = ReadRows()
      for number in 0..<count / 64 {
        let key = String(1000 + number % 500)
        read.ids.append(RowID(random: 1, 1))
        read.rows.append(RowReading(cells: Array("{\"\(key)\":\"\(String(repeating: "a", count: 53))\"}".utf8)))
      }
      return { [read] in _ = RowPatch.list(of: read) }
    }
  ]

  // MARK: Clients' SQL

  /// Statements are read, looked up and compiled.
  private static let statements: [Work] = [
    statement("conditions", "SELECT * FROM T WHERE a = 'x'", " OR a = 'xyz'"),
    statement("NOT", "SELECT * FROM T WHERE a = 'x'", " AND NOT n > 1"),
    statement("a list", "SELECT * FROM T WHERE a IN ('x'", ", 'xyz'", ")"),
    statement("a long text", "SELECT * FROM T WHERE a = '", "x", "'"),
    statement("a text with quotes", "SELECT * FROM T WHERE a = '", "''", "'"),
    statement("a pattern", "SELECT * FROM T WHERE a LIKE '", "%x_", "'"),
    statement("blanks", "SELECT a FROM", " ", "T"),
    statement("arguments", "SELECT concatenate(a", ", a", ") FROM T"),
    statement("arithmetic", "SELECT n", " + n", " FROM T"),
    statement("the same item", "SELECT a", ", a", " FROM T"),
    statement("parentheses", "SELECT a FROM T WHERE ", "("),
    statement("a name without an end", "SELECT `", "x"),
    statement("marks", "SELECT ", "\u{308}"),
    Work(testDescription: "statement: parameters", most: body) { count in
      let number = count / 8
      let sql = "SELECT * FROM T WHERE a IN (?" + String(repeating: ", ?", count: number - 1) + ")"
      let parameters = (0..<number).map { JSON.string("text \($0)") }
      return { compile(sql, parameters) }
    },
  ]

  private static func statement(_ name: String, _ begin: String, _ piece: String, _ end: String = "") -> Work {
    Work(testDescription: "statement: \(name)", most: body) { count in
      let room = max(1, (count - begin.utf8.count - end.utf8.count) / piece.utf8.count)
      let sql = begin + String(repeating: piece, count: room) + end
      return { compile(sql, []) }
    }
  }

  private static func compile(_ sql: String, _ parameters: [JSON]) {
    let table = QueryTable(
      key: "aaaa", name: "T",
      columns: [
        QueryColumn(key: "0000", name: "a", kind: .text, isWritable: true),
        QueryColumn(key: "nnnn", name: "n", kind: .number, isWritable: true),
      ])
    guard
      let query = try? QueryStatement(sql).resolved(
        names: ["T"], parameters: parameters, now: Timestamp(seconds: 0), table: { _ in table }),
      case .select(let select) = query
    else { return }
    _ = QueryCompiler.statement(select, base: 1 as Int64).text
  }

  private static let writers: [Work] = [
    Work(testDescription: "writer: an array of objects", most: body) { count in
      let list = NamedList(
        "list", Array(repeating: JSON.object([.init(name: "name", value: .string("some text"))]), count: count / 21))
      return { _ = JSONWriter.bytes(of: list) }
    },
    Work(testDescription: "writer: objects within objects", most: body) { count in
      var json = JSON.number("1")
      for _ in 0..<5 { json = .object([.init(name: "a", value: json)]) }
      let list = NamedList("list", Array(repeating: json, count: count / 32))
      return { _ = JSONWriter.bytes(of: list) }
    },
    Work(testDescription: "writer: members", most: body) { count in
      let json = JSON.object((0..<count / 10).map { .init(name: "\($0)", value: .null) })
      return { _ = JSONWriter.bytes(of: json) }
    },
    Work(testDescription: "writer: what is escaped", most: body) { count in
      let text = String(repeating: "\u{1}", count: count / 6)
      return { _ = JSONWriter.bytes(of: text) }
    },
    Work(testDescription: "writer: a CSV of outcomes", most: body) { count in
      var outcomes = Outcomes<JSON>()
      for _ in 0..<count / 64 { outcomes.fail("somebody@example.com", "no") }
      return { [outcomes] in _ = JSONWriter.bytes(of: outcomes) }
    },
  ]

  private static func works(
    _ name: String, _ most: Int, _ inputs: [WorstInput], _ body: @escaping @Sendable ([UInt8]) -> Void
  ) -> [Work] {
    inputs.map { input in
      Work(testDescription: "\(name): \(input.name)", most: most) { count in
        let bytes = input.make(count)
        return { body(bytes) }
      }
    }
  }

  private static func string(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
