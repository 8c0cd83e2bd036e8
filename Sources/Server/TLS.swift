internal import COpenSSL
internal import Synchronization

/// TLS on all connections of a server.
final class TLS: Sendable {
  private let ticketTime: Duration
  private let current: Mutex<(certificate: Certificate, context: TLSContext?, end: ContinuousClock.Instant)>

  /// TLS with a certificate. Clients can resume a session for at most this time.
  init(_ certificate: Certificate, ticketTime: Duration) {
    self.ticketTime = ticketTime
    current = Mutex((certificate, nil, .now))
  }

  /// Uses another certificate for new connections.
  func use(_ certificate: Certificate) { current.withLock { $0 = (certificate, nil, .now) } }

  /// A session on a new connection. The key that seals session tickets is forgotten together with its context, and with
  /// it what could open them.
  func session(_ descriptor: Int32) -> TLSSession {
    let context = current.withLock { current in
      if let context = current.context, .now < current.end { return context }
      // It was made once before, when the certificate was read.
      guard let context = TLSContext(current.certificate) else { preconditionFailure("no memory for TLS") }
      (current.context, current.end) = (context, .now + ticketTime)
      return context
    }
    return TLSSession(context, descriptor)
  }
}

/// What a server offers over TLS.
final class TLSContext: @unchecked Sendable {  // Sendable: once made, only OpenSSL's counts change in it.
  fileprivate let pointer: OpaquePointer

  // TLS 1.3, and 1.2 for older clients, without anything that RFC 9325 advises against: key exchanges with forward
  // secrecy (no RSA, and no finite fields, which are slow), authenticated ciphers (no CBC), signatures with SHA-2. The
  // client's order counts: all of them are good, and the client knows its hardware.
  private static let suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
  private static let oldSuites = "ECDHE+AESGCM:ECDHE+CHACHA20"
  private static let groups = "X25519:P-256:P-384"
  private static let signatures = """
    ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:\
    RSA+SHA256:RSA+SHA384:RSA+SHA512
    """

  /// Nil if OpenSSL does not take the certificate, with the reason in its queue of errors.
  init?(_ certificate: Certificate) {
    ERR_clear_error()
    guard let pointer = SSL_CTX_new(TLS_server_method()) else { return nil }
    self.pointer = pointer
    func set(_ command: Int32, _ number: Int, _ argument: UnsafeMutableRawPointer? = nil) -> Bool {
      SSL_CTX_ctrl(pointer, command, number, argument) > 0
    }
    func set(_ command: Int32, _ text: String) -> Bool {
      text.withCString { set(command, 0, UnsafeMutableRawPointer(mutating: $0)) }
    }
    SSL_CTX_set_security_level(pointer, 2)  // no key of the chain below 112 bits, no SHA-1, whatever openssl.cnf says
    SSL_CTX_set_options(pointer, basekeeper_ssl_options)
    // Buffers exist only while there is something in them; one call of the system reads several records.
    let modes = SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
    _ = set(SSL_CTRL_MODE, Int(modes))
    _ = set(SSL_CTRL_SET_READ_AHEAD, 1)
    _ = set(SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF))  // tickets need none
    SSL_CTX_set_alpn_select_cb(pointer, chooseProtocol, nil)
    SSL_CTX_set_msg_callback(pointer, countRecords)
    guard set(SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION)), SSL_CTX_set_ciphersuites(pointer, Self.suites) == 1,
      SSL_CTX_set_cipher_list(pointer, Self.oldSuites) == 1, set(SSL_CTRL_SET_GROUPS_LIST, Self.groups),
      set(SSL_CTRL_SET_SIGALGS_LIST, Self.signatures), SSL_CTX_use_certificate(pointer, certificate.own) == 1,
      SSL_CTX_use_PrivateKey(pointer, certificate.key) == 1,
      certificate.others.allSatisfy({ set(SSL_CTRL_CHAIN_CERT, 1, UnsafeMutableRawPointer($0)) })
    else { return nil }
  }

  deinit { SSL_CTX_free(pointer) }
}

/// TLS on one connection.
final class TLSSession {
  private let handle: OpaquePointer
  /// Whether OpenSSL has given up, so that nothing more may be sent.
  private var isBroken = false
  /// Whether OpenSSL waits for the socket, and so has at most a part of a record.
  private var waitsForSocket = false

  /// How a handshake goes on.
  enum Handshake {
    case established, reading, writing, failed
  }

  fileprivate init(_ context: TLSContext, _ descriptor: Int32) {
    guard let handle = SSL_new(context.pointer), SSL_set_fd(handle, descriptor) == 1 else {
      preconditionFailure("no memory for TLS")
    }
    self.handle = handle
    SSL_set_accept_state(handle)
  }

  deinit { SSL_free(handle) }

  /// Whether the handshake has begun.
  var hasBegun: Bool { SSL_in_before(handle) == 0 }

  /// Goes on with the handshake as far as the client has.
  func shake() -> Handshake {
    ERR_clear_error()
    let code = SSL_do_handshake(handle)
    if code == 1 { return .established }
    switch SSL_get_error(handle, code) {
    case SSL_ERROR_WANT_READ: return .reading
    case SSL_ERROR_WANT_WRITE: return .writing
    default:
      isBroken = true
      return .failed
    }
  }

  /// Receives from as many records as have arrived.
  func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
    var count = 0
    while count < buffer.count {
      ERR_clear_error()
      let code = SSL_read(handle, buffer.baseAddress.map { $0 + count }, Int32(clamping: buffer.count - count))
      waitsForSocket = code <= 0 && [SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE].contains(SSL_get_error(handle, code))
      guard code > 0 else { return count > 0 ? .moved(count) : outcome(code) }
      count += Int(code)
      if !hasBuffered { break }
    }
    return .moved(count)
  }

  /// Sends at most one record.
  func send(_ bytes: UnsafeRawBufferPointer) -> Transfer {
    ERR_clear_error()
    let code = SSL_write(handle, bytes.baseAddress, Int32(clamping: bytes.count))
    return code > 0 ? .moved(Int(code)) : outcome(code)
  }

  /// Whether something may have been received that can be read now. For OpenSSL a part of a record is pending, too.
  var hasBuffered: Bool { !waitsForSocket && SSL_has_pending(handle) == 1 }

  /// Sends a close notification, so that the client can tell a complete answer from one that was cut off.
  func sendEnd() {
    guard SSL_is_init_finished(handle) == 1, !isBroken else { return }
    ERR_clear_error()
    SSL_shutdown(handle)
  }

  private func outcome(_ code: Int32) -> Transfer {
    switch SSL_get_error(handle, code) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .blocked
    case SSL_ERROR_ZERO_RETURN: return .ended
    default:
      isBroken = true
      return .ended
    }
  }
}

/// Chooses HTTP/1.1. A client that speaks only other protocols is refused (RFC 7301, 3.2).
private let chooseProtocol:
  @convention(c) (
    OpaquePointer?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, UnsafeMutablePointer<UInt8>?, UnsafePointer<UInt8>?,
    UInt32, UnsafeMutableRawPointer?
  ) -> Int32 = { _, chosen, length, offered, count, _ in
    let name = Array("http/1.1".utf8)
    var rest = UnsafeBufferPointer(start: offered, count: Int(count))[...]
    while let size = rest.popFirst() {
      let own = rest.prefix(Int(size))
      if own.elementsEqual(name) {
        chosen?.pointee = offered.map { $0 + own.startIndex }
        length?.pointee = size
        return SSL_TLSEXT_ERR_OK
      }
      rest = rest.dropFirst(Int(size))
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
  }

/// How many records without a request's bytes a client may send on one connection: of its handshake, and later changes
/// of keys, which come once in millions of records.
private let mostIdleRecords = 64

/// Counts records that bring no bytes of requests, and cuts the connection when they are too many. OpenSSL deals with
/// as many as have arrived within one call, and meanwhile nobody else is served.
private let countRecords:
  @convention(c) (Int32, Int32, Int32, UnsafeRawPointer?, Int, OpaquePointer?, UnsafeMutableRawPointer?) -> Void = {
    isSent, _, content, bytes, length, session, _ in
    guard isSent == 0, length > 0, content == SSL3_RT_HEADER || content == SSL3_RT_INNER_CONTENT_TYPE,
      let kind = bytes?.load(as: UInt8.self), kind != SSL3_RT_APPLICATION_DATA
    else { return }
    let count = Int(bitPattern: SSL_get_ex_data(session, 0)) + 1
    SSL_set_ex_data(session, 0, UnsafeMutableRawPointer(bitPattern: count))
    // With no descriptor, the next attempt to receive fails.
    if count > mostIdleRecords { BIO_int_ctrl(SSL_get_rbio(session), BIO_C_SET_FD, Int(BIO_NOCLOSE), -1) }
  }
