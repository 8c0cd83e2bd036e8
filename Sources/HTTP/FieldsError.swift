/// Why the fields of a request cannot be used.
public enum FieldsError: Error, Equatable {
  /// The body or the query is not what its type says; the reason is fit to be shown.
  case malformed(String)
  /// A body of a type that is not read.
  case unsupportedMediaType(String)
  /// A field that is not there, or not what it should be.
  case invalid(String)
}

/// A value that was made of a field; nil is refused, with the field's name.
public func parsed<Value>(_ field: String, _ value: Value?) throws(FieldsError) -> Value {
  guard let value else { throw .invalid(field) }
  return value
}
