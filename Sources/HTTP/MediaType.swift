internal import Ground

/// A Content-Type (RFC 9110, 8.3.1): `multipart/form-data; boundary="a b"`. It is read scalar by scalar: a quotation mark
/// with an accent behind it is a quotation mark.
struct MediaType {
  /// Type and subtype in lower case; empty where there is none, or one that is not of ASCII.
  let name: String
  /// The parameters by their names in lower case, those of ASCII.
  let parameters: [String: String]

  init(_ text: String) {
    var rest = text.unicodeScalars[...]
    name = word(rest.prefix { $0 != ";" }) ?? ""
    rest = rest.drop { $0 != ";" }
    parameters = MediaType.parameters(&rest)
  }

  /// `; name=value; name="quoted \"value\""`, also of Content-Disposition. What is no parameter ends them.
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

/// A name of ASCII, in lower case; others are none, and would take their time to be compared and hashed.
private func word(_ text: Substring.UnicodeScalarView) -> String? {
  text.allSatisfy(\.isASCII) ? trimmed(text).lowercased() : nil
}

private func trimmed(_ text: Substring.UnicodeScalarView) -> String {
  String(Substring(text.trimmed { $0 == " " || $0 == "\t" }))
}
