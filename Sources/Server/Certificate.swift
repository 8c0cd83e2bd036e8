internal import COpenSSL
internal import Glibc

/// The server's certificate for TLS, with its chain and its key.
public final class Certificate: @unchecked Sendable {  // Sendable: nothing changes in it but OpenSSL's counts.
  /// The beginning of its validity, in seconds since 1970.
  public let begin: Int
  /// The end of its validity, in seconds since 1970.
  public let end: Int
  let own: OpaquePointer
  /// The certificates up to the last one that clients may not know.
  let others: [OpaquePointer]
  let key: OpaquePointer

  /// How many bits an RSA key must have (NIST SP 800-57).
  private static let fewestBits = 2_048

  /// Why it cannot be used, in words for the operator.
  public enum Flaw: Error {
    /// A certificate is missing or damaged.
    case chain(String)
    /// The key is missing, damaged, encrypted, or belongs to another certificate.
    case key(String)
  }

  /// Reads PEM files. The certificates may be in any order.
  ///
  /// - Throws: `Flaw` if they cannot be used. The dates of validity are not checked.
  public init(chain: [UInt8], key: [UInt8]) throws(Flaw) {
    self.key = try privateKey(key)
    let bits = EVP_PKEY_get_bits(self.key)
    guard EVP_PKEY_get_base_id(self.key) != EVP_PKEY_RSA || bits >= Self.fewestBits else {
      EVP_PKEY_free(self.key)
      throw .key("is an RSA key of \(bits) bits: it needs \(Self.fewestBits), or make an ECDSA key")
    }
    do throws(Flaw) {
      var chain = try certificates(chain)
      // The server's own is the one that has issued no other.
      let place = chain.firstIndex { one in !chain.contains { $0 != one && X509_check_issued(one, $0) == X509_V_OK } }
      guard let place, X509_check_private_key(chain[place], self.key) == 1 else {
        for one in chain { X509_free(one) }
        throw .key("is not the certificate's key")
      }
      own = chain.remove(at: place)
      others = chain
    } catch {
      EVP_PKEY_free(self.key)
      throw error
    }
    (begin, end) = (seconds(X509_get0_notBefore(own)), seconds(X509_get0_notAfter(own)))
    guard TLSContext(self) != nil else { throw .chain(reason()) }
  }

  deinit {
    for certificate in [own] + others { X509_free(certificate) }
    EVP_PKEY_free(key)
  }
}

/// A copy of the text, for OpenSSL to read.
private func file(of text: [UInt8]) -> OpaquePointer? {
  let file = BIO_new(BIO_s_mem())
  BIO_write(file, text, Int32(text.count))
  return file
}

private func certificates(_ text: [UInt8]) throws(Certificate.Flaw) -> [OpaquePointer] {
  let file = file(of: text)
  defer { BIO_free(file) }
  var found: [OpaquePointer] = []
  ERR_clear_error()
  while let one = PEM_read_bio_X509(file, nil, nil, nil) { found.append(one) }
  guard isAtEnd else {
    for one in found { X509_free(one) }
    throw .chain(reason())
  }
  guard !found.isEmpty else { throw .chain("contains no certificate in PEM") }
  return found
}

private func privateKey(_ text: [UInt8]) throws(Certificate.Flaw) -> OpaquePointer {
  let file = file(of: text)
  defer { BIO_free(file) }
  var isEncrypted = false
  ERR_clear_error()
  let key = PEM_read_bio_PrivateKey(
    file, nil,
    { _, _, _, isEncrypted in
      isEncrypted?.assumingMemoryBound(to: Bool.self).pointee = true
      return -1
    }, &isEncrypted)
  if let key { return key }
  if isEncrypted { throw .key("is encrypted with a password: remove that") }
  let isThere = String(decoding: text, as: UTF8.self).contains("PRIVATE KEY-----")
  throw .key(isThere ? reason() : "contains no key in PEM")
}

/// Whether the last error of OpenSSL says that there is no more PEM.
private var isAtEnd: Bool {
  let code = ERR_peek_last_error()
  return Int32(code >> 23 & 0xff) == ERR_LIB_PEM && Int32(code & 0x7f_ffff) == PEM_R_NO_START_LINE
}

/// OpenSSL's first error.
private func reason() -> String {
  let text = ERR_reason_error_string(ERR_peek_error()).map { String(cString: $0) }
  return "cannot be used" + (text.map { ": " + $0 } ?? "")
}

/// Seconds since 1970; 0 if it is no point in time.
private func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int {
  var parts = tm()
  return ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : 0
}
