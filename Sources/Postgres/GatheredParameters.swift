internal import Ground

extension PostgresKind {
  /// The type of an array of such values; nil if there is none.
  var arrayType: String? {
    switch self {
    case .text: "text[]"
    case .integer: "bigint[]"
    case .boolean: "boolean[]"
    case .bytes: "bytea[]"
    case .list: nil
    }
  }
}

extension [[PostgresParameter]] {
  /// The parameters of several questions as those of the one statement that asks them: an array for each place.
  var gathered: [PostgresParameter] {
    (self.first ?? []).indices.map { place in
      var isBinary = false
      for parameters in self {
        if case .bytes = parameters[place] { isBinary = true }
      }
      return isBinary ? binaryArray(place) : textArray(place)
    }
  }

  /// PostgreSQL's literal for an array: `{"a",null}`.
  private func textArray(_ place: Int) -> PostgresParameter {
    var literal: [UInt8] = [UInt8(ascii: "{")]
    for (index, parameters) in enumerated() {
      if index > 0 { literal.append(UInt8(ascii: ",")) }
      guard case .text(let text) = parameters[place] else {
        literal += "null".utf8
        continue
      }
      literal.append(UInt8(ascii: "\""))
      for byte in text.utf8 {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { literal.append(UInt8(ascii: "\\")) }
        literal.append(byte)
      }
      literal.append(UInt8(ascii: "\""))
    }
    literal.append(UInt8(ascii: "}"))
    return .text(String(decoding: literal, as: UTF8.self))
  }

  /// An array of `bytea` in PostgreSQL's binary format: see `PostgresCell.forEachElement`.
  private func binaryArray(_ place: Int) -> PostgresParameter {
    var array: [UInt8] = []
    func append(_ number: Int32) {
      Swift.withUnsafeBytes(of: number.bigEndian) { array += $0 }
    }
    for number in [1, 1, Int32(PostgresType.bytea.rawValue), Int32(count), 1] { append(number) }
    for parameters in self {
      guard case .bytes(let bytes) = parameters[place] else {
        append(-1)
        continue
      }
      append(Int32(bytes.count))
      array += bytes
    }
    return .bytes(array)
  }
}
