/// What a fuzzer has found: an input for which a parser does not do what it should.
public struct Finding: Error, CustomStringConvertible {
  /// What should have been.
  public let description: String
}

/// Fails the input unless the claim holds.
func expect(_ claim: Bool, _ what: @autoclosure () -> String) throws(Finding) {
  guard claim else { throw Finding(description: what()) }
}

/// One parser that takes bytes of strangers: whatever they are, it may neither trap nor hang, and what it says of them must
/// agree with a simpler model of it, or with itself there and back.
public struct FuzzTarget: Sendable {
  /// What it is called by.
  public let name: String
  /// Judges one input.
  public let run: @Sendable ([UInt8]) throws -> Void
}

/// All of them; each has a folder of seeds in `Corpus`.
public let fuzzTargets = [
  FuzzTarget(name: "target", run: target), FuzzTarget(name: "headers", run: headers),
  FuzzTarget(name: "credential", run: credential), FuzzTarget(name: "media-type", run: mediaType),
  FuzzTarget(name: "form", run: form), FuzzTarget(name: "multipart", run: multipart),
  FuzzTarget(name: "json", run: json), FuzzTarget(name: "getters", run: getters),
  FuzzTarget(name: "address", run: address), FuzzTarget(name: "duration", run: duration),
  FuzzTarget(name: "time", run: time), FuzzTarget(name: "text", run: text), FuzzTarget(name: "csv", run: csv),
  FuzzTarget(name: "base64url", run: base64URL), FuzzTarget(name: "jwt", run: jwt), FuzzTarget(name: "row", run: row),
]

/// A text of any bytes, as the server makes one of a header's.
func string(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

/// Whether two texts are the same, scalar by scalar: Swift's own comparison overlooks how an `é` is made.
func areSame(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
