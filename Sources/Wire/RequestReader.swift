internal import Glibc
internal import Ground
public import HTTP

/// Reads the requests of one connection from its bytes (RFC 9112), one after the other: a state machine that neither
/// receives nor sends anything.
///
/// It is strict, because a proxy in front of the service may read leniently what it passes on: what two readers could
/// understand in two ways is refused. Lines end with CRLF, and are not folded. Whatever a request's header says of the
/// body's length, it says once, and plainly.
public struct RequestReader {
  /// What was read.
  public enum Event {
    /// A request's header.
    case head(RequestHead)
    /// A piece of its body: these of the bytes.
    case piece(Range<Int>)
    /// The request is complete.
    case end
    /// What has arrived must be refused. Where a next request would begin is unknown, so nothing more may be read.
    case refusal(Rejection)
  }

  /// What is read next.
  private enum Stage {
    case requestLine, fields
    /// As many bytes of a body.
    case body(UInt64)
    case chunkSize
    /// As many bytes of a chunk.
    case chunk(UInt64)
    case chunkEnd, trailers
  }

  private let headerBytes: Int
  private let targetBytes: Int
  private var stage = Stage.requestLine
  private var head = HeadReader()
  /// How many bytes the rest of the header, or the chunks' extensions and trailers, may still have.
  private var budget: Int
  /// How many bytes of an incomplete line have been searched for its end.
  private var searched = 0

  /// A reader of a new connection.
  ///
  /// - Parameters:
  ///   - headerBytes: The bytes that a header may have; each field counts 64 bytes more.
  ///   - targetBytes: The bytes that a target may have.
  public init(headerBytes: Int, targetBytes: Int) {
    (self.headerBytes, self.targetBytes, budget) = (headerBytes, targetBytes, headerBytes)
  }

  /// Whether nothing of a request has been read.
  public var isBetweenRequests: Bool {
    if case .requestLine = stage { searched == 0 } else { false }
  }

  /// The fields that were read of a header that is not complete.
  public var fieldsSoFar: Headers { head.headers }

  /// Reads on.
  ///
  /// - Parameters:
  ///   - bytes: What has arrived and was not read.
  ///   - place: Where to begin; moved behind what was read. The rest must be given again, with more behind it.
  /// - Returns: Nil if more bytes are needed.
  public mutating func next(in bytes: UnsafeRawBufferPointer, from place: inout Int) -> Event? {
    do throws(Rejection) {
      while true {
        let begin = place
        if let event = try step(bytes, &place) { return event }
        guard place > begin else { return nil }
      }
    } catch {
      return .refusal(error)
    }
  }

  /// Reads one line, or one piece of a body. Nothing is read if more bytes are needed.
  private mutating func step(_ bytes: UnsafeRawBufferPointer, _ place: inout Int) throws(Rejection) -> Event? {
    switch stage {
    case .requestLine:
      guard let line = try takeLine(bytes, &place) else { return nil }
      guard !line.isEmpty else { return nil }  // some clients send empty lines behind a body
      try head.takeRequestLine(line, targetBytes: targetBytes)
      stage = .fields
    case .fields:
      guard let line = try takeLine(bytes, &place) else { return nil }
      guard line.isEmpty else {
        try spend(Self.fieldBytes)
        try head.takeField(line)
        return nil
      }
      return .head(try finishHead())
    case .body(0): return end()
    case .body(let left): return takePiece(of: left, bytes, &place) { .body($0) }
    case .chunkSize:
      guard let line = try takeLine(bytes, &place, free: Self.sizeDigits + 2) else { return nil }
      let size = try Self.chunkSize(line)
      stage = size == 0 ? .trailers : .chunk(size)
    case .chunk(let left): return takePiece(of: left, bytes, &place) { $0 == 0 ? .chunkEnd : .chunk($0) }
    case .chunkEnd: try takeChunkEnd(bytes, &place)
    case .trailers:
      guard let line = try takeLine(bytes, &place) else { return nil }
      guard !line.isEmpty else { return end() }
      _ = try FieldLine(line)  // checked, and dropped
    }
    return nil
  }

  // MARK: Lines

  /// The memory that a field counts besides its bytes.
  private static let fieldBytes = 64

  /// The next line without its CRLF; nil if that has not arrived. All but the `free` first bytes count.
  private mutating func takeLine(
    _ bytes: UnsafeRawBufferPointer, _ place: inout Int, free: Int = 0
  ) throws(Rejection) -> UnsafeRawBufferPointer? {
    let rest = UnsafeRawBufferPointer(rebasing: bytes[place...])
    if case .requestLine = stage, let first = rest.first, first != cr, !isTokenByte(first) {
      throw .badRequest("This is not HTTP.")
    }
    guard let start = rest.baseAddress, let lf = memchr(start + searched, 0x0a, rest.count - searched) else {
      searched = rest.count
      guard searched - free <= budget else { throw tooLong }
      return nil
    }
    let count = UnsafeRawPointer(lf) - start
    searched = 0
    place += count + 1
    try spend(max(count + 1 - free, 0))
    guard count > 0, rest[count - 1] == cr else { throw .badRequest("A line does not end with CRLF.") }
    return UnsafeRawBufferPointer(rebasing: rest[..<(count - 1)])
  }

  private mutating func spend(_ bytes: Int) throws(Rejection) {
    budget -= bytes
    guard budget >= 0 else { throw tooLong }
  }

  private var tooLong: Rejection {
    if case .requestLine = stage { .targetTooLong } else { .headerTooLarge }
  }

  private mutating func finishHead() throws(Rejection) -> RequestHead {
    let whole = try head.finish()
    stage =
      switch whole.body {
      case .bytes(let count): .body(count)
      case .chunks: .chunkSize
      }
    head = HeadReader()
    budget = headerBytes
    return whole
  }

  private mutating func end() -> Event {
    stage = .requestLine
    budget = headerBytes
    return .end
  }

  // MARK: Bodies

  private mutating func takePiece(
    of left: UInt64, _ bytes: UnsafeRawBufferPointer, _ place: inout Int, _ next: (UInt64) -> Stage
  ) -> Event? {
    let count = Int(min(left, UInt64(bytes.count - place)))
    guard count > 0 else { return nil }
    stage = next(left - UInt64(count))
    place += count
    return .piece(place - count..<place)
  }

  /// How many digits a chunk's size may have.
  private static let sizeDigits = 16

  /// The size in `1a2b;name=value`. Extensions mean nothing here.
  private static func chunkSize(_ line: UnsafeRawBufferPointer) throws(Rejection) -> UInt64 {
    var size: UInt64 = 0
    var count = 0
    while count < line.count, let digit = hexadecimalValue(line[count]) {
      guard count < sizeDigits else { throw .bodyTooLarge }
      size = size << 4 | UInt64(digit)
      count += 1
    }
    guard count > 0, count == line.count || line[count] == UInt8(ascii: ";"), !line.contains(where: isControl) else {
      throw .badRequest("A chunk of the body has no valid size.")
    }
    return size
  }

  private mutating func takeChunkEnd(_ bytes: UnsafeRawBufferPointer, _ place: inout Int) throws(Rejection) {
    let rest = bytes[place...].prefix(2)
    guard rest.elementsEqual([cr, 0x0a].prefix(rest.count)) else {
      throw .badRequest("A chunk of the body is longer than its size.")
    }
    guard rest.count == 2 else { return }
    place += 2
    stage = .chunkSize
  }
}
