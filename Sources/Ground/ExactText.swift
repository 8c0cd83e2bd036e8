internal import Glibc

/// A text that is the same as another only byte by byte, and is compared and hashed in the time that its bytes take.
///
/// Swift compares strings by their normal form, which it makes anew each time, and for a long run of combining marks in the
/// square of its length: no text of a stranger's is compared or hashed as a `String` before its length is known.
public struct ExactText: Hashable, Sendable {
  /// The text.
  public let text: String

  /// A text to be compared.
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
