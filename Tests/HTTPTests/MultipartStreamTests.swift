import HTTP
import Testing

@Suite struct MultipartStreams {
  /// Reads a body that comes in pieces of this length, and writes down what it has.
  private static func read(_ body: [UInt8], inPiecesOf length: Int) async throws -> [String] {
    var request = Request(id: "test", .post, try Target("/"))
    request.headers[.contentType] = "multipart/form-data; boundary=\"a b\""
    let pieces = Slices(body, length)
    request.stream = BodyStream { await pieces.next() }
    var (stream, found, file) = (try MultipartStream(of: request), [String](), [UInt8]())
    while let event = try await stream.next() {
      switch event {
      case .text(let name, let text): found.append("\(name)=\(text)")
      case .file(let name, let fileName): found.append("\(name):\(fileName)")
      case .bytes(let bytes): file += bytes
      case .fileEnd:
        found.append(String(decoding: file, as: UTF8.self))
        file = []
      }
    }
    return found
  }

  private static let head = "--a b\r\nContent-Disposition: form-data; name="

  private static let bodies: [(String, [String])] = [
    (head + "\"x\"\r\n\r\none\r\n--a b--", ["x=one"]),
    (
      head
        + "x\r\n\r\n\r\n--a b  \r\nX: y\r\ncontent-disposition: form-data; name=\"y\"\r\n\r\ntwo\r\nlines\r\n--a b--\r\nmore",
      ["x=", "y=two\r\nlines"]
    ),
    (head + "\"f\"; filename=\"a.txt\"\r\n\r\n\r\n--a \r\n--a\r\n--a b--", ["f:a.txt", "\r\n--a \r\n--a"]),
    (head + "\"f\"; filename=\"\"\r\n\r\n\r\n--a b--", ["f:", ""]),
    (
      head + "\"f\"; filename=\"x\"; filename*=UTF-8''na%C3%AFve\r\n\r\n\r\r\n-\r\r\n--a b--", ["f:naïve", "\r\r\n-\r"]
    ),
    (head + "\"f\"; filename=\"x\"; filename*=latin1''na%EFve\r\n\r\n.\r\n--a b--", ["f:x", "."]),
  ]

  @Test(arguments: bodies.indices, [1, 2, 3, 7, 64, 10_000])
  func `parts are the same however they are cut`(_ index: Int, _ length: Int) async throws {
    let (body, parts) = Self.bodies[index]
    #expect(try await Self.read(Array(body.utf8), inPiecesOf: length) == parts)
  }

  @Test(
    arguments: [
      "", "--a", "--a b", "--a b\r\n", head, head + "x\r\n", head + "x\r\n\r\n", head + "x\r\n\r\none\r\n--a b",
      head + "x\r\n\r\none\r\n--a b-", "\r\n" + head + "x\r\n\r\none\r\n--a b--", "--a b\r\n\r\none\r\n--a b--",
      "--a b\r\nX: y\r\n\r\none\r\n--a b--", head + "x\r\n\r\none\r\n--a bx\r\n\r\n--a b--", "--a bx" + head,
      head + "f; filename=x\r\n\r\none\r\n", head + "x\r\n\r\n" + String(repeating: "x", count: 9_000) + "\r\n--a b--",
      head + "x; y=" + String(repeating: "x", count: 9_000) + "\r\n\r\none\r\n--a b--",
      String(repeating: head + "x\r\n\r\n\r\n", count: 101) + "--a b--",
      head + "f; filename=x; filename*=UTF-8''%00\r\n\r\n",
    ], [1, 10_000])
  func `what is malformed, long, or ends early is refused`(_ body: String, _ length: Int) async throws {
    await #expect(throws: FieldsError.self) { try await Self.read(Array(body.utf8), inPiecesOf: length) }
  }

  @Test func `a file of line ends and half boundaries comes as it is`() async throws {
    var file: [UInt8] = []
    for number in 0..<5_000 { file += Array(["\r", "\r\n", "\r\n--", "\r\n--a ", "x"][number * 7 % 5].utf8) }
    let body = Array((Self.head + "f; filename=x\r\n\r\n").utf8) + file + Array("\r\n--a b--".utf8)
    for length in [13, 1_000, 65_536] {
      #expect(try await Self.read(body, inPiecesOf: length) == ["f:x", String(decoding: file, as: UTF8.self)])
    }
  }
}

/// Hands out a body in pieces of one length.
private actor Slices {
  private var rest: ArraySlice<UInt8>
  private let length: Int

  init(_ body: [UInt8], _ length: Int) { (rest, self.length) = (body[...], length) }

  func next() -> [UInt8]? {
    defer { rest = rest.dropFirst(length) }
    return rest.isEmpty ? nil : Array(rest.prefix(length))
  }
}
