import COpenSSL
import Glibc
import Server
import Testing

/// How clients and servers of a test communicate; each test runs once with each.
enum Transport: String, CaseIterable {
  case plain, tls

  @TaskLocal static var current = Transport.plain
}

/// A self-signed certificate for `localhost`, made by `openssl` and read back.
struct Identity: Sendable {
  let chain: [UInt8]
  let key: [UInt8]

  static let common = try? Identity()
  static let other = try? Identity()

  struct Failure: Error {}

  init(days: Int = 1) throws {
    var template = Array("/tmp/basekeeper-identity-XXXXXX".utf8CString)
    guard let name = mkdtemp(&template) else { throw Failure() }
    let folder = String(cString: name)
    defer { system("rm -r '\(folder)'") }
    let code = system(
      """
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days \(days) -subj /CN=localhost \
      -addext subjectAltName=DNS:localhost -keyout \(folder)/key -out \(folder)/chain 2>/dev/null
      """)
    guard code == 0 else { throw Failure() }
    (chain, key) = (try Self.read(folder + "/chain"), try Self.read(folder + "/key"))
  }

  func certificate() throws(Certificate.Flaw) -> Certificate { try Certificate(chain: chain, key: key) }

  private static func read(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "r") else { throw Failure() }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes[..<count])
  }
}

/// What a client offers in a handshake.
struct TLSOffer: Sendable, CustomTestStringConvertible {
  var versions = TLS1_2_VERSION...TLS1_3_VERSION
  /// The cipher suites of TLS 1.3, and those of older versions.
  var suites: String?
  var oldSuites: String?
  var groups: String?
  var signatures: String?

  static let usual = TLSOffer()
  static let old = TLSOffer(versions: TLS1_2_VERSION...TLS1_2_VERSION)

  var testDescription: String {
    "\(versions) " + [suites, oldSuites, groups, signatures].compactMap(\.self).joined(separator: " ")
  }
}

/// The client's side of TLS on a blocking socket; the first byte that is sent or awaited starts the handshake.
final class TLSClient {
  private let descriptor: Int32
  private let session: OpaquePointer?
  private let incoming = BIO_new(BIO_s_mem())
  private let outgoing = BIO_new(BIO_s_mem())
  private var isEstablished = false
  private var held: [UInt8]?
  /// Whether the other side takes nothing more.
  private var isCut = false
  /// Whether each byte is sent by itself.
  var isSlow = false

  init(_ descriptor: Int32, offering offer: TLSOffer, trusting authority: [UInt8], resuming former: [UInt8]?) {
    self.descriptor = descriptor
    let context = SSL_CTX_new(TLS_client_method())
    defer { SSL_CTX_free(context) }
    SSL_CTX_set_security_level(context, 0)  // it offers even what is weak
    SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(offer.versions.lowerBound), nil)
    SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(offer.versions.upperBound), nil)
    if let suites = offer.suites { SSL_CTX_set_ciphersuites(context, suites) }
    if let suites = offer.oldSuites { SSL_CTX_set_cipher_list(context, suites) }
    for (command, list) in [(SSL_CTRL_SET_GROUPS_LIST, offer.groups), (SSL_CTRL_SET_SIGALGS_LIST, offer.signatures)] {
      list?.withCString { _ = SSL_CTX_ctrl(context, command, 0, UnsafeMutableRawPointer(mutating: $0)) }
    }
    let file = BIO_new_mem_buf(authority, Int32(authority.count))
    let certificate = PEM_read_bio_X509(file, nil, nil, nil)
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate)
    X509_free(certificate)
    BIO_free(file)
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    session = SSL_new(context)
    SSL_set1_host(session, "localhost")
    SSL_set_bio(session, incoming, outgoing)  // which frees them
    SSL_set_connect_state(session)
    guard let former else { return }
    former.withUnsafeBufferPointer { bytes in
      var place = bytes.baseAddress
      let ticket = d2i_SSL_SESSION(nil, &place, bytes.count)
      SSL_set_session(session, ticket)
      SSL_SESSION_free(ticket)
    }
  }

  deinit { SSL_free(session) }

  /// Performs the handshake, unless it is done.
  func establish() -> Bool {
    if !isEstablished { isEstablished = run { SSL_do_handshake(session) } == 1 }
    return isEstablished
  }

  /// Sends at most one record; returns the number of bytes taken.
  func send(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard establish() else { return -1 }
    let count = run { SSL_write(session, bytes.baseAddress, Int32(min(bytes.count, 16_384))) }
    return isCut ? -1 : count
  }

  /// Receives from at most one record; 0 after a close notification.
  func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    establish() ? run { SSL_read(session, buffer.baseAddress, Int32(buffer.count)) } : -1
  }

  /// Sends a close notification.
  func sendEnd() { _ = run { max(SSL_shutdown(session), 1) } }

  /// Updates the keys of both sides.
  func updateKey() {
    SSL_key_update(session, SSL_KEY_UPDATE_REQUESTED)
    _ = run { SSL_do_handshake(session) }
  }

  /// Holds back what is sent, until it is released in one piece.
  func hold() { held = [] }

  /// Sends what was held back.
  func release() {
    let bytes = held ?? []
    held = nil
    push(bytes)
  }

  /// What was negotiated: `TLSv1.3 X25519 TLS_AES_256_GCM_SHA384`.
  var summary: String {
    let group = SSL_group_to_name(session, Int32(SSL_ctrl(session, SSL_CTRL_GET_NEGOTIATED_GROUP, 0, nil)))
    return [SSL_get_version(session), group, SSL_CIPHER_get_name(SSL_get_current_cipher(session))]
      .map { $0.map { String(cString: $0) } ?? "none" }.joined(separator: " ")
  }

  /// The protocol that the server has chosen (ALPN); nil if none.
  var chosenProtocol: String? {
    var name: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    SSL_get0_alpn_selected(session, &name, &count)
    return name.map { String(decoding: UnsafeBufferPointer(start: $0, count: Int(count)), as: UTF8.self) }
  }

  /// Offers protocols (ALPN).
  func offer(_ protocols: [String]) {
    let list = protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    SSL_set_alpn_protos(session, list, UInt32(list.count))
  }

  /// Whether the server has resumed this client's session.
  var isResumed: Bool { SSL_session_reused(session) == 1 }

  /// The session data with which a later connection resumes.
  var remembrance: [UInt8] {
    let ticket = SSL_get1_session(session)
    defer { SSL_SESSION_free(ticket) }
    var bytes = [UInt8](repeating: 0, count: max(Int(i2d_SSL_SESSION(ticket, nil)), 0))
    bytes.withUnsafeMutableBufferPointer { bytes in
      var place = bytes.baseAddress
      i2d_SSL_SESSION(ticket, &place)
    }
    return bytes
  }

  /// Calls OpenSSL until it has what it needs; 0 after a close notification, negative if the connection ends otherwise.
  private func run(_ step: () -> Int32) -> Int {
    while true {
      ERR_clear_error()
      let code = step()
      let problem = code > 0 ? SSL_ERROR_NONE : SSL_get_error(session, code)
      sendPending()
      switch problem {
      case SSL_ERROR_NONE: return Int(code)
      case SSL_ERROR_ZERO_RETURN: return 0
      case SSL_ERROR_WANT_READ: guard pull() else { return -1 }
      default:
        errno = EPROTO
        return -1
      }
    }
  }

  private func pull() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count > 0 { BIO_write(incoming, buffer, Int32(count)) } else if count == 0 { errno = EPROTO }
    return count > 0
  }

  private func sendPending() {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = BIO_read(outgoing, &buffer, Int32(buffer.count)), count > 0 {
      push(Array(buffer[..<Int(count)]))
    }
  }

  private func push(_ bytes: [UInt8]) {
    guard held == nil else {
      held?.append(contentsOf: bytes)
      return
    }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, isSlow ? 1 : $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else {
        isCut = true
        return
      }
      rest = rest.dropFirst(count)
    }
  }
}
