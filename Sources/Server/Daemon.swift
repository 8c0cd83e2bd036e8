internal import CMicrohttpd
internal import Glibc

/// libmicrohttpd's daemon for one listening socket. It has no threads; the loop that watches its descriptor drives it.
///
/// It parses leniently, answers some requests by itself (`Strictness.swift`), and has no deadlines that would stop a
/// slow sender. The `Listener`, which it calls back, takes care of these.
final class Daemon {
  private let socket: ListenSocket
  private var handle: OpaquePointer?
  private var isListening = true

  /// Makes a daemon, which accepts nothing until it is run. The listener must outlive it.
  init(_ socket: ListenSocket, calling listener: Listener, _ limits: ServerLimits, speaksTLS: Bool) throws(StartError) {
    self.socket = socket
    let context = Unmanaged.passUnretained(listener).toOpaque()
    var options = [
      MHD_OptionItem(.LISTEN_SOCKET, Int(socket.descriptor)),
      MHD_OptionItem(.CONNECTION_MEMORY_LIMIT, limits.headerBytes + Self.answerBytes),
      // Never reached, since admit() refuses connections first: libmicrohttpd would leave them waiting.
      MHD_OptionItem(.CONNECTION_LIMIT, limits.connections + 1),
      MHD_OptionItem(.NOTIFY_CONNECTION, unsafeBitCast(connectionChanged, to: Int.self), context),
      MHD_OptionItem(.URI_LOG_CALLBACK, unsafeBitCast(requestLineRead, to: Int.self), context),
      MHD_OptionItem(.NOTIFY_COMPLETED, unsafeBitCast(requestEnded, to: Int.self), context),
      MHD_OptionItem(.UNESCAPE_CALLBACK, unsafeBitCast(leaveEscaped, to: Int.self), context),
    ]
    // Turbo saves plain connections an epoll call, but ends TLS connections without a close notification.
    let kind = speaksTLS ? MHD_USE_TLS.rawValue : MHD_USE_TURBO.rawValue
    let flags = MHD_USE_EPOLL.rawValue | Self.allowSuspend | kind
    handle = TLS.priorities.withCString { priorities in
      if speaksTLS {
        let noCertificate = unsafeBitCast(certificateOfSession, to: UnsafeMutableRawPointer.self)
        options += [
          MHD_OptionItem(.HTTPS_PRIORITIES, 0, UnsafeMutableRawPointer(mutating: priorities)),
          MHD_OptionItem(.HTTPS_CERT_CALLBACK, 0, noCertificate),
        ]
      }
      options.append(MHD_OptionItem(.END, 0))
      return options.withUnsafeMutableBufferPointer { items in
        let items: any CVarArg = items.baseAddress.map { OpaquePointer($0) } ?? 0
        return withVaList([Int32(MHD_OPTION.ARRAY.rawValue), items, Int32(MHD_OPTION.END.rawValue)]) {
          MHD_start_daemon_va(flags, 0, admit, context, requestProceeds, context, $0)
        }
      }
    }
    guard handle != nil else { throw StartError(code: errno) }
  }

  /// libmicrohttpd did not start, with its errno.
  struct StartError: Error {
    let code: Int32
  }

  deinit { stop() }

  /// Bytes that a connection reserves for an answer's header, behind its request's header.
  static let answerBytes = 2_560
  /// MHD_ALLOW_SUSPEND_RESUME without its eventfd: only the loop's thread resumes connections.
  private static let allowSuspend: UInt32 = 8_192

  /// Ready for reading when the daemon should be run.
  var epollDescriptor: Int32 { basekeeper_epoll_descriptor(handle) }

  /// Accepts (at most 10 connections), reads, calls back and writes; never waits.
  func run() { MHD_run(handle) }

  /// Whether there is work that no event will announce.
  var isPending: Bool {
    var timeout: UInt64 = 0
    return MHD_get_timeout(handle, &timeout) == .YES && timeout == 0
  }

  /// Whether connections wait to be accepted.
  var hasWaiting: Bool { socket.hasWaiting }

  /// Accepts no more connections.
  func stopListening() {
    guard isListening else { return }
    isListening = false
    MHD_quiesce_daemon(handle)
    socket.close()
  }

  /// Closes all connections. None may be suspended, except those that are being resumed.
  func stop() {
    guard let daemon = handle else { return }
    stopListening()
    handle = nil
    MHD_stop_daemon(daemon)
  }
}

extension MHD_OptionItem {
  fileprivate init(_ option: MHD_OPTION, _ value: Int, _ context: UnsafeMutableRawPointer? = nil) {
    self.init(option: option, value: value, ptr_value: context)
  }
}

// MARK: libmicrohttpd's callbacks, with the listener as context, always within run() or stop().

private func listener(_ context: UnsafeMutableRawPointer?) -> Listener {
  guard let context else { preconditionFailure("libmicrohttpd lost its context") }
  return Unmanaged<Listener>.fromOpaque(context).takeUnretainedValue()
}

private let admit:
  @convention(c) (
    UnsafeMutableRawPointer?, UnsafePointer<sockaddr>?, socklen_t
  ) -> MHD_Result = { context, address, _ in
    guard let address else { return .NO }
    return listener(context).admits(Peer(address)) ? .YES : .NO
  }

private let connectionChanged:
  @convention(c) (
    UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    MHD_ConnectionNotificationCode
  ) -> Void = { context, handle, slot, change in
    guard let handle, let slot else { return }
    if change == .CONNECTION_NOTIFY_STARTED {
      // The listener retains it.
      let session = basekeeper_session(handle).map { OpaquePointer($0) }
      let connection = listener(context).open(handle, basekeeper_socket(handle), session)
      slot.pointee = connection.map { Unmanaged.passUnretained($0).toOpaque() }
    } else if let connection = slot.pointee {
      slot.pointee = nil
      listener(context).close(Unmanaged<Connection>.fromOpaque(connection).takeUnretainedValue())
    }
  }

private let requestLineRead:
  @convention(c) (
    UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?
  ) -> UnsafeMutableRawPointer? = { context, target, handle in
    guard let handle, let target, let connection = basekeeper_socket_context(handle) else { return nil }
    let exchange = Exchange(
      handle, listener(context), on: Unmanaged<Connection>.fromOpaque(connection).takeUnretainedValue(), target)
    return Unmanaged.passRetained(exchange).toOpaque()
  }

private let requestProceeds:
  @convention(c) (
    UnsafeMutableRawPointer?, OpaquePointer?, UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?,
    UnsafePointer<CChar>?, UnsafeMutablePointer<Int>?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) -> MHD_Result = { _, _, _, method, version, body, bodyCount, slot in
    guard let method, let version, let bodyCount, let exchange = slot?.pointee else { return .NO }
    let piece = UnsafeRawBufferPointer(start: body, count: bodyCount.pointee)
    bodyCount.pointee = 0  // taken
    return Unmanaged<Exchange>.fromOpaque(exchange).takeUnretainedValue().proceed(method, version, piece)
  }

private let requestEnded:
  @convention(c) (
    UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    MHD_RequestTerminationCode
  ) -> Void = { _, _, slot, _ in
    guard let slot, let exchange = slot.pointee else { return }
    slot.pointee = nil
    Unmanaged<Exchange>.fromOpaque(exchange).takeRetainedValue().end()
  }

/// The target is decoded once, by `Target`.
private let leaveEscaped:
  @convention(c) (
    UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<CChar>?
  ) -> Int = { _, _, text in text.map { strlen($0) } ?? 0 }

/// Sessions get their certificate from `TLS` and never call this, but libmicrohttpd requires it.
private let certificateOfSession: @convention(c) () -> Int32 = { -1 }
