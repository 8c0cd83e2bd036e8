internal import Access
internal import Grid
internal import Postgres

/// A row as it is read: where it is one too many, without its cells.
struct ListedRow: RowDecodable {
  /// The version of the base at which it was read.
  let version: Int64
  let row: StoredRow
  /// Whether the cells of the rows up to this one have more bytes than an answer may have. So it is with the rows after it.
  let isTooMuch: Bool

  /// Selects rows of `own` with the version of their base. `rest` is what follows, from `from` on. Cells are only sent
  /// as long as those of all rows together have at most `most` bytes.
  static func select(_ base: ID<Base>, _ rest: SQL, upTo most: Int) -> SQL {
    """
    select answer.version, answer.table_key, answer.id, answer.created_at, answer.modified_at, answer.creator,
           answer.modifier, answer.locked_by,
           case when sum(octet_length(answer.cells)) over (rows unbounded preceding) <= \(most) then answer.cells end as cells
    from (\(read(base, rest))) as answer
    """
  }

  /// Selects the only row of `own` there is, as `select` does.
  static func only(_ base: ID<Base>, _ rest: SQL, upTo most: Int) -> SQL {
    """
    select answer.version, answer.table_key, answer.id, answer.created_at, answer.modified_at, answer.creator,
           answer.modifier, answer.locked_by,
           case when octet_length(answer.cells) <= \(most) then answer.cells end as cells
    from (\(read(base, rest))) as answer
    """
  }

  /// What a row has, with its cells as JSON.
  private static func read(_ base: ID<Base>, _ rest: SQL) -> SQL {
    """
    select (select version from data_base where base_id = \(base)) as version, own.table_key, own.id, own.created_at,
           own.modified_at, own.creator, own.modifier, own.locked_by, convert_to(own.cells::text, 'UTF8') as cells
    \(rest)
    offset 0
    """
  }

  init(_ row: Row) throws(PostgresError) {
    version = try row["version"] ?? 0
    let cells: [UInt8]? = try row["cells"]
    isTooMuch = cells == nil
    self.row = StoredRow(
      id: try row["id"], created: try row["created_at"], modified: try row["modified_at"],
      creator: try row["creator"], modifier: try row["modifier"], lockedBy: try row["locked_by"], cells: cells ?? [])
  }
}
