/// A pattern for `like` and `ilike` that matches every text that contains this one.
package func containing(_ text: String) -> String {
  var pattern = "%"
  for character in text.unicodeScalars {
    if "%_\\".unicodeScalars.contains(character) { pattern += "\\" }
    pattern.unicodeScalars.append(character)
  }
  return pattern + "%"
}
