internal import Ground

/// A number as cells have it: the shortest JSON number that a `Double` holds.
struct NumberText {
  let value: Double
  /// Whether digits were lost of a whole number.
  let isRounded: Bool

  /// Reads a JSON number, or a text that would be one but for zeros in front, a plus, or digits missing before the point.
  /// Nil for any other text, and if the number is not finite.
  init?(_ text: some Collection<UInt8>) {
    let text = Array(text.trimmedOfBlanks)
    guard text.count <= 400, Self.isNumber(text) else { return nil }
    let digits = String(decoding: text, as: UTF8.self)
    guard let value = Double(digits), value.isFinite else { return nil }
    self.value = value == 0 ? 0 : value
    let isWhole = text.allSatisfy { $0.isDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
    isRounded = isWhole && text.count > 15 && Int64(digits).map { Int64(exactly: value) != $0 } ?? (text.count > 15)
  }

  private static func isNumber(_ text: [UInt8]) -> Bool {
    var rest = text[...]
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
    let whole = rest.prefix(while: \.isDigit)
    rest = rest.dropFirst(whole.count)
    var count = whole.count
    if rest.first == UInt8(ascii: ".") {
      let fraction = rest.dropFirst().prefix(while: \.isDigit)
      rest = rest.dropFirst(fraction.count + 1)
      count += fraction.count
    }
    guard count > 0 else { return false }
    guard let letter = rest.first else { return true }
    guard letter | 0x20 == UInt8(ascii: "e") else { return false }
    rest.removeFirst()
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
    return !rest.isEmpty && rest.areDigits
  }

  /// Appends the number.
  func append(to json: inout [UInt8]) { appendNumber(value, to: &json) }
}

/// Appends a finite number as JSON: `5`, `0.1`, `1e+20`.
func appendNumber(_ value: Double, to json: inout [UInt8]) {
  if let whole = Int64(exactly: value) {
    json.append(contentsOf: String(whole).utf8)
  } else {
    json.append(contentsOf: "\(value)".utf8)
  }
}

/// Appends a JSON number as cells have it, if that can be done without computing: it has at most 15 digits and no
/// exponent. False, and nothing is appended, if not.
func appendShortNumber(_ token: ArraySlice<UInt8>, to json: inout [UInt8]) -> Bool {
  guard token.count <= 16, let first = token.first else { return false }
  var end = token.endIndex
  var hasPoint = false
  for byte in token.dropFirst() {
    if byte == UInt8(ascii: ".") { hasPoint = true } else if !byte.isDigit { return false }
  }
  guard first.isDigit || first == UInt8(ascii: "-") && token.count > 1, token.count < 16 || first == UInt8(ascii: "-")
  else { return false }
  if hasPoint {
    while token[end - 1] == UInt8(ascii: "0") { end -= 1 }
    if token[end - 1] == UInt8(ascii: ".") { end -= 1 }
  }
  let text = token[..<end]
  if text.elementsEqual("-0".utf8) { json.append(UInt8(ascii: "0")) } else { json.append(contentsOf: text) }
  return true
}

extension Collection<UInt8> {
  /// The bytes without blanks and line ends around them.
  var trimmedOfBlanks: SubSequence {
    let rest = drop { isJSONBlank($0) }
    var end = rest.startIndex
    for index in rest.indices where !isJSONBlank(rest[index]) { end = rest.index(after: index) }
    return rest[..<end]
  }
}

/// A duration in seconds: a number, or `h:mm` or `h:mm:ss`, also with a minus in front. Nil for any other text.
func durationSeconds(_ text: some Collection<UInt8>) -> Double? {
  if let number = NumberText(text) { return number.value }
  var rest = Array(text.trimmedOfBlanks)[...]
  let isNegative = rest.first == UInt8(ascii: "-")
  if isNegative { rest.removeFirst() }
  let parts = rest.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
  guard (2...3).contains(parts.count), (1...9).contains(parts[0].count), parts.allSatisfy(\.areDigits),
    parts.dropFirst().allSatisfy({ (1...2).contains($0.count) })
  else { return nil }
  let numbers = parts.map { $0.reduce(0.0) { $0 * 10 + Double($1 - UInt8(ascii: "0")) } }
  guard numbers.dropFirst().allSatisfy({ $0 < 60 }) else { return nil }
  let seconds = numbers[0] * 3600 + numbers[1] * 60 + (numbers.count > 2 ? numbers[2] : 0)
  return isNegative && seconds != 0 ? -seconds : seconds
}
