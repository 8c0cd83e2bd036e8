internal import Glibc

/// Calls the body with an array of C strings that ends with nil, as C functions expect it. The strings are valid only
/// during the call.
public func withCStrings<Value>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value) -> Value {
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return body(copies + [nil])
}

extension String {
  /// The text that a C function has written into memory, up to its NUL. Bytes that are not UTF-8 are replaced.
  public init(upToNUL memory: some Sequence<CChar>) {
    self.init(decoding: memory.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// The system's message for an error number.
public func systemReason(_ code: Int32) -> String { String(cString: strerror(code)) }
