public import Ground

/// An answer: status, header and a complete body. Its framing is the server's.
public struct Response: Sendable {
  /// The status code.
  public var status: Int
  /// Header fields but those of framing (Content-Length, Connection, Date).
  public var headers: [(name: String, value: String)]
  /// The body; also for HEAD, where the server sends its length alone.
  public var body: [UInt8]
  /// The template of the path that was served, for logs and metrics; nil where no route was found.
  public var route: String?
  /// Why the service failed, for the log alone; never sent.
  public var failure: String?

  /// An answer with a body of any type.
  public init(_ status: Int, type: String, _ body: [UInt8]) {
    (self.status, self.body) = (status, body)
    headers = [("Content-Type", type)]
  }

  /// An answer in JSON; the addresses in it begin with the public URL.
  public init(_ status: Int, _ value: some JSONEncodable, publicURL: String = "") {
    self.init(status, type: "application/json", JSONWriter.bytes(of: value, publicURL: publicURL))
  }
}
