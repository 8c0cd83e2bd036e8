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
      return isBinary ? binaryArray(place) : ArrayLiteral.of(lazy.map { $0[place] })
    }
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
