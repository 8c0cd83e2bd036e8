internal import Glibc

/// Asks the service that listens here how it is: for containers, in which there is no other program that could.
func checkHealth(isLiveEnough: Bool) throws {
  let listen = try Configuration(.ofProcess).listen
  // What listens on all addresses is reached at the machine's own.
  let host = ["0.0.0.0": "127.0.0.1", "::": "::1"][listen.host] ?? listen.host
  let path = isLiveEnough ? "/healthz" : "/readyz"
  let question = "GET \(path) HTTP/1.1\r\nHost: \(listen)\r\nConnection: close\r\n\r\n"
  let answer = try exchange(Array(question.utf8), with: host, port: listen.port, within: .seconds(5))
  // HTTP/1.1 200 OK
  let words = String(decoding: answer, as: UTF8.self).split(separator: " ", maxSplits: 2)
  guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
    throw Unhealthy(description: "what listens on \(listen) does not speak HTTP")
  }
  guard status == 200 else { throw Unhealthy(description: "\(path) answers with status \(status)") }
  say(isLiveEnough ? "alive" : "ready")
}

private struct Unhealthy: Error, CustomStringConvertible {
  let description: String
}

/// Sends bytes and gives what comes back until the other side closes: all that a listener without TLS needs.
private func exchange(_ bytes: [UInt8], with host: String, port: UInt16, within time: Duration) throws -> [UInt8] {
  let deadline = ContinuousClock.now + time
  let descriptor = try connect(to: host, port: port)
  defer { close(descriptor) }
  writeFully(bytes, to: descriptor)
  var answer: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  while true {
    let left = deadline - .now
    var readable = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard left > .zero, poll(&readable, 1, Int32(left / .milliseconds(1)) + 1) > 0 else {
      throw Unhealthy(description: "no answer of \(host) port \(port) within \(time)")
    }
    let count = read(descriptor, &buffer, buffer.count)
    guard count > 0 else { return answer }
    answer += buffer.prefix(count)
  }
}

private func connect(to host: String, port: UInt16) throws -> Int32 {
  var hints = addrinfo()
  hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
  var found: UnsafeMutablePointer<addrinfo>?
  let code = getaddrinfo(host, "\(port)", &hints, &found)
  guard code == 0 else { throw Unhealthy(description: "\(host): \(String(cString: gai_strerror(code)))") }
  defer { freeaddrinfo(found) }
  var reason = ""
  var next = found
  while let address = next?.pointee {
    next = address.ai_next
    let type = address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(address.ai_family, type, address.ai_protocol)
    if descriptor >= 0 {
      if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return descriptor }
    }
    reason = String(cString: strerror(errno))
    if descriptor >= 0 { close(descriptor) }
  }
  throw Unhealthy(description: "nobody answers on \(host) port \(port): \(reason)")
}
