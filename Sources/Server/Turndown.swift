internal import Wire

/// What the server refuses of a client before there is a complete request.
public struct Turndown: Hashable, Sendable {
  /// What is refused.
  public let kind: Kind
  /// The client's address as text; empty if it has none.
  public let address: String

  /// Describes what is refused.
  public init(kind: Kind, address: String) { (self.kind, self.address) = (kind, address) }

  /// What is refused.
  public enum Kind: Hashable, Sendable {
    /// The client has sent something, but it was no handshake that the server could complete.
    case handshakeFailed
    /// The client did not complete its handshake in time.
    case handshakeTimedOut
    /// A connection: all that the server may have are open.
    case connection
    /// A connection: all that the client's address may have are open.
    case connectionOfAddress
    /// A body: the server has no room for it.
    case body
    /// A body: the client's address has no room for it.
    case bodyOfAddress
    /// A request that does not keep to HTTP, or that two servers could read in two ways.
    case malformedRequest
    /// A target, a header or a body of more bytes than it may have.
    case tooLargeRequest
    /// A method, a version, a coding or an expectation that the server does not know.
    case unknownRequest
    /// A request that was begun, and not complete in time.
    case lateRequest
  }
}

extension Rejection {
  /// What the log is told; nil if it has been told, by the limit.
  var turndown: Turndown.Kind? {
    switch status {
    case 400: .malformedRequest
    case 408: .lateRequest
    case 413, 414, 431: .tooLargeRequest
    case 417, 501, 505: .unknownRequest
    default: nil
    }
  }
}
