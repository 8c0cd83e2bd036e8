/// A pattern for `ilike` that finds a text anywhere in another one.
package func containing(_ text: String) -> String {
  var pattern = "%"
  for character in text.unicodeScalars {
    if "%_\\".unicodeScalars.contains(character) { pattern += "\\" }
    pattern.unicodeScalars.append(character)
  }
  return pattern + "%"
}
