internal import Ground

/// A Content-Type (RFC 9110, 8.3.1): `multipart/form-data; boundary="a b"`. It is parsed by Unicode scalars, so a
/// quotation mark followed by a combining mark is still a quotation mark.
struct MediaType {
  /// Type and subtype in lower case. Empty if there is none, or it is not ASCII.
  let name: String
  /// The parameters by their names in lower case. Parameters whose names are not ASCII are left out.
  let parameters: [String: String]

  init(_ text: String) {
    var rest = text.unicodeScalars[...]
    name = word(rest.prefix { $0 != ";" }) ?? ""
    rest = rest.drop { $0 != ";" }
    parameters = MediaType.parameters(&rest)
  }

  /// Parses `; name=value; name="quoted \"value\""`, also of Content-Disposition, up to the first text that is not a
  /// parameter.
  static func parameters(_ rest: inout Substring.UnicodeScalarView) -> [String: String] {
    var parameters: [String: String] = [:]
    while rest.first == ";" {
      rest = rest.dropFirst().drop { $0 == " " || $0 == "\t" }
      let name = rest.prefix { $0 != "=" && $0 != ";" }
      rest = rest.dropFirst(name.count)
      guard rest.first == "=" else { continue }
      rest.removeFirst()
      let value = rest.first == "\"" ? quoted(&rest) : plain(&rest)
      if let name = word(name), let value { parameters[name] = value }
    }
    return parameters
  }

  private static func plain(_ rest: inout Substring.UnicodeScalarView) -> String? {
    let value = rest.prefix { $0 != ";" }
    rest = rest.dropFirst(value.count)
    return trimmed(value)
  }

  private static func quoted(_ rest: inout Substring.UnicodeScalarView) -> String? {
    var value = String.UnicodeScalarView()
    rest.removeFirst()
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\"":
        rest = rest.drop { $0 != ";" }
        return String(value)
      case "\\": if let escaped = rest.popFirst() { value.append(escaped) }
      default: value.append(scalar)
      }
    }
    return nil
  }
}

/// A trimmed ASCII name in lower case. Nil if it is not ASCII: other text could take long to compare and hash.
private func word(_ text: Substring.UnicodeScalarView) -> String? {
  text.allSatisfy(\.isASCII) ? trimmed(text).lowercased() : nil
}

private func trimmed(_ text: Substring.UnicodeScalarView) -> String {
  String(Substring(text.trimmed { $0 == " " || $0 == "\t" }))
}
