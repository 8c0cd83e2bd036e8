internal import Ground
package import Postgres

/// A name that people give to something or somebody: 1 to 255 characters, all of them visible, not only whitespace, and
/// no text that changes a path it is part of. This rule holds for all names; some kinds add more. The database enforces
/// the same (see `is_name`), and treats names that look alike as the same (see `name_look`).
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

/// The name of a base or a folder: no `/` or `\`, and no whitespace at its ends.
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

/// The name of a group: letters and digits of any script, space, hyphen, dot, apostrophe and underscore.
package struct GroupName: Name {
  package let text: String

  package init?(_ text: String) {
    guard isName(text), text.unicodeScalars.allSatisfy(Self.allows) else { return nil }
    self.text = text
  }

  private static func allows(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " ", "-", ".", "'", "_": true
    case "\u{200c}", "\u{200d}": true  // joiners; `isVisible` checks where they stand
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

/// A subquery that returns, as `name`, the wanted name or the first of "name (1)", "name (2)", … that does not look
/// like a name in `taken`. Another transaction may take that name meanwhile, so the caller must retry its insert.
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
