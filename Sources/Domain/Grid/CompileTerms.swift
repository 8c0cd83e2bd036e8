internal import Ground
internal import Postgres
internal import Query

/// Terms. Each becomes an expression of its type: `text`, `float8`, `boolean`, `timestamp` in UTC, or `jsonb` for lists,
/// whose elements are texts, numbers, or the texts of dates.
extension QueryCompiler {
  mutating func term(_ term: QueryTerm) -> SQL {
    if let groups {
      if let place = groups.terms[term] {
        if case .column(let reference) = term, column(reference).system == nil { return groupValue(reference, place) }
        return "g.\(numbered("g", place))"
      }
      if case .aggregate(let aggregate, let argument) = term {
        return self.aggregate(aggregate, argument, argument.flatMap { groups.arguments[$0] })
      }
    }
    switch term {
    case .constant(let constant, let type): return self.constant(constant, type)
    case .column(let reference): return value(reference)
    case .converted(let inner, let conversion): return converted(inner, conversion)
    case .filled(let inner): return filled(inner)
    case .call(let function, let arguments, _): return call(function, arguments)
    case .arithmetic(let first, let steps):
      var value = self.term(first)
      for step in steps {
        let operand = self.term(step.operand)
        switch step.operation {
        case .add: value = "bk_add(\(value), \(operand))"
        case .subtract: value = "bk_subtract(\(value), \(operand))"
        case .multiply: value = "bk_multiply(\(value), \(operand))"
        case .divide: value = "bk_divide(\(value), \(operand))"
        }
      }
      return value
    case .negated(let inner): return "(0 - \(self.term(inner)))"
    // Never reached: aggregates stand only in groups.
    case .aggregate: return "null::float8"
    case .truth(let condition): return "((\(self.condition(condition))) is true)"
    }
  }

  /// The value of a column by which groups are made.
  private mutating func groupValue(_ reference: QueryReference, _ place: Int) -> SQL {
    switch column(reference).kind {
    case .links, .unevaluated, .button: return "g.\(numbered("g", place))"
    default: return value(reference)
    }
  }

  func constant(_ constant: QueryConstant, _ type: QueryType) -> SQL {
    switch constant {
    case .text(let text): return "\(text.text)::text"
    case .number(let number): return "\(digits(number))::float8"
    case .boolean(let truth): return truth ? "true::boolean" : "false::boolean"
    case .moment(let time): return "timezone('UTC', \(time)::timestamptz)"
    case .texts(let texts): return "to_jsonb(\(texts.map(\.text))::text[])"
    case .null:
      switch type {
      case .number: return "null::float8"
      case .boolean: return "null::boolean"
      case .date: return "null::timestamp"
      case .list, .place, .object: return "null::jsonb"
      case .text, .nothing: return "null::text"
      }
    }
  }

  func digits(_ number: Double) -> String { String(describing: number) }

  private mutating func converted(_ term: QueryTerm, _ conversion: QueryConversion) -> SQL {
    // The names of all of a cell's options are not needed for its first.
    if case .firstText = conversion, case .column(let reference) = term, case .options = column(reference).kind {
      return "(\(optionNames(reference)) ->> (\(raw(term)) ->> 0))"
    }
    let value = self.term(term)
    let isNumbers = term.type == .list(.number)
    switch conversion {
    case .numberOfText: return "bk_number(\(value))"
    case .numberOfBoolean: return "(\(value))::integer::float8"
    case .textOfNumber: return "bk_text(\(value))"
    case .textOfBoolean: return "(\(value))::text"
    case .textOfDate: return "bk_date_text(\(value))"
    case .dateOfText: return "bk_moment(\(value))"
    case .booleanOfText: return "bk_boolean(\(value))"
    case .booleanOfNumber: return "(\(value) <> 0)"
    case .firstText: return "bk_element((\(value)) -> 0)"
    case .onlyText: return "bk_element(bk_only(\(value)))"
    case .onlyNumber: return isNumbers ? "bk_only(\(value))::float8" : "bk_number(bk_only(\(value)) #>> '{}')"
    case .onlyDate: return "bk_moment(bk_only(\(value)) #>> '{}')"
    case .joined: return "bk_join(\(value))"
    }
  }

  private mutating func filled(_ term: QueryTerm) -> SQL {
    let value = self.term(term)
    switch term.type {
    case .number: return "coalesce(\(value), 0)"
    case .boolean: return "coalesce(\(value), false)"
    default: return "coalesce(\(value), '')"
    }
  }

  private func aggregate(_ aggregate: QueryAggregate, _ term: QueryTerm?, _ place: Int?) -> SQL {
    guard let term, let place else { return "count(*)::float8" }
    let argument: SQL = "g.\(numbered("a", place))"
    switch aggregate {
    case .count: return "count(\(argument))::float8"
    case .sum:
      return
        "(case when max(abs(\(argument))) < 1e290 then sum(\(argument)) filter (where abs(\(argument)) < 1e290) end)"
    case .avg:
      return
        "(case when max(abs(\(argument))) < 1e290 then avg(\(argument)) filter (where abs(\(argument)) < 1e290) end)"
    case .min: return term.type == .text ? "min(\(argument) collate \"C\")" : "min(\(argument))"
    case .max: return term.type == .text ? "max(\(argument) collate \"C\")" : "max(\(argument))"
    }
  }
}
