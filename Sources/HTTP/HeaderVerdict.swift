/// What is done with a request of which the header alone has come.
public enum HeaderVerdict: Sendable {
  /// Its body is read, up to so many bytes.
  case read(upTo: Int)
  /// It is answered, and its body is not read.
  case answer(@Sendable () async -> Response)
  /// It is answered without its body where there is an answer; else that is read, up to so many bytes.
  case ask(upTo: Int, @Sendable () async -> Response?)
}
