/// What SeaTable's SQL does not have but others do: the name in capitals, and what to write instead.
let refusedNames: [String: String] = {
  var names: [String: String] = [:]
  for (words, advice) in [
    ("SUBSTR SUBSTRING", "use mid(text, start, count)"),
    ("CONCAT CONCAT_WS GROUP_CONCAT STRING_AGG", "use concatenate(a, b, …)"),
    ("LENGTH CHAR_LENGTH CHARACTER_LENGTH", "use len(text)"),
    ("LOCATE INSTR POSITION STRPOS", "use find(needle, text, 1)"),
    ("LPAD RPAD REPEAT", "use rept(text, count)"),
    ("UCASE", "use upper(text)"), ("LCASE", "use lower(text)"), ("LTRIM RTRIM", "use trim(text)"),
    ("REVERSE", "there is no such function"),
    ("CURDATE CURRENT_DATE", "use today()"), ("CURRENT_TIMESTAMP GETDATE SYSDATE", "use now()"),
    ("DATE_FORMAT STR_TO_DATE FORMAT TO_CHAR TO_DATE", "use isodate(date), isomonth(date) or text(number, format)"),
    ("DATEDIFF TIMESTAMPDIFF", "use dateDif(from, to, unit)"),
    ("DATE_ADD DATE_SUB ADDDATE SUBDATE TIMESTAMPADD", "use dateAdd(date, count, unit)"),
    ("EXTRACT DATE_PART DATE_TRUNC", "use year(date), month(date), day(date), hour(date), isomonth(date) and so on"),
    ("CEIL", "use ceiling(number, 1)"), ("TRUNCATE TRUNC", "use rounddown(number, digits)"),
    ("POW", "use power(number, exponent)"), ("LOG2", "use log(number, 2)"), ("LOG10", "use lg(number)"),
    ("LN", "use log(number, e)"),
    ("RAND RANDOM", "there is no such function"),
    ("IFNULL COALESCE NULLIF NVL ISNULL", "use if(column IS NULL, value, column)"),
    ("CASE IIF DECODE", "use if(condition, value, other), ifs or switch"),
    ("DAYOFWEEK", "use weekday(date)"), ("WEEK WEEKOFYEAR", "use weeknum(date)"), ("LAST_DAY", "use eomonth(date, 0)"),
    ("DAYOFMONTH", "use day(date)"), ("DAYNAME", "use weekday(date)"), ("MONTHNAME", "use month(date)"),
    ("CAST CONVERT", "types are converted where they must be: see text and value"),
    ("GREATEST LEAST", "use if(a > b, a, b)"),
    ("HOURS ISOWEEKNUM", "it exists in formulas only"),
    ("TRUE FALSE PI E", "constants stand without parentheses"),
  ] {
    for word in words.split(separator: " ") { names[String(word)] = advice }
  }
  return names
}()

/// The words that are no names unless they stand in backticks.
let reservedWords: Set<String> = [
  "select", "distinct", "from", "where", "group", "by", "having", "order", "limit", "offset", "as", "asc", "desc",
  "and", "or", "not", "like", "ilike", "in", "between", "is", "null", "true", "false", "update", "set", "delete",
  "insert",
  "into", "values", "join", "inner", "outer", "cross", "natural", "on", "using", "union", "intersect", "except", "case",
  "when", "then", "else", "end", "exists", "with", "cast",
]
