/// A statement and its values. Its text comes only from source literals; every interpolated value becomes a parameter.
///
///     "select name from base where id = \(base) and name like \(pattern)"
///
/// Statements can be interpolated into other statements, so that a rule is written only once. Parameters are numbered
/// when the text is made.
public struct SQL: ExpressibleByStringInterpolation, Sendable, CustomStringConvertible {
  let shape: Shape
  let parameters: [PostgresParameter]
  let planning: Planning

  /// How the server plans the statement.
  enum Planning: Int, Sendable {
    /// When it is prepared, for whatever values it will have.
    case general
    /// Each time, for its values.
    case forValues
    /// Likewise; it is sent as text, and not remembered.
    case once
  }

  /// Makes a statement without values.
  public init(stringLiteral text: StaticString) { self.init(Shape(pieces: [.text(text)]), [], .general) }

  /// Makes a statement with interpolated values or statements.
  public init(stringInterpolation parts: StringInterpolation) {
    self.init(parts.shape, parts.parameters, parts.planning)
  }

  private init(_ shape: Shape, _ parameters: [PostgresParameter], _ planning: Planning) {
    (self.shape, self.parameters, self.planning) = (shape, parameters, planning)
  }

  /// The same, but never prepared and never remembered, as whatever it is a part of: for statements of which clients
  /// decide how many different ones there are. The server plans it for its values.
  public var once: SQL { SQL(shape, parameters, .once) }

  /// The same, but planned each time, as whatever it is a part of: for searches, of which the best plan depends on what is
  /// sought.
  public var plannedForValues: SQL { SQL(shape, parameters, planning == .once ? .once : .forValues) }

  /// How many values it has. The server takes no more than `mostParameters`.
  public var parameterCount: Int { parameters.count }

  /// The most values that a statement may have.
  public static let mostParameters = 65_535

  /// The text as the server gets it, with `$1`, `$2` and so on in place of the values.
  public var text: String { String(decoding: shape.text, as: UTF8.self) }

  /// The text without the values, so that logs do not contain them.
  public var description: String { text }

  /// Whether a text parameter contains NUL, the one character that PostgreSQL's texts cannot hold.
  var hasNUL: Bool { parameters.contains(where: \.hasNUL) }

  /// Collects the parts of an interpolated literal. Literals are static, so text from run time cannot become SQL.
  public struct StringInterpolation: StringInterpolationProtocol {
    var shape = Shape(pieces: [])
    var parameters: [PostgresParameter] = []
    var planning = Planning.general

    /// Reserves capacity.
    public init(literalCapacity: Int, interpolationCount: Int) {
      shape.pieces.reserveCapacity(2 * interpolationCount + 1)
      parameters.reserveCapacity(interpolationCount)
    }

    /// Adds text.
    public mutating func appendLiteral(_ literal: StaticString) {
      if literal.utf8CodeUnitCount > 0 { shape.pieces.append(.text(literal)) }
    }

    /// Adds a parameter.
    public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value) {
      shape.pieces.append(.parameter(Value.postgresKind))
      parameters.append(value.postgresParameter)
    }

    /// Adds a parameter; nil becomes null.
    public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
      shape.pieces.append(.parameter(Value.postgresKind))
      parameters.append(value.postgresParameter)
    }

    /// Adds the text and the parameters of another statement.
    public mutating func appendInterpolation(_ fragment: SQL) {
      shape.pieces += fragment.shape.pieces
      parameters += fragment.parameters
      if planning.rawValue < fragment.planning.rawValue { planning = fragment.planning }
    }
  }
}

/// A statement without its values. Literals are compared by their addresses, so that a prepared statement is found
/// without reading its text.
struct Shape: Hashable, Sendable {
  enum Piece: Sendable {
    case text(StaticString)
    case parameter(PostgresKind)
  }

  var pieces: [Piece]

  /// The statement's text in UTF-8.
  var text: [UInt8] { text(parametersAs: "$") }

  private func text(parametersAs name: String) -> [UInt8] {
    var text: [UInt8] = []
    var count = 0
    for piece in pieces {
      switch piece {
      case .text(let literal): literal.withUTF8Buffer { text += $0 }
      case .parameter:
        count += 1
        text += "\(name)\(count)".utf8
      }
    }
    return text
  }

  private var kinds: [PostgresKind] {
    pieces.compactMap { if case .parameter(let kind) = $0 { kind } else { nil } }
  }

  /// The text of a statement that asks the question of this one several times: each parameter is an array of what it is
  /// here. Its rows are the first ones of the answers, each with the number of its question, from 1. Nil if there is no
  /// such statement.
  ///
  /// The limit also keeps the server from planning all questions as one: each is answered by the plan that it has alone.
  var gatheredText: [UInt8]? {
    let types = kinds.compactMap(\.arrayType)
    guard !types.isEmpty, types.count == kinds.count else { return nil }
    let arrays = types.enumerated().map { "$\($0.offset + 1)::\($0.element)" }.joined(separator: ", ")
    let names = types.indices.map { "p\($0 + 1)" }.joined(separator: ", ")
    let questions = "unnest(\(arrays)) with ordinality as asked (\(names), question)"
    return Array("select found.*, asked.question from \(questions) cross join lateral (select * from (".utf8)
      + text(parametersAs: "asked.p") + Array(") as answer limit 1) as found".utf8)
  }
}

extension Shape.Piece: Hashable {
  static func == (left: Self, right: Self) -> Bool {
    switch (left, right) {
    case (.parameter(let left), .parameter(let right)): left == right
    case (.text(let left), .text(let right)):
      left.utf8Start == right.utf8Start && left.utf8CodeUnitCount == right.utf8CodeUnitCount
    default: false
    }
  }

  func hash(into hasher: inout Hasher) {
    switch self {
    case .parameter(let kind): hasher.combine(kind)
    case .text(let literal): hasher.combine(literal.utf8Start)
    }
  }
}
