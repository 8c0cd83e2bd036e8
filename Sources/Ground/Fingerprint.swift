internal import CSodium

/// A name derived from bytes, the same in every process: the first 24 hexadecimal digits of their SHA-256. To hash
/// secrets, use `Crypto`.
public func fingerprint(of bytes: [UInt8]) -> String {
  var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
  crypto_hash_sha256(&digest, bytes, UInt64(bytes.count))
  return hexadecimal(Array(digest.prefix(12)))
}
