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
  /// The password is right, and the second factor is asked for.
  case secondFactorMissing
  /// The second factor is wrong, or was used before.
  case secondFactorWrong
  /// A request with the same idempotency key is under way.
  case running
  /// What the first request with this idempotency key was answered with a secret, which was ended since.
  case ended
  /// The idempotency key was sent with another request before.
  case otherRequest
  /// The body is compressed, or packed in another way.
  case encoded(String)
  /// Neither a path nor a group of paths that the service knows.
  case unknownPath
  /// The client refuses the only coding that a file is kept in.
  case needsGzip
  /// The path is known, for these methods.
  case methodNotAllowed(String, allowed: [String])
}
