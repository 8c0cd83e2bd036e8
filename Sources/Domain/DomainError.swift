/// Why a rule refuses what is asked for, beyond what the caller may do.
package enum DomainError: Error, Equatable {
  /// A value that cannot be, by the name of its field.
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
  /// The password is right, but it is one that somebody else has given, and was not changed in time.
  case firstPasswordExpired
}
