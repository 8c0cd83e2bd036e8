public import Ground

/// The named values of a query or a body, in any of the three supported encodings.
///
/// Typed getters validate a value and name the field that they refuse. They are as lenient as clients need: they accept
/// text for numbers and booleans, because forms have only text. Unknown fields are ignored. If a field is repeated, the
/// last one counts. Text is returned in Unicode normalization form C; only text that is asked for is normalised.
public struct Fields: Sendable, Equatable {
  /// The value of a field. In a form, it is always text.
  enum Value: Sendable, Equatable {
    case json(JSON)
    case file(name: String, [UInt8])

    static func text(_ text: String) -> Value { .json(.string(text)) }
  }

  /// The maximum number of fields (members of nested objects do not count), and of elements that one field may have as
  /// a list of texts.
  static let most = 1000
  private(set) var values: [(name: String, value: Value)]

  init(_ values: [(name: String, value: Value)]) throws(FieldsError) {
    guard values.count <= Self.most else { throw .malformed("The request has too many fields.") }
    self.values = values
  }

  /// Parses a query.
  ///
  /// - Throws: `FieldsError.malformed`.
  public init(query: Substring.UTF8View) throws(FieldsError) {
    self = try Fields(urlEncoded: query, in: "query")
  }

  /// Parses a body. An empty body has no fields, whatever its type.
  ///
  /// - Throws: `FieldsError.malformed`, or `.unsupportedMediaType`.
  public init(bodyOf request: Request) throws(FieldsError) {
    guard !request.body.isEmpty else {
      values = []
      return
    }
    let type = MediaType(request.headers[.contentType] ?? "")
    switch type.name {
    case "application/x-www-form-urlencoded": self = try Fields(urlEncoded: request.body, in: "form")
    case "application/json": self = try Fields(json: request.body)
    case "multipart/form-data": self = try Fields(multipart: request.body, boundary: type.parameters["boundary"])
    default: throw .unsupportedMediaType(type.name)
    }
  }

  /// Parses a JSON object; its members are the fields.
  init(json bytes: [UInt8]) throws(FieldsError) {
    let json: JSON
    do { json = try JSON(bytes) } catch {
      throw .malformed("The body is not a JSON object: \(error.reason), at byte \(error.offset).")
    }
    guard case .object(let members) = json else { throw .malformed("The body is not a JSON object.") }
    try self.init(members.map { ($0.name, .json($0.value)) })
  }

  /// Whether there are no fields.
  public var isEmpty: Bool { values.isEmpty }

  private subscript(name: String) -> Value? { values.last { $0.name.utf8.elementsEqual(name.utf8) }?.value }

  /// Whether both have the same fields with the same values, in the same order.
  public static func == (left: Fields, right: Fields) -> Bool {
    left.values.elementsEqual(right.values) { $0 == $1 }
  }
}

// MARK: Getters

extension Fields {
  /// A text whose number of characters is in the range. Nil if the field is missing or null.
  public func optionalText(_ name: String, _ length: ClosedRange<Int>) throws(FieldsError) -> String? {
    switch self[name] {
    case nil, .json(.null): return nil
    case .json(.string(let text)):
      guard let text = normalized(text, upTo: length.upperBound), text.unicodeScalars.count >= length.lowerBound,
        !text.utf8.contains(0)
      else { throw .invalid(name) }
      return text
    default: throw .invalid(name)
    }
  }

  /// A text of at most `longest` characters. Nil if the field is missing, null or empty.
  public func optionalText(_ name: String, upTo longest: Int) throws(FieldsError) -> String? {
    let text = try optionalText(name, 0...longest)
    return text?.isEmpty == true ? nil : text
  }

  /// A required text whose number of characters is in the range.
  public func text(_ name: String, _ length: ClosedRange<Int>) throws(FieldsError) -> String {
    guard let text = try optionalText(name, length) else { throw .invalid(name) }
    return text
  }

  /// An integer in the range. Nil if the field is missing, null, or an empty text.
  public func optionalInteger(_ name: String, _ range: ClosedRange<Int64>) throws(FieldsError) -> Int64? {
    let number: Int64?
    switch self[name] {
    case nil, .json(.null): return nil
    case .json(.string(let text)) where text.isEmpty: return nil
    case .json(.string(let text)): number = decimal(text)
    case .json(let value): number = value.integer
    case .file: number = nil
    }
    guard let number, range.contains(number) else { throw .invalid(name) }
    return number
  }

  /// A required integer in the range.
  public func integer(_ name: String, _ range: ClosedRange<Int64>) throws(FieldsError) -> Int64 {
    guard let number = try optionalInteger(name, range) else { throw .invalid(name) }
    return number
  }

  /// A boolean: JSON's, the words `true` and `false` in any case, or 1 and 0. Nil if the field is missing, null, or an
  /// empty text.
  public func optionalBoolean(_ name: String) throws(FieldsError) -> Bool? {
    switch self[name] {
    case nil, .json(.null): return nil
    case .json(.boolean(let value)): return value
    case .json(.string(let text)) where text.isEmpty: return nil
    case .json(.string(let text)) where text.utf8.isWord("true") || text.utf8.isWord("1"): return true
    case .json(.string(let text)) where text.utf8.isWord("false") || text.utf8.isWord("0"): return false
    case .json(let value) where value.integer == 1: return true
    case .json(let value) where value.integer == 0: return false
    default: throw .invalid(name)
    }
  }

  /// A required boolean.
  public func boolean(_ name: String) throws(FieldsError) -> Bool {
    guard let value = try optionalBoolean(name) else { throw .invalid(name) }
    return value
  }

  /// A required value of an enumeration.
  public func choice<Choice: RawRepresentable<String>>(
    _ name: String, as type: Choice.Type = Choice.self
  ) throws(FieldsError) -> Choice {
    guard let choice = Choice(rawValue: try text(name, 0...255)) else { throw .invalid(name) }
    return choice
  }

  /// A value of an enumeration. Nil if the field is missing, null, or an empty text.
  public func optionalChoice<Choice: RawRepresentable<String>>(
    _ name: String, as type: Choice.Type = Choice.self
  ) throws(FieldsError) -> Choice? {
    guard let text = try optionalText(name, 0...255), !text.isEmpty else { return nil }
    guard let choice = Choice(rawValue: text) else { throw .invalid(name) }
    return choice
  }

  /// A point in time, as `Timestamp(wire:)` parses it. Nil if the field is missing, null, or an empty text.
  public func optionalTime(_ name: String) throws(FieldsError) -> Timestamp? {
    guard let text = try optionalText(name, upTo: 40) else { return nil }
    guard let time = Timestamp(wire: text) else { throw .invalid(name) }
    return time
  }

  /// Whether the field is present, possibly as a list. Null counts as missing.
  public func has(_ name: String) -> Bool {
    values.contains {
      $0.name.utf8.elementsEqual(name.utf8) && $0.value != .json(.null) || isElement($0.name, of: name)
    }
  }

  /// A list of at most a thousand texts: a JSON array, or a repeated field, which may also be named `name[]`,
  /// `name[0]`, `name[1]`.
  public func texts(_ name: String, _ length: ClosedRange<Int>) throws(FieldsError) -> [String] {
    var texts: [String] = []
    for (own, value) in values where own.utf8.elementsEqual(name.utf8) || isElement(own, of: name) {
      let elements = if case .json(.array(let list)) = value { list.map(Value.json) } else { [value] }
      guard texts.count + elements.count <= Self.most else { throw .malformed("\(name) has too many elements.") }
      for element in elements {
        guard case .json(.string) = element else { throw .invalid(name) }
        texts.append(try Fields([(name, element)]).text(name, length))
      }
    }
    return texts
  }

  /// The words of a list of texts, separated by commas or blanks.
  public func words(_ name: String, _ length: ClosedRange<Int>) throws(FieldsError) -> [String] {
    try texts(name, length).flatMap(words(of:))
  }

  /// Any JSON value as it was sent; a form's text is a JSON string. Nil if the field is missing, or is a file.
  public func json(_ name: String) -> JSON? { if case .json(let value) = self[name] { value } else { nil } }

  /// The name and the content of a required file in a multipart body.
  public func file(_ name: String) throws(FieldsError) -> (name: String, bytes: [UInt8]) {
    guard case .file(let fileName, let bytes) = self[name] else { throw .invalid(name) }
    return (fileName, bytes)
  }
}

/// `email[]` and `email[12]` are elements of `email`.
private func isElement(_ field: String, of name: String) -> Bool {
  let (field, name) = (field.utf8, name.utf8)
  guard field.starts(with: name), field.last == UInt8(ascii: "]") else { return false }
  let index = field.dropFirst(name.count)
  return index.first == UInt8(ascii: "[") && index.dropFirst().dropLast().areDigits
}

/// Parses decimal digits with an optional minus sign; blanks, a plus sign and exponents are refused.
private func decimal(_ text: String) -> Int64? {
  guard text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || $0.isDigit }) else { return nil }
  return Int64(text)
}
