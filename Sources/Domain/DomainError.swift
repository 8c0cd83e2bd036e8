package import Access

/// A rule's refusal of a request that the caller's permissions would allow.
package enum DomainError: Error, Equatable {
  /// A field has an invalid value.
  case invalid(field: String)
  /// The request cannot be fulfilled, for the given reason.
  case refused(String)
  /// A setting, which the text names, forbids the request.
  case forbidden(String)
  /// Somebody could not sign in. Until the password was right, they do not learn why. The account is for the log.
  case signInFailed(SecurityEvent.SignInFailure, ID<Account>?)
  /// Somebody who is signed in was asked for their password again, and did not prove themselves.
  case proofFailed(SecurityEvent.ProofFailure)
  /// The first code of a second factor is wrong.
  case codeWrong
}
