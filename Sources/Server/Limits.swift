/// What one client may take of the server, and how long he may take for it.
public struct Limits: Sendable {
  /// The largest header of a request, in bytes; also the memory that an idle connection costs.
  public var headerBytes = 16_384
  /// The largest body of a request, in bytes.
  public var bodyBytes = 1_048_576
  /// Connections in all.
  public var connections = 10_000
  /// Connections of one address; 0: as many as there are.
  public var connectionsPerAddress = 1000
  /// From a connection's beginning to its first complete header.
  public var headerTime = Duration.seconds(10)
  /// From the complete header to the complete body, however it drips.
  public var bodyTime = Duration.seconds(30)
  /// From the end of an answer to the next complete header.
  public var idleTime = Duration.seconds(60)
  /// From an answer to its end at the client.
  public var sendTime = Duration.seconds(30)

  /// The default limits.
  public init() {}
}
