public import Ground

/// A statement that a client sent, read but not yet looked up.
public struct QueryStatement: Sendable {
  private let text: [UInt8]
  private let syntax: QuerySyntax
  /// How many parameters it has.
  public let parameterCount: Int

  /// Reads a statement.
  ///
  /// - Throws: `QueryError` for what is no statement of the dialect, or beyond `QueryBounds`.
  public init(_ text: String) throws(QueryError) {
    let bytes = Array(text.utf8)
    do throws(QueryRefusal) {
      (syntax, parameterCount) = try QueryParser.parse(bytes)
    } catch {
      throw error.placed(in: bytes)
    }
    self.text = bytes
  }

  /// Whether it changes rows.
  public var writes: Bool { if case .select = syntax { false } else { true } }

  /// Looks up its names and checks its types.
  ///
  /// - Parameters:
  ///   - names: The names of the base's tables. A table is found by its name as it is, or by the first that differs in its
  ///     case alone.
  ///   - parameters: What the statement's `?` stand for, in order, as many as there are.
  ///   - now: What `now()` gives, and `today()` the day of.
  ///   - table: A table by its place in `names`, asked for each table of the statement.
  /// - Returns: The statement, ready to be run.
  /// - Throws: `QueryError` for what is unknown or does not fit.
  public func resolved(
    names: [String], parameters: [JSON], now: Timestamp, table: (Int) -> QueryTable
  ) throws(QueryError) -> ResolvedQuery {
    do throws(QueryRefusal) {
      guard parameters.count == parameterCount else {
        throw QueryRefusal(
          .parameters, "the statement has \(parameterCount) parameters, but \(parameters.count) were sent")
      }
      var constants: [QueryConstant] = []
      for (index, json) in parameters.enumerated() { constants.append(try QueryConstant(json, number: index)) }
      var resolver = QueryResolver(parameters: constants, now: now)
      switch syntax {
      case .select(let select):
        for one in select.tables { try resolver.add(one, names, table) }
        return .select(try resolver.select(select))
      case .update(let one, let assignments, let condition):
        try resolver.add(one, names, table)
        return .update(
          ResolvedUpdate(
            table: resolver.tables[0], assignments: try resolver.assignments(assignments),
            condition: try resolver.condition(of: condition)))
      case .delete(let one, let condition):
        try resolver.add(one, names, table)
        return .delete(ResolvedDelete(table: resolver.tables[0], condition: try resolver.condition(of: condition)))
      }
    } catch {
      throw error.placed(in: text)
    }
  }
}
