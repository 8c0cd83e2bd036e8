internal import Glibc
import Ground

@testable import API
@testable import Crypto
@testable import Domain
@testable import HTTP
@testable import Postgres
@testable import Query

/// A finding of a fuzzer: an input for which a parser does not do what it should.
public struct Finding: Error, CustomStringConvertible {
  /// What was expected.
  public let description: String
}

/// Throws a `Finding` unless the claim holds.
func expect(_ claim: Bool, _ what: @autoclosure () -> String) throws(Finding) {
  guard claim else { throw Finding(description: what()) }
}

/// A parser of untrusted bytes. Whatever the bytes are, it may neither trap nor hang, its result must agree with a
/// simpler model or survive a round trip, and twice the input may cost at most twice as much.
public struct FuzzTarget: Sendable {
  /// The name on the command line.
  public let name: String
  /// The most bytes that it gets in the product.
  private let most: Int
  private let parse: @Sendable ([UInt8]) -> Void
  private let judge: @Sendable ([UInt8]) throws -> Void

  init(
    _ name: String, upTo most: Int, _ parse: @escaping @Sendable ([UInt8]) -> Void,
    _ judge: @escaping @Sendable ([UInt8]) throws -> Void
  ) {
    (self.name, self.most, self.parse, self.judge) = (name, most, parse, judge)
  }

  /// Checks the parser's result for one input.
  public func run(_ bytes: [UInt8]) throws { try judge(bytes) }

  /// Checks the parser's cost for a random piece of the input, repeated up to the largest size, and up to half of it.
  public func measure(_ bytes: [UInt8], _ chance: inout some RandomNumberGenerator) throws {
    guard !bytes.isEmpty else { return }
    let start = Int.random(in: 0..<bytes.count, using: &chance)
    let end = Int.random(in: start + 1...bytes.count, using: &chance)
    func pumped(_ count: Int) -> [UInt8] {
      var text = Array(bytes[..<start])
      while text.count < count { text += bytes[start..<end] }
      return text + bytes[end...]
    }
    let (half, whole) = (pumped(most / 2), pumped(most))
    // The minimum of several runs, so that other load on the machine does not count. It may last: the later runs come
    // further apart.
    var (small, large) = (UInt64.max, UInt64.max)
    for run in 0..<300 {
      (small, large) = (min(small, cost(half)), min(large, cost(whole)))
      if Double(large) <= 2.5 * Double(small) + 20_000 { return }
      if run > 30 { usleep(10_000) }
    }
    throw Finding(description: "twice as much of \(start)..<\(end) costs \(large) ns in place of \(small)")
  }

  private func cost(_ bytes: [UInt8]) -> UInt64 {
    let start = threadTime()
    parse(bytes)
    return threadTime() - start
  }
}

/// A generator that always draws the same numbers.
public struct Chance: RandomNumberGenerator {
  private var state: UInt64

  /// A generator with this initial state.
  public init(state: UInt64) { self.state = state }

  /// The next number (SplitMix64).
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var number = state
    number = (number ^ number >> 30) &* 0xbf58_476d_1ce4_e5b9
    number = (number ^ number >> 27) &* 0x94d0_49bb_1331_11eb
    return number ^ number >> 31
  }
}

/// The CPU time of this thread in nanoseconds.
private func threadTime() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

private let header = 16_384
private let body = 16_384

/// All targets; each has a folder of seeds in `Corpus`.
public let fuzzTargets = [
  FuzzTarget("target", upTo: 8192, { _ = try? Target(string($0)) }, target),
  FuzzTarget("headers", upTo: header, { addHeaders($0) }, headers),
  FuzzTarget("credential", upTo: header, { readCredential($0) }, credential),
  FuzzTarget("media-type", upTo: header, { _ = MediaType(string($0)) }, mediaType),
  FuzzTarget("form", upTo: body, { _ = try? Fields(urlEncoded: $0, in: "form") }, form),
  FuzzTarget("multipart", upTo: body, { readMultipart($0) }, multipart),
  FuzzTarget("json", upTo: body, { _ = try? JSON($0) }, json),
  FuzzTarget("getters", upTo: body, { get($0) }, getters),
  FuzzTarget("address", upTo: header, { _ = (IPAddress(string($0)), IPNetwork.list(string($0))) }, address),
  FuzzTarget("duration", upTo: header, { _ = Lifetime.seconds(string($0), within: 0...9) }, duration),
  FuzzTarget("time", upTo: header, { _ = Timestamp(wire: string($0)) }, time),
  FuzzTarget("text", upTo: body, { _ = normalized(string($0)) }, text),
  FuzzTarget("csv", upTo: body, { _ = UserFile.rows(string($0)) }, csv),
  FuzzTarget("base64url", upTo: 8192, { _ = Base64URL.decode($0) }, base64URL),
  FuzzTarget("jwt", upTo: 4096, { readToken($0) }, jwt),
  FuzzTarget("row", upTo: body, { readNumbers($0) }, row),
  FuzzTarget("query", upTo: QueryBounds.bytes, { _ = try? resolvedQuery($0) }, query),
]

/// A text from any bytes, as the server makes one from a header's.
func string(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

/// Whether two texts are equal scalar by scalar: Swift's own comparison ignores how an `é` is composed.
func areSame(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
