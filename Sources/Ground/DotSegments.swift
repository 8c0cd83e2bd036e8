/// Whether the text as a part of a path, percent-encoded or not, makes it another path once clients and proxies have
/// resolved its dot segments (RFC 3986, 5.2.4, and the URL Standard of WHATWG): "." and "..", also as `%2e`, also
/// between slashes.
public func leadsElsewhere(_ text: String) -> Bool {
  guard text.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "%") }) else { return false }
  return segments(of: text).contains { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }
}

/// Whether the text is nothing but slashes, percent-encoded or not, so that clients and proxies that merge slashes leave
/// it out of a path.
public func isOnlySlashes(_ text: String) -> Bool { segments(of: text).isEmpty }

/// The segments of a path that the text may become.
private func segments(of text: String) -> [ArraySlice<UInt8>] {
  // By bytes: a slash before a combining mark is not a `Character` of its own.
  var plain = Array(text.lowercased().utf8)
  for (escape, byte) in [("%2e", "."), ("%2f", "/"), ("%5c", "/"), ("\\", "/")] {
    plain = plain.replacing(Array(escape.utf8), with: Array(byte.utf8))
  }
  return plain.split(separator: UInt8(ascii: "/"))
}
