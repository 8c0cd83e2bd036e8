/// What can go wrong in an operation beyond a refusal, a bad field or the database.
enum APIError: Error, Equatable {
  /// A value that no getter of fields can judge: `exp`, a permission, a name.
  case invalid(field: String)
  /// What is asked for cannot be done, for a reason that is said.
  case refused(String)
  /// What is asked for is kept from the caller by a setting, which is said.
  case forbidden(String)
  /// Wrong user or wrong password; which of the two is not said.
  case loginFailed
  /// Neither a path nor a group of paths that the service knows.
  case unknownPath
  /// The path is known, for these methods.
  case methodNotAllowed(String, allowed: [String])
}
