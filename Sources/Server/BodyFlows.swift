internal import HTTP
internal import Loop

/// A request's body on its way to a handler that takes it piece by piece. Nothing more is read from the client while a
/// piece waits to be taken.
final class Inflow: @unchecked Sendable {  // Sendable: only its loop's thread touches it.
  private var waiting: [UInt8] = []
  private var taker: UnsafeContinuation<[UInt8]?, any Error>?
  /// Whether there will be no more pieces, and whether all have come.
  private var end: Bool?
  /// The length of each piece but the last; nil: whatever has come.
  private let length: Int?
  private let taken: (Int) -> Void

  /// Calls `taken` when the handler has taken bytes that waited for it, and with 0 when it waits for some.
  init(pieces length: Int?, taken: @escaping (Int) -> Void) { (self.length, self.taken) = (length, taken) }

  /// Whether there is no piece yet that waits to be taken.
  var hasRoom: Bool { waiting.count < length ?? 1 }

  /// What the handler reads.
  func stream(on loop: Loop) -> BodyStream {
    BodyStream { [self] in loop.isCurrent ? try await next() : try await loop.perform { try await self.next() } }
  }

  private func next() async throws -> [UInt8]? {
    if hasRoom && end == nil {
      taken(0)
      return try await withUnsafeThrowingContinuation { taker = $0 }
    }
    guard waiting.isEmpty else {
      let piece = takePiece()
      if end == nil { taken(piece.count) }
      return piece
    }
    if end == false { throw BodyStream.Interrupted() }
    return nil
  }

  private func takePiece() -> [UInt8] {
    guard let length, waiting.count > length else {
      defer { waiting = [] }
      return waiting
    }
    defer { waiting.removeFirst(length) }
    return Array(waiting.prefix(length))
  }

  /// Adds what has come, and returns how much of all that waited has been handed to the handler.
  func add(_ bytes: UnsafeRawBufferPointer) -> Int {
    if length == nil, let taker {
      self.taker = nil
      taker.resume(returning: Array(bytes))
      return bytes.count
    }
    waiting.append(contentsOf: bytes)
    guard let taker, !hasRoom else { return 0 }
    self.taker = nil
    let piece = takePiece()
    taker.resume(returning: piece)
    return piece.count
  }

  /// Ends the body.
  func end(whole: Bool) {
    guard end == nil else { return }
    end = whole
    guard let taker else { return }
    self.taker = nil
    if !whole {
      taker.resume(throwing: BodyStream.Interrupted())
    } else {
      taker.resume(returning: waiting.isEmpty ? nil : takePiece())
    }
  }
}

extension Response {
  /// Sends a body that comes piece by piece; false if not all could be made or sent, or it was not as long as announced.
  func pour(inChunks: Bool, _ send: ([UInt8]) async -> Bool) async -> Bool {
    guard let stream else { return false }
    var count = 0
    do {
      for try await piece in stream where !piece.isEmpty {
        count += piece.count
        guard count <= streamLength ?? .max, await send(inChunks ? chunk(piece) : piece) else { return false }
      }
    } catch {
      return false
    }
    return inChunks ? await send(Array("0\r\n\r\n".utf8)) : count == streamLength ?? count
  }
}

private func chunk(_ piece: [UInt8]) -> [UInt8] {
  Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8)
}
