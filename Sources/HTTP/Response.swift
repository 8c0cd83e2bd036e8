public import Ground

/// A response: status, header fields and body. The server adds the framing.
public struct Response: Sendable {
  /// The status code.
  public var status: Int
  /// The header fields, except those of framing (Content-Length, Connection, Date).
  public var headers: [(name: String, value: String)]
  /// The body. For HEAD, too: the server sends only its length.
  public var body: [UInt8]
  /// The body, if it comes piece by piece; `body` is empty then.
  public var stream: BodyStream?
  /// The length of what `stream` gives, in bytes; nil if that is not known.
  public var streamLength: Int?
  /// The body's length in bytes; nil if it is not known.
  public var length: Int? { stream == nil ? body.count : streamLength }
  /// The matched route's path template, for logs and metrics. Nil if no route matched.
  public var route: String?
  /// Why the service failed, only for the log. Never sent.
  public var failure: String?
  /// The limit or cap that refused the request, for logs and metrics: `account`, `bases_per_person`. Nil if none did.
  public var limit: String?
  /// What it took to get the answer.
  public var openness = Openness.shown

  /// What it took to get an answer: what a page may read of it, if pages of every site may call.
  public enum Openness: Sendable {
    /// Nothing: anyone may read it.
    case open
    /// Something that whoever asked had to know: a token, a password, a link.
    case shown
    /// A place in the network, which a browser has whatever page it shows.
    case placed
  }

  /// Makes a response with a body of any type.
  public init(_ status: Int, type: String, _ body: [UInt8]) {
    (self.status, self.body) = (status, body)
    headers = [("Content-Type", type)]
  }

  /// Makes a JSON response. Addresses in it begin with the public URL.
  public init(_ status: Int, _ value: some JSONEncodable, publicURL: String = "") {
    self.init(status, type: "application/json", JSONWriter.bytes(of: value, publicURL: publicURL))
  }
}
