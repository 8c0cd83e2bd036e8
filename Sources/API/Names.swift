internal import Postgres

/// The name of a base: 1 to 255 printable characters without `/` and `\`, without blanks at the ends.
struct BaseName: Sendable {
  let text: String

  init?(_ text: String) {
    let scalars = text.unicodeScalars
    guard (1...255).contains(scalars.count), scalars.allSatisfy({ isPrintable($0) && $0 != "/" && $0 != "\\" }),
      let first = scalars.first, let last = scalars.last,
      !first.properties.isWhitespace, !last.properties.isWhitespace
    else { return nil }
    self.text = text
  }
}

/// The name of a group: letters and digits of any script, blank, hyphen, dot, quote and underscore.
struct GroupName: Sendable {
  let text: String

  init?(_ text: String) {
    let scalars = text.unicodeScalars
    guard (1...255).contains(scalars.count), scalars.allSatisfy(Self.allows),
      !scalars.allSatisfy({ $0.properties.isWhitespace })
    else { return nil }
    self.text = text
  }

  private static func allows(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " ", "-", ".", "'", "_": true
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

/// The name of a person, a team or an API token: 1 to 255 printable characters, not all of them blank.
struct DisplayName: Sendable {
  let text: String

  init?(_ text: String) {
    let scalars = text.unicodeScalars
    guard (1...255).contains(scalars.count), scalars.allSatisfy(isPrintable),
      !scalars.allSatisfy({ $0.properties.isWhitespace })
    else { return nil }
    self.text = text
  }
}

/// An e-mail address, as far as it can be judged without sending to it: something, `@`, something with no blanks.
struct EmailAddress: Sendable {
  let text: String

  init?(_ text: String) {
    let scalars = text.unicodeScalars
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard scalars.count <= 254, parts.count == 2, parts.allSatisfy({ !$0.isEmpty }),
      scalars.allSatisfy({ isPrintable($0) && !$0.properties.isWhitespace && $0 != "," && $0 != ";" })
    else { return nil }
    self.text = text
  }

  /// What stands before the `@`: a name for who gave none.
  var localPart: String { String(text.prefix { $0 != "@" }) }
}

/// No control characters, no line ends, nothing that turns the direction of the text around it.
private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
  case .format: !(0x202a...0x202e).contains(scalar.value) && !(0x2066...0x2069).contains(scalar.value)
  default: true
  }
}

/// A subquery that gives, as `name`, the wanted name or the first of "name (1)", "name (2)", … that no row of `taken` has.
/// Somebody else may take it in the meantime, so the insert that uses it is to be tried again.
func freeName(like wanted: SQL, unless taken: SQL) -> SQL {
  """
  select candidate.name
  from generate_series(0, 1000) as attempt (number)
  cross join lateral (
    select case when number = 0 then wanted.name
           else left(wanted.name, 255 - 3 - length(number::text)) || ' (' || number || ')' end
    from (values (\(wanted))) as wanted (name)
  ) as candidate (name)
  where not exists (\(taken) and taken.name = candidate.name)
  order by number
  limit 1
  """
}
