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
  }
}
