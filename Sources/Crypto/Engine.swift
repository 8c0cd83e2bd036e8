internal import CCrypto
internal import Glibc

/// The libcrypto contexts of one thread. Fetching an algorithm and making a context cost four times as much as a short
/// hash, and neither may be used by two threads at once.
final class Engine {
  private let digest: OpaquePointer
  private let sha256: OpaquePointer
  private let hmac: OpaquePointer
  private var codes: [ObjectIdentifier: KeyedContext] = [:]
  private var pool: [UInt8] = []

  /// A context and its key. Holding the key keeps its identity from being reused.
  private struct KeyedContext {
    let key: AuthenticationKey
    let context: OpaquePointer
  }

  private init() {
    guard let sha256 = EVP_MD_fetch(nil, "SHA256", nil), let digest = EVP_MD_CTX_new(),
      let hmac = EVP_MAC_fetch(nil, "HMAC", nil)
    else { preconditionFailure("libcrypto has no SHA-256 or no HMAC") }
    (self.sha256, self.digest, self.hmac) = (sha256, digest, hmac)
  }

  deinit {
    forgetCodes()
    EVP_MAC_free(hmac)
    EVP_MD_CTX_free(digest)
    EVP_MD_free(sha256)
  }

  func sha256(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      let isDone =
        EVP_DigestInit_ex2(digest, sha256, nil) == 1 && EVP_DigestUpdate(digest, bytes, bytes.count) == 1
        && EVP_DigestFinal_ex(digest, buffer.baseAddress, nil) == 1
      precondition(isDone, "libcrypto cannot hash")
      count = 32
    }
  }

  func code(of message: [UInt8], with key: AuthenticationKey) -> [UInt8] {
    let context = context(of: key)
    return [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      // A null key means the previous one, whose two hash states are kept.
      let isDone =
        EVP_MAC_init(context, nil, 0, nil) == 1 && EVP_MAC_update(context, message, message.count) == 1
        && EVP_MAC_final(context, buffer.baseAddress, &count, 32) == 1
      precondition(isDone && count == 32, "libcrypto cannot authenticate")
    }
  }

  private func context(of key: AuthenticationKey) -> OpaquePointer {
    if let known = codes[ObjectIdentifier(key)] { return known.context }
    guard let context = EVP_MAC_CTX_new(hmac) else { preconditionFailure("libcrypto has no memory") }
    // Both texts must live until the call returns. A Swift string that is passed to C lives only for that one call.
    var name = Array("SHA256".utf8CString)
    let isKeyed = Array(OSSL_MAC_PARAM_DIGEST.utf8CString).withUnsafeBufferPointer { digest in
      name.withUnsafeMutableBufferPointer { name in
        let parameters = [
          OSSL_PARAM_construct_utf8_string(digest.baseAddress, name.baseAddress, 0), OSSL_PARAM_construct_end(),
        ]
        return EVP_MAC_init(context, key.bytes, key.bytes.count, parameters) == 1
      }
    }
    precondition(isKeyed, "libcrypto takes no key")
    if codes.count >= Self.keptCodes { forgetCodes() }
    codes[ObjectIdentifier(key)] = KeyedContext(key: key, context: context)
    return context
  }

  /// Keys that are used only once would pile up. Keys that last are added again when they are next used.
  private func forgetCodes() {
    for code in codes.values { EVP_MAC_CTX_free(code.context) }
    codes = [:]
  }

  private static let keptCodes = 64

  /// Takes bytes from a pool of 4 KiB, so that a token does not cost a system call. No byte is handed out twice.
  func random(_ count: Int) -> [UInt8] {
    if pool.count < count {
      pool = [UInt8](repeating: 0, count: max(4096, count))
      precondition(RAND_bytes(&pool, Int32(pool.count)) == 1, "the system gives no random bytes")
    }
    defer { pool.removeLast(count) }
    return Array(pool.suffix(count))
  }

  // MARK: One engine per thread

  /// The calling thread's engine.
  static var current: Engine {
    if let pointer = pthread_getspecific(slot) { return Unmanaged<Engine>.fromOpaque(pointer).takeUnretainedValue() }
    let engine = Engine()
    pthread_setspecific(slot, Unmanaged.passRetained(engine).toOpaque())
    return engine
  }

  private static let slot: pthread_key_t = {
    var slot = pthread_key_t()
    let code = pthread_key_create(&slot) { pointer in
      guard let pointer else { return }
      Unmanaged<Engine>.fromOpaque(pointer).release()
    }
    precondition(code == 0, "no thread-specific slot is left")
    return slot
  }()
}

/// Whether two byte arrays are equal. The time that this takes depends only on their lengths.
func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}
