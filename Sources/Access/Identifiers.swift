internal import Crypto
public import Ground
public import Postgres

/// A key of one table. `ID<Team>` and `ID<Base>` are different types.
public struct ID<Table>: Sendable, Hashable {
  /// The number in the database and on the wire.
  public let value: Int64

  /// Makes a key from a number.
  public init(_ value: Int64) { self.value = value }

  /// Parses a key from a path or a form. Nil unless it consists only of decimal digits.
  public init?(text: String) {
    guard !text.isEmpty, text.utf8.areDigits, let value = Int64(text) else {
      return nil
    }
    self.value = value
  }
}

extension ID: PostgresValue {
  /// The number, stored as a bigint.
  public var postgresValue: Int64 { value }
  /// Makes a key from a bigint.
  public init(postgresValue: Int64) { value = postgresValue }
}

extension ID: RowDecodable {
  /// Reads the column `id`.
  public init(_ row: Row) throws(PostgresError) { self = try row["id"] }
}

extension ID: JSONEncodable {
  /// Writes a JSON number.
  public func write(to json: inout JSONWriter) { value.write(to: &json) }
}

/// A team: what the wire calls an organization.
public enum Team {}
/// A person's account.
public enum Account {}
/// A group of accounts.
public enum Group {}
/// A workspace: where bases live.
public enum Workspace {}
/// A base: what the wire calls a dtable.
public enum Base {}
/// A token that a program exchanges for base tokens.
public enum APIToken {}
/// A token that a person gets for their password.
public enum AccountToken {}
/// An invitation that lets a person without a team join one.
public enum TeamInvitation {}
/// A folder of a workspace.
public enum Folder {}
/// An external link or an invite link.
public enum BaseLink {}
/// A file of a base.
public enum BaseFile {}

/// What a token, a share or a membership allows on a base.
public enum Permission: String, Sendable, CaseIterable {
  /// Reading only.
  case read = "r"
  /// Reading and writing.
  case readWrite = "rw"
}

extension Permission: Comparable {
  /// Whether the left permission allows less than the right one.
  public static func < (left: Permission, right: Permission) -> Bool { left == .read && right == .readWrite }
}

extension Permission: PostgresValue {
  /// The raw value.
  public var postgresValue: String { rawValue }
  /// Makes a permission from the stored text; nil for any other text, which the database does not allow.
  public init?(postgresValue: String) { self.init(rawValue: postgresValue) }
}

/// A person's role in a workspace: its owner, or their role in its group.
public enum Role: String, Sendable, CaseIterable {
  /// The owner of a personal workspace, or the only owner of a group.
  case owner
  /// An administrator of a group's members and bases.
  case admin
  /// A member, who works in the group's bases.
  case member

  /// Whether the role allows creating, renaming and deleting bases, and issuing API tokens for them.
  public var administers: Bool { self != .member }
}

extension Role: PostgresValue {
  /// The raw value.
  public var postgresValue: String { rawValue }
  /// Makes a role from the stored text; nil for any other text, which the database does not allow.
  public init?(postgresValue: String) { self.init(rawValue: postgresValue) }
}

/// A user id on the wire: 32 hexadecimal digits and `@auth.local`. It is used in place of an email address.
public struct UserID: Sendable, Hashable {
  private static let suffix = "@auth.local"

  /// The 32 hexadecimal digits.
  public let uid: String

  /// Parses a user id; nil if the text is not one.
  public init?(wire: String) {
    guard wire.utf8.count == 32 + Self.suffix.utf8.count, wire.hasSuffix(Self.suffix) else { return nil }
    let uid = String(wire.dropLast(Self.suffix.count))
    guard isHexadecimal(uid) else { return nil }
    self.uid = uid
  }

  /// The user id as it is sent.
  public var wire: String { uid + Self.suffix }
}

extension UserID: PostgresValue {
  /// The 32 hexadecimal digits.
  public var postgresValue: String { uid }
  /// Makes a user id from the 32 digits.
  public init(postgresValue: String) { uid = postgresValue }
}

extension UserID: JSONEncodable {
  /// Writes a JSON string.
  public func write(to json: inout JSONWriter) { wire.write(to: &json) }
}

/// A base's UUID in its 36-character form, in lower case. It stays the same when the base is renamed or moved.
public struct BaseUUID: Sendable, Hashable {
  /// The 36 characters.
  public let text: String

  /// Parses a UUID in either case; nil if the text is not one.
  public init?(_ text: String) {
    var text = text
    let isOne = text.withUTF8 { characters in
      characters.count == 36
        && characters.indices.allSatisfy { place in
          switch place {
          case 8, 13, 18, 23: characters[place] == UInt8(ascii: "-")
          default: hexadecimalValue(characters[place]) != nil
          }
        }
    }
    guard isOne else { return nil }
    self.text = text.lowercased()
  }

  /// Parses its 32 hexadecimal digits; nil if the text is no such.
  init?(withoutDashes text: String) {
    guard text.utf8.count == 32, isHexadecimal(text) else { return nil }
    var rest = Substring(text)
    let parts = [8, 4, 4, 4, 12].map { length in
      defer { rest = rest.dropFirst(length) }
      return String(rest.prefix(length))
    }
    self.init(parts.joined(separator: "-"))
  }
}

extension BaseUUID: PostgresValue {
  /// The text; write `\(uuid)::uuid` in SQL.
  public var postgresValue: String { text }
  /// Makes a UUID from text; select `uuid::text` in SQL.
  public init(postgresValue: String) { text = postgresValue }
}

extension BaseUUID: JSONEncodable {
  /// Writes a JSON string.
  public func write(to json: inout JSONWriter) { text.write(to: &json) }
}
