public import Ground

extension JSON {
  /// The truth of a boolean; nil for any other value.
  var boolean: Bool? { if case .boolean(let truth) = self { truth } else { nil } }

  /// The elements of an array; nil for any other value.
  public var elements: [JSON]? { if case .array(let elements) = self { elements } else { nil } }

  /// The members of an object; nil for any other value.
  public var members: [Member]? { if case .object(let members) = self { members } else { nil } }

  /// An object.
  static func of(_ members: [(String, JSON)]) -> JSON {
    .object(members.map { Member(name: $0.0, value: $0.1) })
  }

  /// The object without a member. Any other value stays as it is; null becomes an empty object.
  func without(_ name: String) -> JSON {
    if self == .null { return .object([]) }
    guard let members else { return self }
    return .object(members.filter { !$0.name.utf8.elementsEqual(name.utf8) })
  }

  /// The object with a member, in its old place or at the end. Null counts as an empty object.
  func with(_ name: String, _ value: JSON) -> JSON {
    var members = self.members ?? []
    if let place = members.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
      members[place] = Member(name: name, value: value)
    } else {
      members.append(Member(name: name, value: value))
    }
    return .object(members)
  }

  /// Whether a text in it has the character U+0000, which the database cannot keep.
  var hasNUL: Bool {
    switch self {
    case .null, .boolean, .number: false
    case .string(let text): text.utf8.contains(0)
    case .array(let elements): elements.contains(where: \.hasNUL)
    case .object(let members): members.contains { $0.name.utf8.contains(0) || $0.value.hasNUL }
    }
  }

  /// Whether all its numbers are finite as `Double`. The database would keep others, with as many digits as their
  /// exponent says.
  var hasUsualNumbers: Bool {
    switch self {
    case .number: number != nil
    case .array(let elements): elements.allSatisfy(\.hasUsualNumbers)
    case .object(let members): members.allSatisfy(\.value.hasUsualNumbers)
    default: true
    }
  }
}

extension JSON {
  static func of(_ number: Int64) -> JSON { .number(String(number)) }
}

/// Whether two texts have the same bytes.
func isSame(_ left: String, _ right: String) -> Bool { ExactText(left) == ExactText(right) }
