internal import Access
internal import Crypto
package import Domain
package import Ground
internal import HTTP
internal import QR

// swift-format-ignore
let twoFactorRoutes = Table(.twoFactor, [
  Route(.get,    "/api/v2.1/user/two-factor-auth/", "getTwoFactor",     as: Enrolling.self, showFactor),
  Route(.post,   "/api/v2.1/user/two-factor-auth/", "enrolTwoFactor",   as: Enrolling.self, beginFactor, once: false),
  Route(.put,    "/api/v2.1/user/two-factor-auth/", "confirmTwoFactor", as: Enrolling.self, confirmFactor),
  Route(.delete, "/api/v2.1/user/two-factor-auth/", "deleteTwoFactor",  as: SignedIn.self,  removeFactor),
])

// MARK: Wire

private struct FirstCode: Input {
  let text: String
  init(_ parts: Parts) throws { text = try parts.body().text("code", 1...64) }
}

extension SecondFactorRecord: Output, JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      $0.add("enabled", isConfirmed)
      $0.add("required", isRequired)
      $0.add("recovery_codes_left", codesLeft)
    }
  }
}

/// The secret for the phone, which is shown only once.
private struct Enrolment: Output, JSONEncodable {
  let secret: String
  let url: String
  let code: QRCode

  init(_ password: OneTimePassword, email: String) throws {
    let label = email.utf8.map { byte in
      byte.isLetterOrDigit || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
        ? String(UnicodeScalar(byte)) : "%" + hexadecimal([byte]).uppercased()
    }.joined()
    secret = password.base32
    url = "otpauth://totp/Basekeeper:\(label)?secret=\(secret)&issuer=Basekeeper"
    code = try QRCode(url)
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("secret", secret)
      $0.add("otpauth_url", url)
      $0.add("qr_code", code.dataURL)
    }
  }
}

private struct RecoveryCodes: Output, JSONEncodable {
  let codes: [Secret]
  func write(to json: inout JSONWriter) { json.object { $0.add("recovery_codes", codes.map(\.clear)) } }
}

// MARK: Operations

private func showFactor(of enrolling: Enrolling, _: NoInput, _ app: App) async throws -> SecondFactorRecord {
  try await SecondFactors(app).find(of: enrolling.caller)
}

private func beginFactor(of enrolling: Enrolling, _ proof: PasswordProof, _ app: App) async throws -> Enrolment {
  let (password, email) = try await SecondFactors(app).begin(by: enrolling.caller, proof)
  return try Enrolment(password, email: email)
}

/// Only this response has the recovery codes.
private func confirmFactor(of enrolling: Enrolling, _ code: FirstCode, _ app: App) async throws -> RecoveryCodes {
  RecoveryCodes(codes: try await SecondFactors(app).confirm(code.text, by: enrolling.caller))
}

private func removeFactor(of caller: SignedIn, _ proof: PasswordProof, _ app: App) async throws -> Success {
  try await SecondFactors(app).remove(by: caller, proof)
  return Success()
}
