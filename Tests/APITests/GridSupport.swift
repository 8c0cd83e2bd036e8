import API
import Access
import Foundation
import HTTP
import TestSupport
import Testing

/// What the tests of rows and tables do with the base "Projects".
extension World {
  /// The beginning of the paths of what "Projects" holds.
  static let grid = "/api-gateway/api/v2/dtables/\(projects)/"

  /// Sends a JSON body with a base token.
  func grid(
    _ method: HTTP.Method, _ path: String, as caller: Caller = .baseToken, _ json: String? = nil,
    headers: [Headers.HeaderName: String] = [:], of base: String = projects
  ) async throws -> Answer {
    try await send(
      method, "/api-gateway/api/v2/dtables/\(base)/\(path)", as: caller, type: json.map { _ in "application/json" },
      body: Array((json ?? "").utf8), headers: headers)
  }

  /// The rows of a table by the names of their columns.
  func rows(_ query: String = "table_name=Table1") async throws -> [[String: Any]] {
    let listed = try await grid(.get, "rows/?convert_keys=true&\(query)")
    #expect(listed.status == 200, "\(listed.text)")
    return try #require(listed["rows"] as? [[String: Any]])
  }

  /// The cells of a column, by the names of their rows.
  func cells(_ column: String, _ query: String = "table_name=Table1") async throws -> [String: String] {
    try await rows(query).reduce(into: [:]) { cells, row in
      cells["\(row["Name"] ?? "")"] = row[column].map { $0 is NSNull ? "null" : "\($0)" } ?? "missing"
    }
  }
}
