internal import CUnistring

/// The text in Unicode normalization form C, in which all text is compared and stored: `é` is one scalar, however it
/// was sent. Takes linear time, whatever combining marks the text has.
public func normalized(_ text: String) -> String {
  if text.utf8.isASCII { return text }
  var text = text
  return text.withUTF8 { text in
    var count = 0
    guard let bytes = basekeeper_normal_form_c(text.baseAddress, text.count, &count) else {
      fatalError("out of memory")
    }
    defer { free(bytes) }
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }
}

/// The text in normalization form C; nil if it then has more than `longest` scalars.
///
/// A text that is certainly too long is not normalised at all: one scalar in form C comes from at most four scalars of
/// at most four bytes each.
public func normalized(_ text: String, upTo longest: Int) -> String? {
  guard text.utf8.count / 16 <= longest else { return nil }
  let text = normalized(text)
  return text.unicodeScalars.count <= longest ? text : nil
}
