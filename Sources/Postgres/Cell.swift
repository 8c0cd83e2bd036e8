/// The value of one column in one row, in PostgreSQL's binary format. It is valid only while the row is being read.
public struct PostgresCell {
  let column: StaticString
  let type: PostgresType
  /// Nil for null.
  let value: UnsafeRawBufferPointer?

  var isNull: Bool { value == nil }

  /// An error that names the column, and never contains its value.
  func unexpected(_ what: String) -> PostgresError { .unexpected("column \"\(column)\" \(what)") }

  private func bytes() throws(PostgresError) -> UnsafeRawBufferPointer {
    guard let value else { throw unexpected("is null") }
    return value
  }

  private func mismatch(_ wanted: String) -> PostgresError {
    unexpected("is not \(wanted) but of the type with oid \(type.rawValue)")
  }

  func integer() throws(PostgresError) -> Int64 {
    let bytes = try bytes()
    switch type {
    case .int8: return try load(bytes)
    case .int4: return Int64(try load(bytes) as Int32)
    case .int2: return Int64(try load(bytes) as Int16)
    default: throw mismatch("an integer")
    }
  }

  func boolean() throws(PostgresError) -> Bool {
    let bytes = try bytes()
    guard type == .bool else { throw mismatch("a boolean") }
    return try load(bytes) as UInt8 != 0
  }

  /// Microseconds since 2000-01-01T00:00:00Z.
  func time() throws(PostgresError) -> Int64 {
    let bytes = try bytes()
    guard type == .timestamptz else { throw mismatch("a timestamptz") }
    return try load(bytes)
  }

  func text() throws(PostgresError) -> UnsafeRawBufferPointer {
    let bytes = try bytes()
    switch type {
    case .text, .varchar, .bpchar, .name, .unknown: return bytes
    case .json, .jsonb: return try json(bytes)
    default: throw mismatch("text")
    }
  }

  func binary() throws(PostgresError) -> UnsafeRawBufferPointer {
    let bytes = try bytes()
    switch type {
    case .bytea, .uuid: return bytes
    case .json, .jsonb: return try json(bytes)
    default: throw mismatch("bytea")
    }
  }

  /// The 128 bits of a `uuid`.
  ///
  /// - Throws: `PostgresError.unexpected` if it is null, or of another type.
  public func uuid() throws(PostgresError) -> (high: UInt64, low: UInt64) {
    let bytes = try bytes()
    guard type == .uuid else { throw mismatch("a uuid") }
    guard bytes.count == 16 else { throw unexpected("has a wrong length") }
    return (
      UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
      UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    )
  }

  /// The text of a `json` or `jsonb` value. `jsonb` has its format version, 1, in front.
  private func json(_ bytes: UnsafeRawBufferPointer) throws(PostgresError) -> UnsafeRawBufferPointer {
    guard type == .jsonb else { return bytes }
    guard bytes.first == 1 else { throw unexpected("has an unknown version of jsonb") }
    return UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
  }

  /// Calls the body with each element of a one-dimensional array.
  ///
  /// The format is the number of dimensions, a flag and the element type; for each dimension its length and its lower
  /// bound; and for each element its length (-1 for null) and its bytes. All numbers have 32 bits.
  func forEachElement(_ body: (PostgresCell) throws(PostgresError) -> Void) throws(PostgresError) {
    var rest = try bytes()
    guard PostgresType.arrays.contains(type) else { throw mismatch("an array") }
    let dimensions: Int32 = try take(&rest)
    _ = try take(&rest) as Int32
    let elementType = PostgresType(rawValue: try take(&rest))
    guard dimensions > 0 else { return }
    guard dimensions == 1 else { throw unexpected("is an array of several dimensions") }
    let count: Int32 = try take(&rest)
    _ = try take(&rest) as Int32
    for _ in 0..<max(count, 0) {
      let length = Int(try take(&rest) as Int32)
      guard length <= rest.count else { throw unexpected("is cut off") }
      let value = length < 0 ? nil : UnsafeRawBufferPointer(rebasing: rest.prefix(length))
      try body(PostgresCell(column: column, type: elementType, value: value))
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(max(length, 0)))
    }
  }

  private func take<Number: FixedWidthInteger & BitwiseCopyable>(
    _ rest: inout UnsafeRawBufferPointer
  ) throws(PostgresError) -> Number {
    let size = MemoryLayout<Number>.size
    let number: Number = try load(UnsafeRawBufferPointer(rebasing: rest.prefix(size)))
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(size))
    return number
  }

  private func load<Number: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer
  ) throws(PostgresError) -> Number {
    guard bytes.count == MemoryLayout<Number>.size else { throw unexpected("has a wrong length") }
    return Number(bigEndian: bytes.loadUnaligned(as: Number.self))
  }
}

/// The OID of a type, from `pg_type.dat`.
struct PostgresType: Hashable, Sendable {
  let rawValue: UInt32

  static let bool = PostgresType(rawValue: 16)
  static let bytea = PostgresType(rawValue: 17)
  static let name = PostgresType(rawValue: 19)
  static let int8 = PostgresType(rawValue: 20)
  static let int2 = PostgresType(rawValue: 21)
  static let int4 = PostgresType(rawValue: 23)
  static let text = PostgresType(rawValue: 25)
  static let json = PostgresType(rawValue: 114)
  static let unknown = PostgresType(rawValue: 705)
  static let bpchar = PostgresType(rawValue: 1042)
  static let varchar = PostgresType(rawValue: 1043)
  static let timestamptz = PostgresType(rawValue: 1184)
  static let jsonb = PostgresType(rawValue: 3802)
  static let uuid = PostgresType(rawValue: 2950)

  /// The array types of the types above, in the same order, without `unknown`.
  static let arrays: Set<PostgresType> = Set(
    [1000, 1001, 1003, 1016, 1005, 1007, 1009, 199, 1014, 1015, 1185, 3807, 2951].map(PostgresType.init(rawValue:)))
}
