internal import CUnistring

/// The text in Unicode's normal form C, in which all text is compared and kept: `é` is one scalar, however it came. It
/// takes a time in proportion to the text's length, whatever marks are in it.
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

/// The same, if it then has so many scalars at most.
///
/// What is longer is refused unread: one scalar in normal form C has come of four at most, of four bytes each.
public func normalized(_ text: String, upTo longest: Int) -> String? {
  guard text.utf8.count / 16 <= longest else { return nil }
  let text = normalized(text)
  return text.unicodeScalars.count <= longest ? text : nil
}
