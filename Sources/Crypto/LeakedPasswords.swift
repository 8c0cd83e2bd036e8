internal import CSodium
internal import Glibc
internal import Ground

/// Passwords that others have got hold of, from a file with one per line, in UTF-8. In whatever case they are written, they
/// count in every case.
///
/// What is kept of each is a hash of eight bytes, in one sorted array: a look-up takes a microsecond and reads no file. That
/// two hashes are the same happens once in 10¹² look-ups; then a good password is refused.
public struct LeakedPasswords: Sendable {
  /// How many are kept at most; they take 160 MB.
  public static let most = 20_000_000
  /// What is shorter can be nobody's password.
  private static let shortest = 8

  private let hashes: [UInt64]
  private let key: [UInt8]

  /// Why a file cannot be taken, for the operator.
  public struct UnreadableList: Error, CustomStringConvertible {
    /// Fit to stand behind the file's name.
    public let description: String
  }

  /// None.
  public init() { (hashes, key) = ([], []) }

  /// Reads a file, some of it at a time. Lines that no password can be do not count.
  public init(contentsOf path: String, atMost most: Int = most) throws(UnreadableList) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw UnreadableList(description: systemReason(errno)) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw UnreadableList(description: "is not a file")
    }
    let key = randomBytes(Int(crypto_shorthash_KEYBYTES))
    var hashes: [UInt64] = []
    hashes.reserveCapacity(min(Int(status.st_size) / (Self.shortest + 1), most))
    try Self.eachLine(of: descriptor) { line throws(UnreadableList) in
      guard let lowered = Self.lowered(line.last == UInt8(ascii: "\r") ? line.dropLast() : line) else { return }
      guard hashes.count < most else { throw UnreadableList(description: "has more than \(most) passwords") }
      hashes.append(Self.hash(lowered, key))
    }
    hashes.sort()
    (self.hashes, self.key) = (hashes, key)
  }

  /// Whether it is one of them.
  public func contains(_ password: String) -> Bool {
    guard !hashes.isEmpty, let lowered = Self.lowered(Array(password.utf8)[...]) else { return false }
    let wanted = Self.hash(lowered, key)
    var (low, high) = (0, hashes.count)
    while low < high {
      let middle = low + (high - low) / 2
      if hashes[middle] < wanted { low = middle + 1 } else { high = middle }
    }
    return low < hashes.count && hashes[low] == wanted
  }

  // MARK: Lines

  /// Gives every line without its end. Of one that is longer than a password can be, only a beginning that is too long comes.
  private static func eachLine(
    of descriptor: Int32, _ body: (ArraySlice<UInt8>) throws(UnreadableList) -> Void
  ) throws(UnreadableList) {
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    var line: [UInt8] = []
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw UnreadableList(description: systemReason(errno)) }
      if count == 0 { return try body(line[...]) }
      var rest = buffer[..<count]
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        try body(line.isEmpty ? rest[..<end] : (line + rest[..<end])[...])
        line.removeAll(keepingCapacity: true)
        rest = rest[(end + 1)...]
      }
      if line.count <= PasswordHasher.longest + 1 { line += rest }
    }
  }

  /// The bytes of a password as they are compared; nil for what cannot be one.
  private static func lowered(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard (shortest...PasswordHasher.longest).contains(text.count) else { return nil }
    guard !text.isASCII else { return text.map { $0.isCapitalLetter ? $0 | 0x20 : $0 } }
    return Array(normalized(String(decoding: text, as: UTF8.self)).lowercased().utf8)
  }

  private static func hash(_ bytes: [UInt8], _ key: [UInt8]) -> UInt64 {
    var hash = [UInt8](repeating: 0, count: Int(crypto_shorthash_BYTES))
    crypto_shorthash(&hash, bytes, UInt64(bytes.count), key)
    return hash.reduce(0) { $0 << 8 | UInt64($1) }
  }
}
