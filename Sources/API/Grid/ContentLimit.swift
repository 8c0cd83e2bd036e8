/// What bounds the content of bases and clients' SQL, as metrics and the log name it.
public enum ContentLimit: String, CaseIterable, Sendable {
  case rowsPerBase = "rows_per_base"
  case rowsPerTeam = "rows_per_team"
  case tablesPerBase = "tables_per_base"
  case statementTime = "statement_time"
  case statementMemory = "statement_memory"
  case answerBytes = "answer_bytes"
  case fileBytesPerTeam = "file_bytes_per_team"
}

extension WireError {
  /// The refusal of a content limit.
  func limited(by limit: ContentLimit) -> WireError { limited(by: limit.rawValue) }
}
