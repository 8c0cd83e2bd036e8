/// Why the fields of a request cannot be used.
public enum FieldsError: Error, Equatable {
  /// The body or the query does not match its encoding. The reason is safe to show to the client.
  case malformed(String)
  /// The service does not read bodies of this media type.
  case unsupportedMediaType(String)
  /// The named field is missing or invalid.
  case invalid(String)
}

/// Unwraps a value that was parsed from a field.
///
/// - Throws: `FieldsError.invalid` with the field's name if the value is nil.
public func parsed<Value>(_ field: String, _ value: Value?) throws(FieldsError) -> Value {
  guard let value else { throw .invalid(field) }
  return value
}
