/// A body that comes piece by piece: a request's, for a handler that does not want it whole, or a response's.
///
/// Whoever makes the pieces waits for whoever takes them: each piece is only asked for when the one before it has been
/// taken. A stream can be read once, and by one reader at a time.
public struct BodyStream: AsyncSequence, Sendable {
  private let produce: @Sendable () async throws -> [UInt8]?

  /// The body did not arrive whole: its client has gone, or was refused meanwhile.
  public struct Interrupted: Error {
    /// Says so.
    public init() {}
  }

  /// A stream of what `produce` returns, up to the first nil. If it throws, the reader gets the error, and knows that
  /// something is missing.
  public init(_ produce: @escaping @Sendable () async throws -> [UInt8]?) { self.produce = produce }

  /// Reads the pieces.
  public func makeAsyncIterator() -> Iterator { Iterator(produce: produce) }

  /// Reads the pieces.
  public struct Iterator: AsyncIteratorProtocol, Sendable {
    fileprivate let produce: @Sendable () async throws -> [UInt8]?

    /// The next piece; nil at the end.
    public mutating func next() async throws -> [UInt8]? { try await produce() }
  }
}
