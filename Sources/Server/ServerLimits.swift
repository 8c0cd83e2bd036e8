/// What clients may use, in bytes, connections and time.
public struct ServerLimits: Sendable {
  /// A request's header with its request line; each field counts 64 bytes more. A longer one is answered with 431.
  public var headerBytes = 16_384
  /// A request's target; a longer one is answered with 414.
  public var targetBytes = 8_192
  /// A request's body; a longer one is answered with 413.
  public var bodyBytes = 1_048_576
  /// The same with a file, which only the service knows.
  public var fileBytes = 1_048_576
  /// Bytes of all bodies that were received and not yet answered. Above that, requests get 503.
  public var bodyMemory = 67_108_864
  /// The same for one address, or one IPv6 network of 64 bits; for one of 48 bits, four times as much. Above that,
  /// requests get 429. 0: no limit.
  public var bodyMemoryPerAddress = 8_388_608
  /// All connections. Further ones are closed at once.
  public var connections = 10_000
  /// Connections from one IPv4 address, or one IPv6 network of 64 bits; from one of 48 bits, four times as many.
  /// Further ones are closed at once. 0: no limit.
  public var connectionsPerAddress = 1_000
  /// From the start of a connection to the end of its first header.
  public var headerTime = Duration.seconds(10)
  /// From the end of a header to the end of its body.
  public var bodyTime = Duration.seconds(30)
  /// From an answer to the end of the next header.
  public var idleTime = Duration.seconds(60)
  /// From the first byte of an answer until the client has taken the last.
  public var sendTime = Duration.seconds(30)

  /// How long a client can resume a TLS session without another full handshake, at most.
  public var ticketTime = Duration.seconds(3_600)

  /// The defaults.
  public init() {}

  /// How often deadlines are checked, and so how late they can be.
  var sweepInterval: Duration {
    min(.seconds(1), min(min(headerTime, bodyTime), min(idleTime, sendTime)) / 4)
  }
}
