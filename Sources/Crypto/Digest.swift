/// SHA-256 of bytes (FIPS 180-4).
public func sha256(_ bytes: [UInt8]) -> [UInt8] { Engine.current.sha256(bytes) }

/// Bytes that nobody can guess.
public func randomBytes(_ count: Int) -> [UInt8] { Engine.current.random(count) }

/// A key for HMAC with SHA-256 (RFC 2104).
public final class AuthenticationKey: Sendable {
  let bytes: [UInt8]

  /// A key of the given bytes.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The code of a message: 32 bytes.
  public func code(of message: [UInt8]) -> [UInt8] { Engine.current.code(of: message, with: self) }

  /// Whether a code is a message's, compared in constant time.
  public func isCode(_ code: [UInt8], of message: [UInt8]) -> Bool { isEqual(code, self.code(of: message)) }
}
