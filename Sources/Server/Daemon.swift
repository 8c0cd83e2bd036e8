internal import CMicrohttpd
internal import Glibc

/// Starts a daemon on a listening socket; `context` is the listener, whom its owner keeps until the daemon is stopped.
func startDaemon(on socket: Int32, _ limits: Limits, _ context: UnsafeMutableRawPointer) -> OpaquePointer? {
  // 8192: connections can be suspended, without the extra descriptor that other threads would wake the daemon by.
  let flags = MHD_USE_EPOLL.rawValue | MHD_USE_TURBO.rawValue | 8192
  // The deadlines are our own; this one is for what they might miss.
  let timeout = (limits.headerTime + limits.bodyTime + limits.idleTime + limits.sendTime).components.seconds
  let options = [
    MHD_OptionItem(option: .LISTEN_SOCKET, value: Int(socket), ptr_value: nil),
    MHD_OptionItem(option: .CONNECTION_MEMORY_LIMIT, value: limits.headerBytes, ptr_value: nil),
    MHD_OptionItem(option: .CONNECTION_LIMIT, value: limits.connections, ptr_value: nil),
    MHD_OptionItem(option: .CONNECTION_TIMEOUT, value: Int(timeout), ptr_value: nil),
    MHD_OptionItem(
      option: .NOTIFY_CONNECTION, value: unsafeBitCast(connectionChanged as ConnectionCallback, to: Int.self),
      ptr_value: context),
    MHD_OptionItem(
      option: .NOTIFY_COMPLETED, value: unsafeBitCast(requestCompleted as CompletedCallback, to: Int.self),
      ptr_value: context),
    MHD_OptionItem(
      option: .URI_LOG_CALLBACK, value: unsafeBitCast(requestBegun as TargetCallback, to: Int.self), ptr_value: context),
    MHD_OptionItem(
      option: .UNESCAPE_CALLBACK, value: unsafeBitCast(leftEscaped as UnescapeCallback, to: Int.self), ptr_value: nil),
    MHD_OptionItem(option: .END, value: 0, ptr_value: nil),
  ]
  return options.withUnsafeBufferPointer { options in
    let arguments: [any CVarArg] = [
      Int32(MHD_OPTION.ARRAY.rawValue), OpaquePointer(options.baseAddress) ?? OpaquePointer(context),
      Int32(MHD_OPTION.END.rawValue),
    ]
    return withVaList(arguments) { MHD_start_daemon_va(flags, 0, accepts, context, proceeds, context, $0) }
  }
}

private typealias ConnectionCallback = @convention(c) (
  UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  MHD_ConnectionNotificationCode
) -> Void
private typealias CompletedCallback = @convention(c) (
  UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  MHD_RequestTerminationCode
) -> Void
private typealias TargetCallback = @convention(c) (
  UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?
) -> UnsafeMutableRawPointer?
private typealias UnescapeCallback = @convention(c) (
  UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<CChar>?
) -> Int

private func listener(_ context: UnsafeMutableRawPointer?) -> Listener? {
  context.map { Unmanaged<Listener>.fromOpaque($0).takeUnretainedValue() }
}

private func accepts(
  _ context: UnsafeMutableRawPointer?, _ address: UnsafePointer<sockaddr>?, _ length: socklen_t
) -> MHD_Result {
  guard let listener = listener(context), let address else { return .NO }
  return listener.admits(hostText(address)) ? .YES : .NO
}

/// The connection's context is its `Client`, kept until the connection is closed.
private func connectionChanged(
  _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
  _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ change: MHD_ConnectionNotificationCode
) {
  guard let listener = listener(context), let connection, let slot else { return }
  if change == .CONNECTION_NOTIFY_STARTED {
    slot.pointee = Unmanaged.passRetained(listener.connected(connection)).toOpaque()
  } else if let pointer = slot.pointee {
    slot.pointee = nil
    listener.disconnected(Unmanaged<Client>.fromOpaque(pointer).takeRetainedValue())
  }
}

/// The request's context is its `Exchange`, kept until the request is completed.
private func requestBegun(
  _ context: UnsafeMutableRawPointer?, _ target: UnsafePointer<CChar>?, _ connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
  guard let listener = listener(context), let connection else { return nil }
  return Unmanaged.passRetained(listener.begun(connection, target)).toOpaque()
}

private func requestCompleted(
  _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
  _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ code: MHD_RequestTerminationCode
) {
  guard let listener = listener(context), let pointer = slot?.pointee else { return }
  slot?.pointee = nil
  listener.completed(Unmanaged<Exchange>.fromOpaque(pointer).takeRetainedValue())
}

private func proceeds(
  _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ url: UnsafePointer<CChar>?,
  _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?, _ piece: UnsafePointer<CChar>?,
  _ size: UnsafeMutablePointer<Int>?, _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  guard let listener = listener(context), let pointer = slot?.pointee, let method, let version, let size else {
    return .NO
  }
  let exchange = Unmanaged<Exchange>.fromOpaque(pointer).takeUnretainedValue()
  return listener.proceed(exchange, method: method, version: version, piece, &size.pointee)
}

/// Path and query stay as they came: `Target` takes them apart, once.
private func leftEscaped(
  _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ text: UnsafeMutablePointer<CChar>?
) -> Int {
  text.map { strlen($0) } ?? 0
}
