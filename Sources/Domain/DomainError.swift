/// A rule's refusal of a request that the caller's permissions would allow.
package enum DomainError: Error, Equatable {
  /// A field has an invalid value.
  case invalid(field: String)
  /// The request cannot be fulfilled, for the given reason.
  case refused(String)
  /// A setting, which the text names, forbids the request.
  case forbidden(String)
  /// Unknown user or wrong password; the caller does not learn which.
  case loginFailed
  /// The password is right, and a second factor is required.
  case secondFactorMissing
  /// The second factor's code is wrong or already used.
  case secondFactorWrong
  /// The password is right, but it is one that somebody else has given, and was not changed in time.
  case firstPasswordExpired
}
