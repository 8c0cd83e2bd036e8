import CGnuTLS
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

/// The client's side of TLS on a blocking socket; the first byte that is sent or awaited starts the handshake.
final class TLSClient {
  /// The priorities that it offers, in GnuTLS's syntax.
  static let usual = "NORMAL"

  private let descriptor: Int32
  private var session: OpaquePointer?
  private var credentials: OpaquePointer?
  private var isEstablished = false
  private var held: [UInt8]?
  /// Whether each byte is sent by itself.
  var isSlow = false
  private let name = strdup("localhost")  // GnuTLS keeps no copy of it

  init(_ descriptor: Int32, offering priorities: String, trusting authority: [UInt8], resuming former: [UInt8]?) {
    self.descriptor = descriptor
    gnutls_init(&session, UInt32(GNUTLS_CLIENT.rawValue) | UInt32(GNUTLS_NO_SIGNAL.rawValue))
    gnutls_certificate_allocate_credentials(&credentials)
    var authority = authority
    authority.withUnsafeMutableBufferPointer { bytes in
      var datum = gnutls_datum_t(data: bytes.baseAddress, size: UInt32(bytes.count))
      _ = gnutls_certificate_set_x509_trust_mem(credentials, &datum, GNUTLS_X509_FMT_PEM)
    }
    gnutls_priority_set_direct(session, priorities, nil)
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials.map { UnsafeMutableRawPointer($0) })
    gnutls_session_set_verify_cert(session, name, 0)
    gnutls_server_name_set(session, GNUTLS_NAME_DNS, "localhost", 9)
    if let former { gnutls_session_set_data(session, former, former.count) }
    gnutls_transport_set_ptr2(
      session, UnsafeMutableRawPointer(bitPattern: Int(descriptor)), Unmanaged.passUnretained(self).toOpaque())
    gnutls_transport_set_push_function(session) { context, bytes, count in
      guard let context, let bytes else { return -1 }
      let client = Unmanaged<TLSClient>.fromOpaque(context).takeUnretainedValue()
      return client.push(UnsafeRawBufferPointer(start: bytes, count: count))
    }
  }

  deinit {
    gnutls_deinit(session)
    gnutls_certificate_free_credentials(credentials)
    free(name)
  }

  /// Performs the handshake, unless it is done.
  func establish() -> Bool {
    while !isEstablished {
      let code = gnutls_handshake(session)
      if code == GNUTLS_E_SUCCESS { isEstablished = true } else if gnutls_error_is_fatal(code) != 0 { return false }
      if code == GNUTLS_E_AGAIN { return false }  // out of time
    }
    return true
  }

  /// Sends at most one record; returns the number of bytes taken.
  func send(_ bytes: UnsafeRawBufferPointer) -> Int {
    establish() ? Int(gnutls_record_send(session, bytes.baseAddress, bytes.count)) : -1
  }

  /// Receives from at most one record; 0 after a close notification.
  func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard establish() else { return -1 }
    while true {
      let count = Int(gnutls_record_recv(session, buffer.baseAddress, buffer.count))
      // GnuTLS also says this when it has received a session ticket.
      guard count == Int(GNUTLS_E_AGAIN), hasMore(within: 5_000) else { return count }
    }
  }

  /// Sends a close notification.
  func sendEnd() { gnutls_bye(session, GNUTLS_SHUT_WR) }

  /// Updates the keys of both sides.
  func updateKey() { gnutls_session_key_update(session, 0) }

  /// Holds back what is sent, until it is released in one piece.
  func hold() { held = [] }

  /// Sends what was held back.
  func release() {
    let bytes = held ?? []
    held = nil
    _ = bytes.withUnsafeBytes { push($0) }
  }

  /// What was negotiated: `(TLS1.3)-(ECDHE-X25519)-...`.
  var summary: String {
    guard let text = gnutls_session_get_desc(session) else { return "" }
    defer { basekeeper_gnutls_free(text) }
    return String(cString: text)
  }

  /// Whether the server has resumed this client's session.
  var isResumed: Bool { gnutls_session_is_resumed(session) != 0 }

  /// The session data with which a later connection resumes.
  var remembrance: [UInt8] {
    var datum = gnutls_datum_t()
    guard gnutls_session_get_data2(session, &datum) == GNUTLS_E_SUCCESS else { return [] }
    defer { basekeeper_gnutls_free(datum.data) }
    return Array(UnsafeBufferPointer(start: datum.data, count: Int(datum.size)))
  }

  private func hasMore(within milliseconds: Int32) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, milliseconds) == 1
  }

  private func push(_ bytes: UnsafeRawBufferPointer) -> Int {
    if held != nil {
      held?.append(contentsOf: bytes)
      return bytes.count
    }
    return Glibc.send(descriptor, bytes.baseAddress, isSlow ? 1 : bytes.count, Int32(MSG_NOSIGNAL))
  }
}
