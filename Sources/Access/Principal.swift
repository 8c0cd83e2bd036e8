public import HTTP

/// A caller whose right to what the path names has been proved. Only this module can make one, and it carries what it
/// was proved for: a handler never reads a team, a workspace or a base from the request.
public protocol Principal: Sendable {
  /// How documentation and the table of routes call it: `base-admin`.
  static var name: String { get }
  /// Proves the right, with one statement.
  ///
  /// - Throws: `Refusal`, or `PostgresError` where the database is away.
  static func authorise(_ request: Request, _ app: App) async throws -> Self
}

/// Whoever calls.
public struct Anyone: Principal {
  /// `anyone`
  public static let name = "anyone"

  /// Always.
  public static func authorise(_ request: Request, _ app: App) -> Anyone { Anyone() }
}
