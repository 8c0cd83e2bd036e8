internal import Glibc

/// Reads a whole file. Nil if it cannot be read, with the reason in `errno`.
public func contents(of path: String) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  return readAll(descriptor)
}

/// Reads a whole file as text. Nil if it cannot be read, with the reason in `errno`. Bytes that are not UTF-8 are
/// replaced.
public func textContents(of path: String) -> String? { contents(of: path).map { String(decoding: $0, as: UTF8.self) } }

/// Reads up to the end of a file, or until the other end of a pipe is closed. Nil if that fails, with the reason in
/// `errno`.
public func readAll(_ descriptor: Int32) -> [UInt8]? {
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = read(descriptor, &buffer, buffer.count)
    if count > 0 {
      bytes.append(contentsOf: buffer[..<count])
    } else if count == 0 {
      return bytes
    } else if errno != EINTR {
      return nil
    }
  }
}

/// Writes all bytes, and blocks until the reader has taken them. False, with the reason in `errno`, if the reader is
/// gone or there is no space left.
@discardableResult
public func writeFully(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
  var start = 0
  while start < bytes.count {
    let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + start }, bytes.count - start) }
    if count > 0 { start += count } else if errno != EINTR { return false }
  }
  return true
}
