public import HTTP

/// Somebody with a base token for the base that the path names, who reads what it holds: a program, a person, or a
/// visitor by an external link.
public struct BaseReader: Principal {
  /// `base-reader`
  public static let name = "base-reader"

  /// Who it is, and which base.
  public let bearer: BaseTokenBearer
  /// Who holds the token.
  public var subject: Subject { bearer.subject }
  /// Their calls count for the base, too.
  public var calledBase: ID<Base>? { bearer.base }

  /// Proves a base token for the path's `base_uuid`.
  public static func authorise(
    _ path: BaseUUIDSegment, _ request: Request, _ app: App
  ) async throws -> BaseReader {
    BaseReader(bearer: try await BaseTokenBearer.authorise(path, request, app))
  }
}

/// Somebody with a base token that allows writing, for the base that the path names: a program or a person.
public struct BaseWriter: Principal {
  /// `base-writer`
  public static let name = "base-writer"

  /// Who it is, and which base.
  public let bearer: BaseTokenBearer
  /// Who holds the token.
  public var subject: Subject { bearer.subject }
  /// Their calls count for the base, too.
  public var calledBase: ID<Base>? { bearer.base }

  /// Proves a base token for the path's `base_uuid` that may write. No visitor may, whatever their token says.
  public static func authorise(
    _ path: BaseUUIDSegment, _ request: Request, _ app: App
  ) async throws -> BaseWriter {
    try BaseWriter(try await BaseReader.authorise(path, request, app))
  }

  /// Proves that somebody who reads may write, too: for what is known to write only when it was read.
  ///
  /// - Throws: A refusal with `Refusal.notAllowed`.
  public init(_ reader: BaseReader) throws {
    bearer = reader.bearer
    guard !bearer.isVisitor, bearer.permission == .readWrite else { throw bearer.refused(.notAllowed) }
  }
}
