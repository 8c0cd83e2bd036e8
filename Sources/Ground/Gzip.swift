internal import CZlib

/// The bytes compressed with gzip (RFC 1952), as small as zlib makes them. The same bytes always give the same result.
public func gzipped(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  let (windowBits, gzipHeader, memory): (Int32, Int32, Int32) = (15, 16, 9)
  let state = deflateInit2_(
    &stream, Z_BEST_COMPRESSION, Z_DEFLATED, windowBits + gzipHeader, memory, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  precondition(state == Z_OK, "zlib: \(state)")
  defer { deflateEnd(&stream) }
  var source = bytes
  var result = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
  let count = source.withUnsafeMutableBufferPointer { input in
    result.withUnsafeMutableBufferPointer { output in
      (stream.next_in, stream.avail_in) = (input.baseAddress, UInt32(input.count))
      (stream.next_out, stream.avail_out) = (output.baseAddress, UInt32(output.count))
      let end = deflate(&stream, Z_FINISH)
      precondition(end == Z_STREAM_END, "zlib: \(end)")
      return Int(stream.total_out)
    }
  }
  return Array(result[..<count])
}
