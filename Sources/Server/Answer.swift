internal import CMicrohttpd
internal import HTTP

extension Response {
  /// Hands the answer to libmicrohttpd; false if that fails. libmicrohttpd adds Date and Content-Length, and omits the
  /// body of HEAD out.
  ///
  /// The handler's fields take precedence over those of the edge.
  func queue(on connection: OpaquePointer, _ request: Request?, id: String, _ edge: Edge, closing: Bool) -> Bool {
    let answer = body.withUnsafeBytes { bytes in
      MHD_create_response_from_buffer(
        bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
    }
    guard let answer else { return false }  // out of memory
    defer { MHD_destroy_response(answer) }
    for (name, value) in headers { add(name, value, to: answer) }
    for (name, value) in edge.fields where !has(name) { add(name, value, to: answer) }
    if let request {
      for (name, value) in edge.permission(for: request, openness) { add(name, value, to: answer) }
    }
    add("X-Request-Id", id, to: answer)
    if closing { add("Connection", "close", to: answer) }
    return MHD_queue_response(connection, UInt32(clamping: status), answer) == .YES
  }

  /// Adds a field, unless it contains a line end.
  private func add(_ name: String, _ value: String, to answer: OpaquePointer) {
    // Passing a String as an argument would copy it first.
    name.withCString { name in value.withCString { value in _ = MHD_add_response_header(answer, name, value) } }
  }

  private func has(_ name: String) -> Bool {
    headers.contains { $0.name.utf8.count == name.utf8.count && $0.name.lowercased() == name.lowercased() }
  }
}
