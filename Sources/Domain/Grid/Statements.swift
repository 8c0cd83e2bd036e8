package import Access
package import Grid
package import Ground
internal import Postgres
internal import Query

/// A statement that a client sent.
package struct ClientStatement: Sendable {
  fileprivate let query: QueryStatement
  fileprivate let parameters: [JSON]
  fileprivate let form: RowForm
  /// Whether a value that an UPDATE would lose is refused.
  let isStrict: Bool

  /// Whether it changes rows.
  package var writes: Bool { query.writes }

  /// Reads a statement. `parameters` are what its `?` stand for, and `form` is that of the answer.
  ///
  /// - Throws: `GridError.statement`.
  package init(_ sql: String, parameters: [JSON], form: RowForm, isStrict: Bool) throws(GridError) {
    do throws(QueryError) { query = try QueryStatement(sql) } catch { throw .statement(error.message) }
    (self.parameters, self.form, self.isStrict) = (parameters, form, isStrict)
  }

  /// The statement for the tables of a base.
  func resolved(in schema: BaseSchema, now: Timestamp) throws(GridError) -> ResolvedQuery {
    do throws(QueryError) {
      return try query.resolved(names: schema.tables.map(\.name), parameters: parameters, now: now) {
        QueryTable(schema.tables[$0], in: schema)
      }
    } catch {
      throw .statement(error.message)
    }
  }
}

/// The answer to a SELECT.
package struct StatementAnswer: Sendable {
  /// Whether it is of several tables.
  package let isJoin: Bool
  /// The columns of the result, also of one without rows.
  package let columns: [ResultColumn]
  /// The rows, a JSON array.
  package let results: [UInt8]
}

/// Clients' SQL, for callers who have proved their right to the base.
package struct Statements: Sendable {
  let app: App
  let base: ID<Base>

  /// Works on the app's database.
  package init(_ app: App, of base: ID<Base>) { (self.app, self.base) = (app, base) }

  /// Answers a SELECT.
  ///
  /// - Throws: `GridError`, or `Refusal.throttled` if too many statements run at once.
  package func select(_ statement: ClientStatement) async throws -> StatementAnswer {
    try await app.inTurn(of: base) {
      try await Schemas(app).resolving(base) { stored in
        guard case .select(let select) = try statement.resolved(in: stored.schema, now: app.now()) else {
          throw GridError.statement("The statement does not read.")
        }
        let rows = try await read(select)
        guard try await Rows(app, of: base).isPresent(stored, at: try rows.count > 0 ? rows[0].version : nil) else {
          return nil
        }
        let result = StatementResult(select, in: stored.schema, as: statement.form)
        return StatementAnswer(
          isJoin: select.isJoin, columns: result.columns,
          results: try await written(rows, by: ResultWriter(result.members)))
      }
    }
  }

  /// The rows of a SELECT. Of rows beyond the largest answer there is nothing.
  private func read(_ select: ResolvedSelect) async throws -> ReceivedRows<SelectedRow> {
    let statement = try bounded(QueryCompiler.statement(select, base: base))
    do {
      return try await app.query(
        """
        select (select version from queried_base where base_id = \(base)) as version,
               case when sum(octet_length(answer.result)) over (rows unbounded preceding) <= \(app.settings.statements.bytes)
                 then answer.result end as result
        from (select convert_to(own.result::text, 'UTF8') as result from (\(statement)) as own offset 0) as answer
        """, in: base)
    } catch let error as PostgresError {
      throw refusal(of: error)
    }
  }

  /// The statement, if the database takes as many values.
  func bounded(_ statement: SQL) throws(GridError) -> SQL {
    guard statement.parameterCount + 20 <= SQL.mostParameters else { throw .statementTooLarge }
    return statement
  }

  /// What a client is told of a statement that has failed. What the service has made wrong stays as it is.
  func refusal(of error: PostgresError) -> any Error {
    switch error {
    case .timedOut: GridError.statementTooSlow(app.settings.statements.time)
    // temp_file_limit, and PostgreSQL's own limits
    case .statement(let state, _, _) where state == "53400" || state.hasPrefix("54"): GridError.statementTooLarge
    // data_exception
    case .statement(let state, _, _) where state.hasPrefix("22"): GridError.statementFailed
    default: error
    }
  }

  /// Writes rows in portions, with a turn for others between them.
  private func written(_ rows: ReceivedRows<SelectedRow>, by writer: ResultWriter) async throws -> [UInt8] {
    let most = app.settings.statements.bytes
    var json: [UInt8] = [UInt8(ascii: "[")]
    for index in 0..<rows.count {
      if index > 0 {
        json.append(UInt8(ascii: ","))
        if index.isMultiple(of: ReadRows.portion) { await Task.yield() }
      }
      guard let result = try rows[index].result else { throw GridError.answerTooLarge(most) }
      writer.append(result, to: &json)
      guard json.count <= most else { throw GridError.answerTooLarge(most) }
    }
    json.append(UInt8(ascii: "]"))
    return json
  }
}

/// A row of a SELECT's result, and at which version of the base it was read.
private struct SelectedRow: RowDecodable {
  let version: Int64
  let result: [UInt8]?

  init(_ row: Row) throws(PostgresError) {
    version = try row["version"] ?? 0
    result = try row["result"]
  }
}
