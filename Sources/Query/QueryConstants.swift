internal import Ground

/// Constants, converted while the statement is resolved: what `QueryConversion` says of columns' values holds for them.
extension QueryConstant {
  /// What a client sent as a parameter. Empty texts and lists are null.
  ///
  /// - Throws: `QueryRefusal` for objects, lists of lists, numbers out of range and texts with NUL.
  init(_ json: JSON, number: Int) throws(QueryRefusal) {
    switch json {
    case .null: self = .null
    case .boolean(let truth): self = .boolean(truth)
    case .number:
      guard let value = json.number else {
        throw QueryRefusal(.parameters, "parameter \(number + 1): the number is too large")
      }
      self = .number(value)
    case .string(let text): self = try Self.parameter(text, number)
    case .array(let items):
      guard items.count <= QueryBounds.items else {
        throw QueryRefusal(.bounds, "parameter \(number + 1): the list has more than \(QueryBounds.items) items")
      }
      var texts: [ExactText] = []
      for item in items {
        switch item {
        case .array, .object:
          throw QueryRefusal(.parameters, "parameter \(number + 1): the items of a list must be texts or numbers")
        default:
          guard case .text(let text) = try QueryConstant(item, number: number).converted(to: .text) else { continue }
          texts.append(text)
        }
      }
      self = texts.isEmpty ? .null : .texts(texts)
    case .object:
      throw QueryRefusal(.parameters, "parameter \(number + 1) must be a text, a number, a boolean, a list or null")
    }
  }

  private static func parameter(_ text: String, _ number: Int) throws(QueryRefusal) -> QueryConstant {
    guard !text.utf8.contains(0) else {
      throw QueryRefusal(.parameters, "parameter \(number + 1): a text must not contain NUL")
    }
    return .text(text)
  }

  /// The type that it has by itself; of an empty text and of null, none.
  var type: QueryType {
    switch self {
    case .null: .nothing
    case .text(let text): text.text.utf8.isEmpty ? .nothing : .text
    case .number: .number
    case .boolean: .boolean
    case .moment: .date
    case .texts: .list(.text)
    }
  }

  /// The same value as another type, or null.
  func converted(to type: QueryType) -> QueryConstant {
    switch (self, type) {
    case (.texts(let texts), .text): return texts.first.map { .text($0) } ?? .null
    case (.texts(let texts), _):
      guard texts.count == 1, let text = texts.first else { return .null }
      return QueryConstant.text(text).converted(to: type)
    case (.text(let text), .text): return text.text.utf8.isEmpty ? .null : self
    case (.text(let text), .number): return numberOfText(text.text).map { .number($0) } ?? .null
    case (.text(let text), .date): return dateOfText(text.text).map { .moment($0) } ?? .null
    case (.text(let text), .boolean):
      return text.text.utf8.isWord("true") ? .boolean(true) : text.text.utf8.isWord("false") ? .boolean(false) : .null
    case (.number(let number), .text): return .text(textOfNumber(number))
    case (.number, .number), (.boolean, .boolean), (.moment, .date): return self
    case (.number(let number), .boolean): return .boolean(number != 0)
    case (.boolean(let truth), .number): return .number(truth ? 1 : 0)
    case (.boolean(let truth), .text): return .text(truth ? "true" : "false")
    case (.moment(let time), .text): return .text(textOfDate(time))
    default: return .null
    }
  }

  /// The items of a list in text form, without those that are NULL.
  var items: [ExactText] {
    if case .texts(let texts) = self { return texts }
    if case .text(let text) = converted(to: .text) { return [text] }
    return []
  }
}

/// The number that a text is; see `QueryConversion.numberOfText`.
func numberOfText(_ text: String) -> Double? {
  let digits = text.utf8.trimmed { $0 == 0x20 || (0x09...0x0d).contains($0) }
  guard !digits.isEmpty, digits.count <= 400 else { return nil }
  var rest = digits
  func skipSign() { if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() } }
  func skipDigits() -> Bool {
    let before = rest.count
    rest = rest.drop(while: \.isDigit)
    return rest.count < before
  }
  skipSign()
  var hasDigits = skipDigits()
  if rest.first == UInt8(ascii: ".") {
    rest.removeFirst()
    hasDigits = skipDigits() || hasDigits
  }
  guard hasDigits else { return nil }
  if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
    rest.removeFirst()
    skipSign()
    guard skipDigits() else { return nil }
  }
  guard rest.isEmpty, let number = Double(String(Substring(digits))), number.isFinite else { return nil }
  return number == 0 ? 0 : number
}

/// The text of a number; see `QueryConversion.textOfNumber`.
func textOfNumber(_ number: Double) -> String {
  let size = number.magnitude
  if number == 0 { return "0" }
  if number == number.rounded(), size < 0x1p53 { return String(Int64(number)) }
  let text = String(describing: number)  // 1.5, 1e+21, 1e-07
  guard let mark = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: mark)...]) else {
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
  let sign = number < 0 ? "-" : ""
  let digits = text[..<mark].filter(\.isNumber)
  if size >= 1e-6, exponent < 0 {
    return sign + "0." + String(repeating: "0", count: -exponent - 1) + significant(digits)
  }
  if size < 1e21, exponent >= 0 {
    let digits = significant(digits)
    return sign + digits + String(repeating: "0", count: max(0, exponent + 1 - digits.utf8.count))
  }
  let mantissa = significant(digits)
  let tail = mantissa.dropFirst()
  let power = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
  return sign + mantissa.prefix(1) + (tail.isEmpty ? "" : "." + tail) + "e" + (exponent < 0 ? "-" : "+") + power
}

/// Digits without the zeros at their end.
private func significant(_ digits: String) -> String {
  let rest = digits.utf8.reversed().drop { $0 == UInt8(ascii: "0") }
  return String(decoding: rest.reversed(), as: UTF8.self)
}
