@_spi(_Unicode) internal import Swift

/// The text in Unicode's normal form C, in which all text is compared and kept: `é` is one scalar, however it came.
public func normalized(_ text: String) -> String {
  if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
  var scalars = String.UnicodeScalarView()
  // The standard library compares strings by this form, and gives it out under this name alone.
  for scalar in text._nfc { scalars.append(scalar) }
  return String(scalars)
}
