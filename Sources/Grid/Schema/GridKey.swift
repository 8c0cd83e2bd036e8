public import Ground

/// A key of something in a base: four of `A` to `Z`, `a` to `z` and `0` to `9`. Keys of tables and of columns are
/// different types. The columns that show who and when have keys of their own, such as `_creator`.
public struct GridKey<Of>: Sendable, Hashable {
  /// The key, as the wire and the database have it: ASCII, at most 14 bytes.
  public let text: String

  init(unchecked text: String) { self.text = text }

  /// The key of the first table, of a table's first column, and of its first view.
  public static var first: GridKey { GridKey(unchecked: "0000") }

  /// A key at random that is not among `taken`.
  static func random(unless taken: Set<GridKey>) -> GridKey {
    while true {
      let text = (0..<4).map { _ in letters[Int.random(in: 0..<letters.count)] }
      let key = GridKey(unchecked: String(decoding: text, as: UTF8.self))
      if key != first, !taken.contains(key) { return key }
    }
  }
}

/// A table's key.
public typealias TableKey = GridKey<GridTable>
/// A column's key.
public typealias ColumnKey = GridKey<Column>
/// A view's key.
public typealias ViewKey = GridKey<GridView>
/// A link's key: the wire's `link_id`.
public typealias LinkKey = GridKey<GridLink>

private let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

extension GridKey {
  /// Whether a text has the form of a key: four ASCII letters or digits.
  static func isKey(_ text: String) -> Bool { text.utf8.count == 4 && text.utf8.allSatisfy(\.isLetterOrDigit) }
}

extension GridKey where Of == GridTable {
  /// Reads a table's key; nil if the text has another form.
  public init?(_ text: String) {
    guard Self.isKey(text) else { return nil }
    self.text = text
  }
}

extension GridKey where Of == GridView {
  /// Reads a view's key; nil if the text has another form.
  public init?(_ text: String) {
    guard Self.isKey(text) else { return nil }
    self.text = text
  }
}

extension GridKey where Of == GridLink {
  /// Reads a link's key; nil if the text has another form.
  public init?(_ text: String) {
    guard Self.isKey(text) else { return nil }
    self.text = text
  }
}

extension GridKey where Of == Column {
  /// Reads a column's key; nil if the text has another form. `_creator`, `_last_modifier`, `_ctime` and `_mtime` are
  /// keys of columns, too.
  public init?(_ text: String) {
    guard Self.isKey(text) || ColumnType.allCases.contains(where: { $0.fixedKey == text }) else { return nil }
    self.text = text
  }
}

extension GridKey: JSONEncodable {
  /// Writes a JSON string.
  public func write(to json: inout JSONWriter) { text.write(to: &json) }
}

/// What two link columns have in common: the pairs of rows that both show. It is only named here, as `link_id`; the
/// pairs are in the database.
public enum GridLink {}
