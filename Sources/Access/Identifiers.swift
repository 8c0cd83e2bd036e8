internal import Crypto
public import Ground
public import Postgres

/// A key of one table: `ID<Team>` and `ID<Base>` do not mix.
public struct ID<Table>: Sendable, Hashable {
  /// The number in the database and on the wire.
  public let value: Int64

  /// A key of the given number.
  public init(_ value: Int64) { self.value = value }

  /// A key as it stands in a path or a form: decimal digits alone; nil for anything else.
  public init?(text: String) {
    guard !text.isEmpty, text.utf8.areDigits, let value = Int64(text) else {
      return nil
    }
    self.value = value
  }
}

extension ID: PostgresValue {
  /// As a bigint.
  public var postgresValue: Int64 { value }
  /// From a bigint.
  public init(postgresValue: Int64) { value = postgresValue }
}

extension ID: RowDecodable {
  /// Reads the column `id`.
  public init(_ row: Row) throws(PostgresError) { self = try row["id"] }
}

extension ID: JSONEncodable {
  /// Writes a number.
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
/// What a person gets for his password.
public enum AccountToken {}
/// What lets somebody without a team come into one.
public enum TeamInvitation {}
/// A folder of a workspace.
public enum Folder {}
/// An external link or an invite link.
public enum BaseLink {}

/// What a token, a share or a membership allows on a base.
public enum Permission: String, Sendable, CaseIterable {
  /// Reading only.
  case read = "r"
  /// Reading and writing.
  case readWrite = "rw"
}

extension Permission: Comparable {
  /// Whether the one allows less than the other.
  public static func < (left: Permission, right: Permission) -> Bool { left == .read && right == .readWrite }
}

extension Permission: PostgresValue {
  /// As text.
  public var postgresValue: String { rawValue }
  /// From text; nothing else than the two can be stored.
  public init?(postgresValue: String) { self.init(rawValue: postgresValue) }
}

/// What somebody is in a workspace: its owner, or what the group made him.
public enum Role: String, Sendable, CaseIterable {
  /// Of a personal workspace, or the one owner of a group.
  case owner
  /// Administers a group's members and bases.
  case admin
  /// Works in the group's bases.
  case member

  /// Whether the role allows creating, renaming and deleting bases, and issuing API tokens for them.
  public var administers: Bool { self != .member }
}

extension Role: PostgresValue {
  /// As text.
  public var postgresValue: String { rawValue }
  /// From text; nothing else than the three can be stored.
  public init?(postgresValue: String) { self.init(rawValue: postgresValue) }
}

/// A user id of the wire: 32 hexadecimal digits and `@auth.local`; it stands where one would expect an address.
public struct UserID: Sendable, Hashable {
  private static let suffix = "@auth.local"

  /// The 32 digits.
  public let uid: String

  /// A user id as it arrives; nil unless it is exactly one.
  public init?(wire: String) {
    guard wire.utf8.count == 32 + Self.suffix.utf8.count, wire.hasSuffix(Self.suffix) else { return nil }
    let uid = String(wire.dropLast(Self.suffix.count))
    guard isHexadecimal(uid.utf8) else { return nil }
    self.uid = uid
  }

  /// As it is sent.
  public var wire: String { uid + Self.suffix }
}

extension UserID: PostgresValue {
  /// The 32 digits.
  public var postgresValue: String { uid }
  /// From the 32 digits.
  public init(postgresValue: String) { uid = postgresValue }
}

extension UserID: JSONEncodable {
  /// Writes a string.
  public func write(to json: inout JSONWriter) { wire.write(to: &json) }
}

/// A base's UUID in its 36-character form, lower case: what outlives renaming and moving.
public struct BaseUUID: Sendable, Hashable {
  /// The 36 characters.
  public let text: String

  /// A UUID as it arrives, in either case; nil unless it is one.
  public init?(_ text: String) {
    let text = text.lowercased()
    guard text.utf8.count == 36 else { return nil }
    for (index, byte) in text.utf8.enumerated() {
      let isDash = [8, 13, 18, 23].contains(index)
      guard isDash ? byte == UInt8(ascii: "-") : isHexadecimal(CollectionOfOne(byte)) else { return nil }
    }
    self.text = text
  }
}

extension BaseUUID: PostgresValue {
  /// As text: write `\(uuid)::uuid`.
  public var postgresValue: String { text }
  /// From text: select `uuid::text`.
  public init(postgresValue: String) { text = postgresValue }
}

extension BaseUUID: JSONEncodable {
  /// Writes a string.
  public func write(to json: inout JSONWriter) { text.write(to: &json) }
}
