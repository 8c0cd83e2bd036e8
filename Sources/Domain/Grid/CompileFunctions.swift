internal import Ground
internal import Postgres
internal import Query

/// Functions, by the functions `bk_…` of the schema, or by what PostgreSQL has.
extension QueryCompiler {
  mutating func call(_ function: QueryFunction, _ terms: [QueryTerm]) -> SQL {
    if function == .textOnly { return terms[0].type == .text ? term(terms[0]) : "null::text" }
    if function == .countItems, case .list = terms[0].type {
      return "coalesce(jsonb_array_length(\(term(terms[0]))), 0)::float8"
    }
    if function == .countItems, terms[0].type == .object || terms[0].type == .place {
      let value = term(terms[0])
      return """
        (case jsonb_typeof(\(value)) when 'array' then jsonb_array_length(\(value)) when 'object' then 1 else 0 end)::float8
        """
    }
    var values: [SQL] = []
    for one in terms { values.append(term(one)) }
    return text(function, values) ?? number(function, values) ?? date(function, values) ?? logic(function, values)
  }

  private func text(_ function: QueryFunction, _ values: [SQL]) -> SQL? {
    let all = list(values)
    let start: SQL = values.count > 2 ? values[2] : "1::float8"
    switch function {
    case .concatenate: return "bk_concatenate(variadic array[\(all)])"
    case .exact: return "(\(values[0]) = \(values[1]))"
    case .find: return "bk_find(\(values[0]), \(values[1]), \(start))"
    case .search: return "bk_find(lower(\(values[0])), lower(\(values[1])), \(start))"
    case .left: return "bk_left(\(all))"
    case .right: return "bk_right(\(all))"
    case .len: return "length(\(all))::float8"
    case .lower: return "nullif(lower(\(all)), '')"
    case .upper: return "nullif(upper(\(all)), '')"
    case .trim: return "bk_trim(\(all))"
    case .mid: return "bk_mid(\(all))"
    case .replace: return "bk_replace(\(all))"
    case .rept: return "bk_rept(\(all))"
    case .substitute: return "bk_substitute(\(all))"
    case .text: return "bk_number_form(\(all))"
    case .value: return "bk_number(coalesce(nullif(\(all), ''), '0'))"
    case .country: return "nullif(\(all) ->> 'country_region', '')"
    default: return nil
    }
  }

  private func number(_ function: QueryFunction, _ values: [SQL]) -> SQL? {
    let all = list(values)
    let second: SQL = values.count > 1 ? values[1] : "1::float8"
    let digits: SQL = values.count > 1 ? values[1] : "0::float8"
    switch function {
    case .add: return "bk_add(\(all))"
    case .subtract: return "bk_subtract(\(all))"
    case .multiply: return "bk_multiply(\(all))"
    case .divide: return "bk_divide(\(all))"
    case .mod: return "bk_mod(\(all))"
    case .power: return "bk_power(\(all))"
    case .greater: return "(\(values[0]) > \(values[1]))"
    case .lessthan: return "(\(values[0]) < \(values[1]))"
    case .greatereq: return "(\(values[0]) >= \(values[1]))"
    case .lessthaneq: return "(\(values[0]) <= \(values[1]))"
    case .equal: return "(\(values[0]) = \(values[1]))"
    case .unequal: return "(\(values[0]) <> \(values[1]))"
    case .abs: return "abs(\(all))"
    case .ceiling: return "bk_ceiling(\(values[0]), \(second))"
    case .floor: return "bk_floor(\(values[0]), \(second))"
    case .even: return "bk_even(\(all))"
    case .odd: return "bk_odd(\(all))"
    case .exp: return "bk_exp(\(all))"
    case .int: return "floor(\(all))"
    case .lg: return "bk_log(\(all), 10)"
    case .log: return values.count > 1 ? "bk_log(\(all))" : "bk_log(\(all), 10)"
    case .round: return "bk_round(\(values[0]), \(digits))"
    case .rounddown: return "bk_rounddown(\(values[0]), \(digits))"
    case .roundup: return "bk_roundup(\(values[0]), \(digits))"
    case .sign: return "sign(\(all))"
    case .sqrt: return "bk_sqrt(\(all))"
    case .average: return "bk_average(variadic array[\(all)]::float8[])"
    default: return nil
    }
  }

  private func date(_ function: QueryFunction, _ values: [SQL]) -> SQL? {
    let all = list(values)
    switch function {
    case .date: return "bk_day_of(\(all))"
    case .dateAdd:
      return values.count > 2
        ? "bk_dateadd(\(values[0]), \(values[1]), lower(\(values[2])))" : "bk_dateadd(\(all), 'days')"
    case .dateDif:
      return values.count > 2
        ? "bk_datedif_from(\(values[0]), \(values[1]), upper(\(values[2])))" : "bk_datedif_from(\(all), 'D')"
    case .day: return "extract(day from \(all))::float8"
    case .month: return "extract(month from \(all))::float8"
    case .quarter: return "extract(quarter from \(all))::float8"
    case .year: return "extract(year from \(all))::float8"
    case .hour: return "extract(hour from \(all))::float8"
    case .minute: return "extract(minute from \(all))::float8"
    case .second: return "floor(extract(second from \(all)))::float8"
    case .eomonth: return "bk_eomonth(\(all))"
    case .isodate: return "bk_date_form(\(all), 'YYYY-MM-DD')"
    case .isomonth: return "bk_date_form(\(all), 'YYYY-MM')"
    case .months: return "bk_months(\(all))"
    case .networkdays:
      return
        "bk_networkdays(\(values[0]), \(values[1]), variadic array[\(list(Array(values.dropFirst(2))))]::timestamp[])"
    case .startofweek: return values.count > 1 ? "bk_startofweek(\(all))" : "bk_startofweek(\(all), '')"
    case .weekday: return values.count > 1 ? "bk_weekday(\(all))" : "bk_weekday(\(all), '')"
    case .weeknum: return values.count > 1 ? "bk_weeknum(\(all))" : "bk_weeknum(\(all), 1)"
    default: return nil
    }
  }

  private func logic(_ function: QueryFunction, _ values: [SQL]) -> SQL {
    switch function {
    case .and: return "(\(joined(values, by: " and ")))"
    case .or: return "(\(joined(values, by: " or ")))"
    case .not: return "(not \(values[0]))"
    case .xor: return "(\(trues(values)) % 2 = 1)"
    case .ifElse:
      return values.count > 2
        ? "(case when \(values[0]) then \(values[1]) else \(values[2]) end)"
        : "(case when \(values[0]) then \(values[1]) end)"
    case .ifs: return "(case\(cases(values[...])) end)"
    case .switchCase:
      let hasOther = values.count % 2 == 0
      let other: SQL = if hasOther, let last = values.last { " else \(last)" } else { "" }
      return "(case \(values[0])\(cases(values[1..<(values.count - (hasOther ? 1 : 0))]))\(other) end)"
    case .counta, .countItems: return "\(trues(values.map { "(\($0)) is not null" }))::float8"
    case .countblank: return "\(trues(values.map { "(\($0)) is null" }))::float8"
    default: return "\(values.count)::float8"
    }
  }

  /// How many of the booleans are true. A list, since a long sum would be deeper than PostgreSQL goes.
  private func trues(_ values: [SQL]) -> SQL {
    "cardinality(array_positions(array[\(list(values))]::boolean[], true))"
  }

  private func cases(_ values: ArraySlice<SQL>) -> SQL {
    joined(
      stride(from: values.startIndex, to: values.endIndex - 1, by: 2).map { place in
        " when \(values[place]) then \(values[place + 1])"
      }, by: "")
  }
}
