internal import Glibc

/// A text that is compared and hashed by its bytes, in linear time.
///
/// Swift compares strings by their normal form. It computes that anew each time, which takes quadratic time for a long
/// run of combining marks. So untrusted text is not compared or hashed as a `String` before its length is known.
public struct ExactText: Hashable, Sendable {
  /// The text.
  public let text: String

  /// Wraps a text.
  public init(_ text: String) { self.text = text }

  /// Whether two texts have the same bytes.
  public static func == (left: ExactText, right: ExactText) -> Bool {
    var (left, right) = (left.text, right.text)
    return left.withUTF8 { left in
      right.withUTF8 { right in
        guard left.count == right.count, let start = left.baseAddress, let other = right.baseAddress else {
          return left.count == right.count
        }
        return memcmp(start, other, left.count) == 0
      }
    }
  }

  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
