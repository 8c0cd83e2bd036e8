public import Ground

/// A value of a row or of a group. Its `type` never depends on the row.
public indirect enum QueryTerm: Sendable, Hashable {
  /// A constant of this type, `.null` included.
  case constant(QueryConstant, QueryType)
  /// A cell or a field of the row; see `QueryKind` for its value.
  case column(QueryReference)
  /// A value of another type; NULL stays NULL.
  case converted(QueryTerm, QueryConversion)
  /// The value, or for NULL what functions see in its place: the empty text, 0, false. The empty text exists only as an
  /// argument of a function: what a function gives is NULL again if it is the empty text.
  case filled(QueryTerm)
  /// A function. Its arguments have the types of its signature; those that the signature fills are `filled`. A date that is
  /// NULL makes it NULL (but a holiday of `networkdays`, and those of `dateDif`). Arguments left out at the end are not there.
  case call(QueryFunction, [QueryTerm], QueryType)
  /// Numbers, calculated from left to right. NULL if one of them is, if a divisor is 0, or if a result is out of range.
  case arithmetic(QueryTerm, [QueryStep])
  /// A number with the other sign.
  case negated(QueryTerm)
  /// An aggregate of the group; nil is `COUNT(*)`. Its argument has no aggregate inside and its type is: for COUNT any; for
  /// SUM and AVG number; for MIN and MAX text, number or date.
  case aggregate(QueryAggregate, QueryTerm?)
  /// A condition as a boolean; never NULL.
  case truth(QueryCondition)

  /// The type of its values.
  public var type: QueryType {
    switch self {
    case .constant(_, let type), .call(_, _, let type): type
    case .column(let column): column.type
    case .converted(_, let conversion): conversion.result
    case .filled(let term): term.type
    case .arithmetic, .negated: .number
    case .aggregate(.min, let term?), .aggregate(.max, let term?): term.type
    case .aggregate: .number
    case .truth: .boolean
    }
  }
}

/// A step of a calculation.
public struct QueryStep: Sendable, Hashable {
  /// What is done with the value so far and the operand.
  public let operation: QueryOperation
  /// A number.
  public let operand: QueryTerm
}

/// A constant.
public enum QueryConstant: Sendable, Hashable {
  case null
  /// Not empty but as the argument of a function.
  case text(ExactText)
  case number(Double)
  case boolean(Bool)
  case moment(Timestamp)
  /// The items of a list, of which none is empty, at least one.
  case texts([ExactText])

  /// A text.
  static func text(_ text: String) -> QueryConstant { .text(ExactText(text)) }
}

/// A conversion. What cannot be converted is NULL.
public enum QueryConversion: Sendable, Hashable {
  /// The whole text, without blanks around it, is a decimal number: a sign, digits with a point among or around them, an
  /// exponent; at most 400 characters, and in the range of doubles (what is too small is 0).
  case numberOfText
  /// 1 for true, 0 for false.
  case numberOfBoolean
  /// The shortest decimal that is the same double; with an exponent below 1e-6 and from 1e21: `1e+21`, `1e-07`.
  case textOfNumber
  /// `true` or `false`.
  case textOfBoolean
  /// `YYYY-MM-DD` at midnight; `YYYY-MM-DD HH:mm` at a full minute; otherwise `YYYY-MM-DD HH:mm:ss`, fractions cut off.
  case textOfDate
  /// Year, month and day by `-` or `/`, leading zeros not needed; then a blank or `T` and `H:mm`, `H:mm:ss` or with a
  /// fraction; then `Z` or an offset `+02:00` (UTC without). Blanks around it do not count. The year has four digits.
  case dateOfText
  /// `true` and `false`, in any case.
  case booleanOfText
  /// Whether it is not 0.
  case booleanOfNumber
  /// The first element of a list, in text form.
  case firstText
  /// The element of a list, in text form, if there is only one.
  case onlyText
  /// The element of a list, as a number, if there is only one.
  case onlyNumber
  /// The element of a list, as a date, if there is only one.
  case onlyDate
  /// The elements of a list in text form, with `, ` between.
  case joined

  /// The type that it gives.
  public var result: QueryType {
    switch self {
    case .numberOfText, .numberOfBoolean, .onlyNumber: .number
    case .textOfNumber, .textOfBoolean, .textOfDate, .firstText, .onlyText, .joined: .text
    case .dateOfText, .onlyDate: .date
    case .booleanOfText, .booleanOfNumber: .boolean
    }
  }
}

/// What is true or false of a row or a group, and never NULL.
public indirect enum QueryCondition: Sendable, Hashable {
  /// True or false for every row.
  case always(Bool)
  /// Both are no NULL and compare so. Both have the same type, one of text (by code points, cases told apart), number, boolean
  /// and date. See `QueryTypes.comparison` for how the types of two operands become one.
  case compare(QueryComparison, QueryTerm, QueryTerm)
  /// The term is no NULL and equal to one of the constants, which have its type, none of them NULL; at least one.
  case isIn(QueryTerm, [QueryConstant])
  /// A column of kind `option`, or the row's id, is one of these: ids of options, or ids of rows as clients write them
  /// (which may be none). At least one.
  case identifierIn(QueryReference, [ExactText])
  /// None of the three is NULL, and the first is not less than the second and not greater than the third. All have one
  /// type, as in `compare`.
  case between(QueryTerm, QueryTerm, QueryTerm)
  /// The text is no NULL and matches the pattern, whole. Cases are told apart, or ignored as Unicode's simple lower-case
  /// mapping has them.
  case like(QueryTerm, QueryPattern, ignoresCase: Bool)
  /// The term is NULL. It may be of any type.
  case isNull(QueryTerm)
  /// The boolean is true.
  case holds(QueryTerm)
  /// What a list column has: ids for the kind `options`, texts for `texts`, the elements in text form for `links`. False
  /// for NULL. At least one item.
  case has(QueryReference, QueryListTest, [ExactText])
  case not(QueryCondition)
  /// At least two.
  case and([QueryCondition])
  /// At least two.
  case or([QueryCondition])
}

/// A pattern of LIKE: `%` is any run of characters, `_` any one. A backslash makes a following `%`, `_` or backslash stand
/// for itself; before anything else it is a character.
public struct QueryPattern: Sendable, Hashable {
  /// A part of a pattern. No two texts and no two `anyRun` follow one another.
  public enum PatternPart: Sendable, Hashable {
    case text(ExactText)
    case anyOne
    case anyRun
  }

  /// The parts; none for the empty pattern, which is never used.
  public let parts: [PatternPart]

  init(_ pattern: String) {
    var parts: [PatternPart] = []
    var text: [UInt8] = []
    func flush() {
      if !text.isEmpty { parts.append(.text(ExactText(String(decoding: text, as: UTF8.self)))) }
      text = []
    }
    var escaped = false
    for byte in pattern.utf8 {
      let isSpecial = byte == UInt8(ascii: "%") || byte == UInt8(ascii: "_")
      if escaped {
        if !isSpecial, byte != UInt8(ascii: "\\") { text.append(UInt8(ascii: "\\")) }
        text.append(byte)
        escaped = false
      } else if byte == UInt8(ascii: "\\") {
        escaped = true
      } else if isSpecial {
        flush()
        let part: PatternPart = byte == UInt8(ascii: "_") ? .anyOne : .anyRun
        if part != .anyRun || parts.last != .anyRun { parts.append(part) }
      } else {
        text.append(byte)
      }
    }
    if escaped { text.append(UInt8(ascii: "\\")) }
    flush()
    self.parts = parts
  }
}
