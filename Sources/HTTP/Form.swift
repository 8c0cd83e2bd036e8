extension Fields {
  /// Parses `name=value&name=value`, percent-encoded, with blanks as `+` (WHATWG URL, 5.1). `source` names the text in
  /// errors.
  init(urlEncoded bytes: some Collection<UInt8>, in source: StaticString) throws(FieldsError) {
    var values: [(name: String, value: Value)] = []
    for pair in bytes.split(separator: UInt8(ascii: "&"), maxSplits: Self.most) {
      let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = percentDecoded(parts[0], plusIsBlank: true),
        let value = parts.count == 2 ? percentDecoded(parts[1], plusIsBlank: true) : ""
      else { throw .malformed("The \(source) has an invalid escape, a NUL, or text that is not UTF-8.") }
      values.append((name, .text(value)))
    }
    try self.init(values)
  }
}
