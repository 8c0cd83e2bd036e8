import Crypto
import Foundation
import Testing

@Suite struct LeakedPasswordLists {
  private func list(_ content: String, atMost most: Int = LeakedPasswords.most) throws -> LeakedPasswords {
    try list(Data(content.utf8), atMost: most)
  }

  private func list(_ content: Data, atMost most: Int = LeakedPasswords.most) throws -> LeakedPasswords {
    let path = NSTemporaryDirectory() + "basekeeper-\(UUID().uuidString)"
    defer { unlink(path) }
    try content.write(to: URL(filePath: path))
    return try LeakedPasswords(contentsOf: path, atMost: most)
  }

  @Test func `a file has one password per line, in any case`() throws {
    let leaked = try list("first one\nSECOND one\r\n\nshort\nthird one of them\nCAFÉ au lait\nlast one")
    for password in [
      "first one", "FIRST ONE", "second one", "Third One Of Them", "café au lait", "cafe\u{301} au lait", "last one",
    ] { #expect(leaked.contains(password), "\(password)") }
    for password in ["", "short", "first one ", "first", "second one\r", "cafe au lait", "last one\n", "another one"] {
      #expect(!leaked.contains(password), "\(password)")
    }
  }

  @Test func `without a file there are none`() throws {
    #expect(!LeakedPasswords().contains("password"))
    #expect(try !list("").contains("password"))
  }

  @Test func `each of many is found, and nothing else`() throws {
    let many = (0..<40_000).map { "password number \($0)" }
    let leaked = try list(many.joined(separator: "\n"))
    #expect(many.allSatisfy(leaked.contains))
    #expect(!(40_000..<80_000).contains { leaked.contains("password number \($0)") })
  }

  /// Longer than what is read at a time, and what is no text at all.
  @Test func `what is no password is passed over`() throws {
    let long = Data(repeating: UInt8(ascii: "x"), count: 1_000_000)
    let noText = Data([0xff, 0xfe, 0, 1, 2, 3, 4, 5, 6, 10])
    let leaked = try list(long + Data("\nafter it\n".utf8) + noText + Data("at the end".utf8))
    #expect(leaked.contains("after it") && leaked.contains("at the end"))
    #expect(!leaked.contains(String(repeating: "x", count: 1024)))
    #expect(!leaked.contains(String(repeating: "x", count: 1_000_000)))
  }

  @Test func `there are no more than memory is set aside for`() throws {
    #expect(try list("first one\nsecond one\nshort\n", atMost: 2).contains("second one"))
    let error = #expect(throws: LeakedPasswords.UnreadableList.self) {
      try list("password\npassword\npassword", atMost: 2)
    }
    #expect(error?.description == "has more than 2 passwords")
  }

  @Test func `what is no file is refused, and nobody waits for it`() throws {
    let pipe = NSTemporaryDirectory() + "basekeeper-\(UUID().uuidString)"
    try #require(mkfifo(pipe, 0o600) == 0)
    defer { unlink(pipe) }
    for (path, reason) in [
      ("/nowhere/at/all", "No such file or directory"), ("/tmp", "is not a file"), (pipe, "is not a file"),
      ("/dev/zero", "is not a file"),
    ] {
      let error = #expect(throws: LeakedPasswords.UnreadableList.self) { try LeakedPasswords(contentsOf: path) }
      #expect(error?.description == reason)
    }
  }
}
