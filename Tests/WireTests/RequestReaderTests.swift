import Ground
import HTTP
import Testing
import Wire

/// Reads bytes that arrive in pieces, as a connection does, and writes down what was read.
private func events(_ bytes: [UInt8], in pieces: [Int], headerBytes: Int = 16_384) -> [String] {
  var reader = RequestReader(headerBytes: headerBytes, targetBytes: 8_192)
  var events: [String] = []
  var unread: [UInt8] = []
  var body: [UInt8] = []
  var rest = bytes[...]
  var sizes = pieces.makeIterator()
  while !rest.isEmpty {
    let piece = rest.prefix(max(sizes.next() ?? rest.count, 1))
    rest = rest.dropFirst(piece.count)
    unread += piece
    let wentOn = unread.withUnsafeBytes { bytes in
      var place = 0
      defer { unread = Array(bytes[place...]) }
      while let event = reader.next(in: bytes, from: &place) {
        switch event {
        case .head(let head):
          let path = head.target.segments.joined(separator: "/")
          events.append("\(head.method.rawValue) /\(path) \(head.body) \(head.isKept ? "kept" : "last")")
        case .piece(let places): body += bytes[places]
        case .end:
          events.append("end \(String(decoding: body, as: UTF8.self))")
          body = []
        case .refusal(let rejection):
          events.append("\(rejection.status)")
          return false
        }
      }
      return true
    }
    guard wentOn else { break }
  }
  return events
}

/// A request of each kind, or what is none.
private let samples = [
  "GET / HTTP/1.1\r\nHost: a\r\n\r\nPOST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /c HTTP/1.0\r\n\r\n",
  "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;x=\"y\"\r\nhe\r\n03\r\nllo\r\n0\r\nT: u\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
  "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
]

struct RequestReaderTests {
  @Test func `requests are read one after the other, whatever frames their bodies`() {
    #expect(
      events(Array(samples[0].utf8), in: []) == [
        "GET / bytes(0) kept", "end ", "POST /b bytes(5) kept", "end hello", "GET /c bytes(0) last", "end ",
      ])
    #expect(
      events(Array(samples[1].utf8), in: []) == [
        "POST /a chunks kept", "end hello", "GET / bytes(0) kept", "end ",
      ])
    #expect(events(Array(samples[2].utf8), in: []) == ["GET / bytes(0) last", "end "])
  }

  @Test func `how the bytes are divided changes nothing`() {
    for sample in samples {
      let bytes = Array(sample.utf8)
      let whole = events(bytes, in: [])
      #expect(!whole.isEmpty)
      #expect(events(bytes, in: [Int](repeating: 1, count: bytes.count)) == whole)
      for cut in 1..<bytes.count { #expect(events(bytes, in: [cut]) == whole, "\(sample), cut at \(cut)") }
    }
  }

  @Test func `what cannot become a request is refused before its header has ended`() {
    for (text, status) in [
      ("GET / HTTP/1.1\nX", "400"), ("GET / HTTP/1.1\r\nHost: a\n", "400"), ("GET / HTTP/2.0\r\n", "505"),
      ("\u{16}", "400"), ("GET /\r\n", "400"), ("GET / HTTP/1.1\r\n X: a\r\n", "400"),
      ("GET / HTTP/1.1\r\nX\r\n", "400"), (String(repeating: "G", count: 16_385), "414"),
      ("GET / HTTP/1.1\r\nX: " + String(repeating: "x", count: 16_385), "431"),
      ("GET / HTTP/1.1\r\n" + String(repeating: "X:\r\n", count: 300), "431"),
    ] {
      #expect(events(Array(text.utf8), in: []) == [status], "\(text.prefix(40))")
    }
  }

  @Test func `a header counts its bytes, and 64 for each field`() {
    let text = "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\r\n"
    let size = text.utf8.count + 2 * 64
    #expect(events(Array(text.utf8), in: [], headerBytes: size).last == "end ")
    #expect(events(Array(text.utf8), in: [], headerBytes: size - 1) == ["431"])
  }

  @Test func `a body of 64 bits has begun, and one of more has not`() {
    func head(_ length: String) -> [UInt8] { Array("PUT / HTTP/1.1\r\nHost: a\r\n\(length)\r\n\r\n".utf8) }
    #expect(events(head("Content-Length: 18446744073709551615"), in: []) == ["PUT / bytes(18446744073709551615) kept"])
    #expect(events(head("Content-Length: 18446744073709551616"), in: []) == ["413"])
    #expect(events(head("Transfer-Encoding: chunked") + Array("ffffffffffffffff\r\n".utf8), in: []).count == 1)
    #expect(events(head("Transfer-Encoding: chunked") + Array("10000000000000000\r\n".utf8), in: []).last == "413")
    #expect(events(head("Transfer-Encoding: chunked") + Array("00000000000000001\r\n".utf8), in: []).last == "413")
  }

  @Test func `random bytes in place of some of a request never end the program, nor are they read in two ways`() {
    var chance = SystemRandomNumberGenerator()
    for _ in 0..<3_000 {
      var bytes = Array((samples.randomElement(using: &chance) ?? "").utf8)
      for _ in 0..<Int.random(in: 1...4, using: &chance) {
        let place = Int.random(in: 0..<bytes.count, using: &chance)
        let new = "\r\n\t\0 :;,0aFx\u{7f}".utf8.randomElement(using: &chance) ?? 0
        bytes.replaceSubrange(place..<min(place + Int.random(in: 0...2, using: &chance), bytes.count), with: [new])
      }
      let pieces = (0..<20).map { _ in Int.random(in: 1...30, using: &chance) }
      #expect(events(bytes, in: pieces) == events(bytes, in: []), "\(bytes)")
    }
  }
}
