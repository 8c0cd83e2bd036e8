internal import Ground

/// A name of a table, column, view or option in normalization form C. Nil if it cannot be a name: it is empty, has more
/// than `GridLimit.name` characters, control characters, or only whitespace.
///
/// A column's name has none of `.`, `{`, `}` and the backtick, which formulas and SQL give a meaning, and is not one of
/// those under which rows show what the database knows of them.
func gridName(_ text: String, isColumn: Bool) -> String? {
  guard let name = normalized(text, upTo: GridLimit.name), !name.isEmpty,
    !name.unicodeScalars.allSatisfy(\.properties.isWhitespace),
    !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
  else { return nil }
  guard isColumn else { return name }
  let isPlain = !name.utf8.contains { ".{}`".utf8.contains($0) }
  return isPlain && !systemNames.contains(ExactText(name)) ? name : nil
}

/// The name of a view; nil if it cannot be one. Views are named in paths, which none may turn into another.
func viewName(_ text: String) -> String? {
  gridName(text, isColumn: false).flatMap { leadsElsewhere($0) || isOnlySlashes($0) ? nil : $0 }
}

/// The members that every row has beside its cells.
let systemNames = Set(
  ["_id", "_ctime", "_mtime", "_creator", "_last_modifier", "_locked", "_locked_by", "_archived"].map(ExactText.init))
