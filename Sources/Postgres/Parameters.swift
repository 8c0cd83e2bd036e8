/// The parameters of one statement, in the form of libpq's functions.
struct ParameterArrays {
  let count: Int32
  let values: UnsafePointer<UnsafePointer<CChar>?>?
  let lengths: UnsafePointer<Int32>?
  /// 0 for text, 1 for binary.
  let formats: UnsafePointer<Int32>?
}

extension [PostgresParameter] {
  /// Lays out the parameters in temporary memory, with NUL-terminated texts.
  func withArrays<Value>(_ body: (ParameterArrays) -> Value) -> Value {
    guard !isEmpty else { return body(ParameterArrays(count: 0, values: nil, lengths: nil, formats: nil)) }
    let size = reduce(0) { $0 + $1.size + 1 }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { memory in
      withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values in
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * count) { numbers in
          var end = 0
          for (index, parameter) in enumerated() {
            let start = end
            end += parameter.copy(to: UnsafeMutableRawBufferPointer(memory), at: start)
            let value = memory.baseAddress.map { UnsafePointer($0 + start) }
            values.initializeElement(at: index, to: parameter == .null ? nil : value)
            numbers.initializeElement(at: index, to: Int32(end - start))
            numbers.initializeElement(at: count + index, to: parameter.format)
            memory[end] = 0
            end += 1
          }
          let lengths = numbers.baseAddress.map { UnsafePointer($0) }
          return body(
            ParameterArrays(
              count: Int32(count), values: values.baseAddress.map { UnsafePointer($0) }, lengths: lengths,
              formats: lengths.map { $0 + count }))
        }
      }
    }
  }
}

extension PostgresParameter {
  fileprivate var size: Int {
    switch self {
    case .null: 0
    case .text(let text): text.utf8.count
    case .bytes(let bytes): bytes.count
    }
  }

  fileprivate var format: Int32 {
    if case .bytes = self { 1 } else { 0 }
  }

  fileprivate func copy(to memory: UnsafeMutableRawBufferPointer, at start: Int) -> Int {
    let room = UnsafeMutableRawBufferPointer(rebasing: memory[start...])
    switch self {
    case .null: break
    case .text(let text): room.copyBytes(from: text.utf8)
    case .bytes(let bytes): room.copyBytes(from: bytes)
    }
    return size
  }
}
