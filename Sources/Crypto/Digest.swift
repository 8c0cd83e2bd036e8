internal import CCrypto

/// The SHA-256 of bytes (FIPS 180-4).
public func sha256(_ bytes: [UInt8]) -> [UInt8] { Engine.current.sha256(bytes) }

/// A SHA-256 that is computed piece by piece.
public final class RunningDigest {
  private let context: OpaquePointer

  /// Starts a digest.
  public init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex2(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("libcrypto has no SHA-256")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Adds the next piece.
  public func add(_ bytes: [UInt8]) {
    precondition(EVP_DigestUpdate(context, bytes, bytes.count) == 1, "libcrypto cannot hash")
  }

  /// The digest of all pieces: 32 bytes. May be called only once.
  public func value() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      precondition(EVP_DigestFinal_ex(context, buffer.baseAddress, nil) == 1, "libcrypto cannot hash")
      count = 32
    }
  }
}

/// Random bytes from a cryptographically secure generator.
public func randomBytes(_ count: Int) -> [UInt8] { Engine.current.random(count) }

/// A key for HMAC with SHA-256 (RFC 2104).
public final class AuthenticationKey: Sendable {
  let bytes: [UInt8]

  /// Makes a key from bytes.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The authentication code of a message: 32 bytes.
  public func code(of message: [UInt8]) -> [UInt8] { Engine.current.code(of: message, with: self) }

  /// Whether `code` is the authentication code of the message, compared in constant time.
  public func isCode(_ code: [UInt8], of message: [UInt8]) -> Bool { isEqual(code, self.code(of: message)) }
}
