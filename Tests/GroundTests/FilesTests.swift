import Foundation
import Ground
import Testing

@Suite struct FilesTests {
  @Test func `a file's contents are all its bytes`() throws {
    let path = NSTemporaryDirectory() + "basekeeper-\(UUID().uuidString)"
    defer { unlink(path) }
    let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 >> 3) }
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    #expect(writeFully(bytes, to: file))
    close(file)
    #expect(contents(of: path) == bytes)
    #expect(textContents(of: path) == String(decoding: bytes, as: UTF8.self))
  }

  @Test func `a file that the kernel generates is read to its end`() {
    #expect(textContents(of: "/proc/self/stat")?.hasPrefix("\(getpid()) (") == true)
  }

  @Test func `an unreadable file is nil, with the reason in errno`() {
    #expect(contents(of: "/nowhere/at/all") == nil)
    #expect(errno == ENOENT)
    #expect(contents(of: "/") == nil)
    #expect(errno == EISDIR)
    #expect(systemReason(EISDIR) == "Is a directory")
  }

  @Test func `bytes written at one end are read at the other until it is closed`() throws {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)  // nobody else's programs keep it open
    try #require(socketpair(AF_UNIX, kind, 0, &ends) == 0)
    let (reading, writing) = (ends[0], ends[1])
    let bytes = [UInt8](repeating: 7, count: 1_000_000)  // more than it holds
    Thread.detachNewThread {
      writeFully(bytes, to: writing)
      close(writing)
    }
    #expect(readAll(reading) == bytes)
    close(reading)
  }

  @Test func `nothing is written without a reader`() {
    #expect(!writeFully([1], to: -1))
    #expect(errno == EBADF)
    #expect(writeFully([], to: -1))
  }

  @Test func `C gets its strings followed by nil, and its texts end at NUL`() {
    let read = withCStrings(["", "a", "ü"]) { strings in
      (strings.count, strings.compactMap { $0.map { String(cString: $0) } })
    }
    #expect(read == (4, ["", "a", "ü"]))
    #expect(String(upToNUL: [0x61, 0x62, 0, 0x63]) == "ab")
    #expect(String(upToNUL: [0x61]) == "a")
  }
}
