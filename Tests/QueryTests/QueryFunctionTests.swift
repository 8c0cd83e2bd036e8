import Ground
import Testing

@testable import Query

@Suite struct QueryFunctionTests {
  private static func call(_ function: QueryFunction, _ count: Int) -> String {
    let argument = function == .country ? "place" : "Name"
    return "SELECT \(function.name)(\(Array(repeating: argument, count: count).joined(separator: ", "))) FROM People"
  }

  /// The least and the most arguments of each function; nil for any number.
  private static let arities: [(names: String, least: Int, most: Int?)] = [
    ("now today", 0, 0),
    (
      "len lower trim upper value T abs even exp int lg odd sign sqrt day hour isodate isomonth minute month quarter",
      1, 1
    ),
    ("second year not countItems country", 1, 1),
    ("exact left rept right text add subtract multiply divide mod power greater lessthan greatereq lessthaneq", 2, 2),
    ("equal unequal eomonth months", 2, 2), ("date mid", 3, 3), ("replace", 4, 4),
    ("find search dateAdd dateDif if", 2, 3), ("substitute", 3, 4),
    ("ceiling floor log round rounddown roundup startofweek weekday weeknum", 1, 2),
    ("concatenate and or xor average counta countall countblank", 1, nil), ("networkdays", 2, nil), ("ifs", 2, nil),
    ("switch", 3, nil),
  ]

  @Test func `every function takes its numbers of arguments and no others`() throws {
    var known: Set<String> = []
    for (names, least, most) in Self.arities {
      for name in names.split(separator: " ") {
        let function = try #require(QueryFunction(word: String(name)))
        known.insert(function.rawValue)
        for count in 0...6 {
          let fits = count >= least && count <= most ?? 99 && (function != .ifs || count % 2 == 0)
          let refused = refusal(Self.call(function, count))
          #expect(
            refused?.fault == (fits ? nil : function == .not ? .syntax : .arity),
            "\(name) with \(count): \(refused?.message ?? "")")
          // NOT is an operator, too, so that no comma may follow its argument.
          if function == .not { continue }
          if !fits { #expect(refused?.message.contains("\(function.name) takes ") == true) }
        }
      }
    }
    #expect(known == Set(QueryFunction.allCases.map(\.rawValue)))
  }

  @Test func `functions are called in any case`() {
    for function in QueryFunction.allCases where function != .country {
      for name in [function.rawValue, function.rawValue.uppercased(), function.name] {
        #expect(QueryFunction(word: name) == function)
      }
    }
  }

  @Test func `functions of other dialects are refused with what stands in for them`() throws {
    let names = """
      SUBSTR SUBSTRING CONCAT CONCAT_WS LENGTH CHAR_LENGTH LOCATE INSTR LPAD RPAD REVERSE REPEAT UCASE LCASE CURDATE CURRENT_DATE
      DATE_FORMAT DATE_ADD DATE_SUB EXTRACT CEIL TRUNCATE RAND IFNULL COALESCE NULLIF CASE DAYOFWEEK WEEK LAST_DAY TIMESTAMPDIFF
      TIMESTAMPADD DAYOFMONTH DAYNAME MONTHNAME CAST CONVERT GREATEST LEAST LOG2 STR_TO_DATE GROUP_CONCAT FORMAT DATEDIFF hours
      isoweeknum true false pi
      """
    for name in names.split(whereSeparator: \.isWhitespace) {
      for name in [String(name), name.lowercased()] {
        // dateDif is dateDif in any case.
        if name.lowercased() == "datediff" { #expect(QueryFunction(word: name) == nil) }
        let refused = try #require(refusal("SELECT \(name)(Name, 1) FROM People"), "\(name)")
        #expect([.unknownFunction, .unsupported].contains(refused.fault), "\(name)")
        #expect(refused.message.contains("; ") || refused.message.contains(": use"), "\(refused.message)")
      }
    }
    #expect(refusal("SELECT replace(Name, 'a', 'b') FROM People")?.fault == .arity)
    #expect(refusal("SELECT date(born) FROM People")?.fault == .arity)
  }

  @Test func `constants stand inside functions alone`() throws {
    #expect(try select("SELECT round(pi, 2), power(e, 1), and(true, FALSE) FROM People").items.count == 3)
    for sql in ["pi", "e", "PI"] {
      #expect(refusal("SELECT \(sql) FROM People")?.fault == .unknownColumn)
    }
  }

  @Test func `every function has a type for each of its arguments`() throws {
    for function in QueryFunction.allCases where function != .now && function != .today {
      for column in Tables.people.columns where ![.object, .place, .button].contains(column.kind) {
        let signature = function.signature
        let count = signature.arguments.count + signature.repeated.count
        guard function != .country else { continue }
        let arguments = Array(repeating: "`\(column.name.replacing("`", with: "``"))`", count: count).joined(
          separator: ", ")
        let query = try select("SELECT \(function.name)(\(arguments)) AS x FROM People")
        query.items[0].value.term.visit { term in
          #expect(term.type != .nothing, "\(function.name) of \(column.name)")
          return true
        }
      }
    }
  }
}
