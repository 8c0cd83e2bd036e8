/// What a client may ask of the server, in bytes, connections and time.
public struct ServerLimits: Sendable {
  /// A request's header with its request line, where each field counts 64 bytes more; a longer one is answered
  /// with 431. An open connection holds this much memory.
  public var headerBytes = 16_384
  /// A request's target; a longer one is answered with 414.
  public var targetBytes = 8_192
  /// A request's body; a longer one is answered with 413.
  public var bodyBytes = 1_048_576
  /// All bodies that are under way, received and not answered, in bytes; what is above is answered with 503.
  public var bodyMemory = 67_108_864
  /// The same of one address, or of one IPv6 network of 64 bits; of one of 48 bits, four times as much. What is above is
  /// answered with 429. 0: no limit.
  public var bodyMemoryPerAddress = 8_388_608
  /// Connections in all; those above are closed at once.
  public var connections = 10_000
  /// Connections of one IPv4 address, or of one IPv6 network of 64 bits; of one of 48 bits, four times as many. Those
  /// above are closed at once. 0: no limit.
  public var connectionsPerAddress = 1_000
  /// From the begin of a connection to the end of its first header.
  public var headerTime = Duration.seconds(10)
  /// From the end of a header to the end of its body.
  public var bodyTime = Duration.seconds(30)
  /// From an answer to the end of the next header.
  public var idleTime = Duration.seconds(60)
  /// From an answer's first byte to the client's having taken its last.
  public var sendTime = Duration.seconds(30)

  /// The defaults.
  public init() {}

  /// How often the deadlines are looked at: they are late by this at most.
  var sweepInterval: Duration {
    min(.seconds(1), min(min(headerTime, bodyTime), min(idleTime, sendTime)) / 4)
  }
}
