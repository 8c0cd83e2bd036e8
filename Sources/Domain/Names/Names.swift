package import Postgres

/// A name that people give to something or somebody: 1 to 255 characters that are seen, not all of them blank, and that
/// lead nowhere else where they stand in a path. One rule for all names; the kinds ask for more. The database holds the
/// same, see `is_name` there, and takes names that look the same for one, see `name_look`.
package protocol Name: Sendable {
  var text: String { get }
  init?(_ text: String)
}

/// The name of a person, a team or an API token.
package struct DisplayName: Name {
  package let text: String

  package init?(_ text: String) {
    guard isName(text) else { return nil }
    self.text = text
  }
}

/// The name of a base or a folder: without `/` and `\`, without blanks at the ends.
package struct BaseName: Name {
  package let text: String

  package init?(_ text: String) {
    guard isName(text), !text.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }),
      let first = text.unicodeScalars.first, let last = text.unicodeScalars.last,
      !first.properties.isWhitespace, !last.properties.isWhitespace
    else { return nil }
    self.text = text
  }
}

/// The name of a group: letters and digits of any script, blank, hyphen, dot, quote and underscore.
package struct GroupName: Name {
  package let text: String

  package init?(_ text: String) {
    guard isName(text), text.unicodeScalars.allSatisfy(Self.allows) else { return nil }
    self.text = text
  }

  private static func allows(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " ", "-", ".", "'", "_": true
    case "\u{200c}", "\u{200d}": true  // where they belong, as in every name
    default:
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
        .spacingMark, .decimalNumber, .letterNumber, .otherNumber:
        true
      default: false
      }
    }
  }
}

private func isName(_ text: String) -> Bool {
  (1...255).contains(text.unicodeScalars.count) && !text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
    && isVisible(text) && !leadsElsewhere(text)
}

/// Whether a path in which the text stands, encoded or as it is, is another one when clients and proxies have folded it
/// (RFC 3986, 5.2.4, and the URL Standard of WHATWG): "." and "..", also as `%2e`, also between slashes.
private func leadsElsewhere(_ text: String) -> Bool {
  guard text.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "%") }) else { return false }
  // By bytes: before a combining mark, a slash is no character of its own.
  var plain = Array(text.lowercased().utf8)
  for (escape, byte) in [("%2e", "."), ("%2f", "/"), ("%5c", "/"), ("\\", "/")] {
    plain = plain.replacing(Array(escape.utf8), with: Array(byte.utf8))
  }
  return plain.split(separator: UInt8(ascii: "/")).contains {
    $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8)
  }
}

/// A subquery that gives, as `name`, the wanted name or the first of "name (1)", "name (2)", … that looks like that of no
/// row of `taken`. Somebody else may take it in the meantime, so the insert that uses it is to be tried again.
package func freeName(like wanted: SQL, unless taken: SQL) -> SQL {
  """
  select candidate.name
  from generate_series(0, least(1000, (select count(*) from (\(taken)) as taken))) as attempt (number)
  cross join lateral (
    select case when number = 0 then wanted.name
           else left(wanted.name, 255 - 3 - length(number::text)) || ' (' || number || ')' end
    from (values (\(wanted))) as wanted (name)
  ) as candidate (name)
  where not exists (\(taken) and name_look(taken.name) = name_look(candidate.name))
  order by number
  limit 1
  """
}
