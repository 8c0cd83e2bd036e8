internal import Domain
internal import HTTP

extension Fields {
  /// A change of an optional number: `meansNone` tells which numbers clear it; a missing or empty field keeps it.
  func patch(
    _ name: String, _ range: ClosedRange<Int64>, clearedBy meansNone: (Int64) -> Bool = { $0 <= 0 }
  ) throws(FieldsError) -> Patch<Int64> {
    guard let value = try optionalInteger(name, range) else { return .keep }
    return meansNone(value) ? .clear : .set(value)
  }

  /// A change of an optional name: an empty field clears it; a missing field keeps it.
  func patchedName(_ name: String) throws -> Patch<String> {
    guard let text = try removableName(name) else { return .keep }
    return text.isEmpty ? .clear : .set(text)
  }
}
