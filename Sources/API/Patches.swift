internal import Domain
internal import HTTP

extension Fields {
  /// A number that may be taken away, which those do that mean none; kept where the field is not there, or empty.
  func patch(
    _ name: String, _ range: ClosedRange<Int64>, clearedBy meansNone: (Int64) -> Bool = { $0 <= 0 }
  ) throws(FieldsError) -> Patch<Int64> {
    guard let value = try optionalInteger(name, range) else { return .keep }
    return meansNone(value) ? .clear : .set(value)
  }

  /// A name that may be taken away, which an empty text does; kept where the field is not there.
  func patchedName(_ name: String) throws -> Patch<String> {
    guard let text = try removableName(name) else { return .keep }
    return text.isEmpty ? .clear : .set(text)
  }
}
