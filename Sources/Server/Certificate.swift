internal import CGnuTLS

/// The server's certificate for TLS, with its chain and its key.
public final class Certificate: @unchecked Sendable {  // Sendable: GnuTLS changes nothing in it.
  /// The beginning of its validity, in seconds since 1970.
  public let begin: Int
  /// The end of its validity, in seconds since 1970.
  public let end: Int
  let credentials: OpaquePointer

  /// Why it cannot be used, in words for the operator.
  public enum Flaw: Error {
    /// A certificate is missing or damaged.
    case chain(String)
    /// The key is missing, damaged, encrypted, or belongs to another certificate.
    case key(String)
  }

  /// Reads PEM files.
  ///
  /// - Throws: `Flaw` if they cannot be used. The dates of validity are not checked.
  public init(chain: [UInt8], key: [UInt8]) throws(Flaw) {
    var credentials: OpaquePointer?
    guard gnutls_certificate_allocate_credentials(&credentials) == GNUTLS_E_SUCCESS, let credentials else {
      preconditionFailure("no memory for a certificate")
    }
    do throws(Flaw) {
      let key = try PrivateKey(key)
      let chain = try Chain(chain)
      let code = gnutls_certificate_set_x509_key(credentials, chain.first, Int32(chain.count), key.handle)
      guard code != GNUTLS_E_CERTIFICATE_KEY_MISMATCH else { throw Flaw.key("is not the certificate's key") }
      guard code >= 0 else { throw Flaw.chain(reason(code)) }
      begin = gnutls_x509_crt_get_activation_time(chain.first?.pointee)
      end = gnutls_x509_crt_get_expiration_time(chain.first?.pointee)
    } catch {
      gnutls_certificate_free_credentials(credentials)
      throw error
    }
    self.credentials = credentials
  }

  deinit { gnutls_certificate_free_credentials(credentials) }
}

/// The certificates in order, from the server's own to the last one that clients may not know.
private final class Chain {
  private(set) var first: UnsafeMutablePointer<gnutls_x509_crt_t?>?
  private(set) var count: UInt32 = 0

  init(_ text: [UInt8]) throws(Certificate.Flaw) {
    let code = withDatum(text) { text in
      gnutls_x509_crt_list_import2(
        &first, &count, text, GNUTLS_X509_FMT_PEM, GNUTLS_X509_CRT_LIST_SORT.rawValue)
    }
    switch code {
    case 0 where count == 0, GNUTLS_E_NO_CERTIFICATE_FOUND, GNUTLS_E_BASE64_UNEXPECTED_HEADER_ERROR:
      throw .chain("contains no certificate in PEM")
    case ..<0: throw .chain(reason(code))
    default: break
    }
  }

  deinit {
    for number in 0..<Int(count) { gnutls_x509_crt_deinit(first?[number]) }
    basekeeper_gnutls_free(first)
  }
}

private final class PrivateKey {
  private(set) var handle: OpaquePointer?

  init(_ text: [UInt8]) throws(Certificate.Flaw) {
    gnutls_x509_privkey_init(&handle)
    let code = withDatum(text) { gnutls_x509_privkey_import2(handle, $0, GNUTLS_X509_FMT_PEM, nil, 0) }
    switch code {
    case GNUTLS_E_DECRYPTION_FAILED: throw .key("is encrypted with a password: remove that")
    case GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE, GNUTLS_E_BASE64_UNEXPECTED_HEADER_ERROR:
      throw .key("contains no key in PEM")
    case ..<0: throw .key(reason(code))
    default: break
    }
  }

  deinit { gnutls_x509_privkey_deinit(handle) }
}

private func withDatum(_ text: [UInt8], _ body: (UnsafePointer<gnutls_datum_t>) -> Int32) -> Int32 {
  var text = text
  return text.withUnsafeMutableBufferPointer { bytes in
    var datum = gnutls_datum_t(data: bytes.baseAddress, size: UInt32(bytes.count))
    return body(&datum)
  }
}

private func reason(_ code: Int32) -> String {
  gnutls_strerror(code).map { "cannot be used: " + String(cString: $0) } ?? "cannot be used"
}
