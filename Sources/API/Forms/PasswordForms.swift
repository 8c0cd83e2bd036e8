internal import Domain
internal import HTTP

extension PasswordProof: Input {
  /// The field `password`, and a code of the second factor from `X-SEAFILE-OTP`, as at signing in.
  init(_ parts: Parts) throws {
    self.init(password: try parts.body().text("password", 1...1024), code: parts.oneTimePassword)
  }

  /// The same where it need not be given: nil if it is not.
  init?(ifGivenIn parts: Parts) throws {
    guard try parts.body().optionalText("password", upTo: 1024) != nil else { return nil }
    try self.init(parts)
  }
}
