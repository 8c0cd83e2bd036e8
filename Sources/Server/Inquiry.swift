public import HTTP

/// What the log says of a request, also of one that was refused before it could be read to its end.
public struct Inquiry: Sendable {
  /// Names the request in logs and in the response's `X-Request-Id`.
  public let id: String
  /// The ID that an untrusted client gave the request.
  public let claimedID: String?
  /// The method; nil if the header was refused.
  public let method: Method?
  /// The header fields that the service reads, as far as they had come.
  public let headers: Headers
  /// The client's address. A trusted proxy's own, if the header was refused before it said whose it is.
  public let address: String

  /// A request whose header was read.
  init(_ request: Request) {
    (id, claimedID, method) = (request.id, request.claimedID, request.method)
    (headers, address) = (request.headers, request.address)
  }

  /// One whose header was refused, on a connection from this address.
  init(
    _ name: (id: String, claimed: String?), _ headers: Headers, from peer: String, through proxies: TrustedProxies
  ) {
    (id, claimedID, method) = (name.id, name.claimed, nil)
    (self.headers, self.address) = (headers, proxies.caller(of: headers, from: peer).address)
  }
}
