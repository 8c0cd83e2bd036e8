internal import CMicrohttpd
internal import HTTP

extension Response {
  /// Hands the answer to libmicrohttpd, false where that fails; it adds Date and Content-Length, and leaves the body of
  /// HEAD out.
  ///
  /// A field of the handler's own goes before one of the edge's.
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
      for (name, value) in edge.permission(for: request) { add(name, value, to: answer) }
    }
    add("X-Request-Id", id, to: answer)
    if closing { add("Connection", "close", to: answer) }
    return MHD_queue_response(connection, UInt32(clamping: status), answer) == .YES
  }

  /// A field with a line end in it is not taken.
  private func add(_ name: String, _ value: String, to answer: OpaquePointer) {
    // A String that is passed as an argument would be copied first.
    name.withCString { name in value.withCString { value in _ = MHD_add_response_header(answer, name, value) } }
  }

  private func has(_ name: String) -> Bool {
    headers.contains { $0.name.utf8.count == name.utf8.count && $0.name.lowercased() == name.lowercased() }
  }
}
