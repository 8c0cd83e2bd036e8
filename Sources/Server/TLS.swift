internal import CGnuTLS

/// TLS on all connections of a listener: what it offers, and how clients resume sessions.
final class TLS {
  /// The certificate for new connections; open ones keep theirs.
  var certificate: Certificate
  private let tickets: TicketKey

  init(_ certificate: Certificate, _ tickets: TicketKey) { (self.certificate, self.tickets) = (certificate, tickets) }

  /// TLS 1.3, and 1.2 for older clients, without anything that RFC 9325 advises against: key exchanges with forward
  /// secrecy (no RSA, and no finite fields, which are slow), authenticated ciphers (no CBC), signatures with SHA-2. The
  /// client's order counts: all of them are good, and the client knows its hardware.
  static let priorities = """
    NONE:+VERS-TLS1.3:+VERS-TLS1.2:+CTYPE-X509:+ECDHE-ECDSA:+ECDHE-RSA:+GROUP-X25519:+GROUP-SECP256R1:\
    +GROUP-SECP384R1:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+AEAD:+SIGN-ECDSA-SECP256R1-SHA256:\
    +SIGN-ECDSA-SECP384R1-SHA384:+SIGN-ECDSA-SECP521R1-SHA512:+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:\
    +SIGN-ECDSA-SHA512:+SIGN-EDDSA-ED25519:+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-PSS-RSAE-SHA384:\
    +SIGN-RSA-PSS-RSAE-SHA512:+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:+SIGN-RSA-SHA512
    """

  /// Takes over a session that libmicrohttpd has made, before anything is read.
  func session(_ session: OpaquePointer) -> TLSSession {
    tickets.enable(session)
    return TLSSession(session, certificate)
  }
}

/// The key that seals session tickets while the process lives; GnuTLS derives a new one from it each hour.
final class TicketKey: @unchecked Sendable {  // Sendable: GnuTLS copies it, and nothing changes it.
  private var key = gnutls_datum_t()

  init() { gnutls_session_ticket_key_generate(&key) }

  deinit {
    gnutls_memset(key.data, 0, Int(key.size))
    basekeeper_gnutls_free(key.data)
  }

  fileprivate func enable(_ session: OpaquePointer) { gnutls_session_ticket_enable_server(session, &key) }
}

/// TLS on one connection. libmicrohttpd does the handshake, reads and writes; this does the rest.
final class TLSSession {
  private let session: OpaquePointer  // libmicrohttpd's, until its connection ends
  private let certificate: Certificate  // must outlive the session
  private var finished = 0
  /// Called when the client has updated its keys.
  var keysChanged: (() -> Void)?

  fileprivate init(_ session: OpaquePointer, _ certificate: Certificate) {
    (self.session, self.certificate) = (session, certificate)
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(certificate.credentials))
    gnutls_session_set_ptr(session, Unmanaged.passUnretained(self).toOpaque())
    gnutls_handshake_set_hook_function(
      session, basekeeper_any_handshake_message, Int32(GNUTLS_HOOK_POST), messageHandled)
  }

  /// Whether both sides have finished the handshake.
  var isEstablished: Bool { finished >= 2 }

  /// Whether the handshake waits for room to write, and not for something to read.
  var isWriting: Bool { gnutls_record_get_direction(session) != 0 }

  /// Sends as much as the socket takes.
  func send(_ bytes: [UInt8]) { gnutls_record_send(session, bytes, bytes.count) }

  /// Sends a close notification, so that the client can tell a complete answer from one that was cut off.
  func sendEnd() { if isEstablished { gnutls_bye(session, GNUTLS_SHUT_WR) } }

  /// A message of a handshake, or one that may follow it, was sent or received.
  fileprivate func note(_ message: gnutls_handshake_description_t) {
    if message == GNUTLS_HANDSHAKE_FINISHED { finished += 1 }
    if message == GNUTLS_HANDSHAKE_KEY_UPDATE { keysChanged?() }
  }
}

private let messageHandled:
  @convention(c) (
    gnutls_session_t?, UInt32, UInt32, UInt32, UnsafePointer<gnutls_datum_t>?
  ) -> Int32 = { session, type, _, _, _ in
    if let context = gnutls_session_get_ptr(session) {
      Unmanaged<TLSSession>.fromOpaque(context).takeUnretainedValue().note(gnutls_handshake_description_t(type))
    }
    return 0
  }
