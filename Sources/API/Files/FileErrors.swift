internal import Domain

extension WireError {
  /// An error of files: SeaTable's words where they are known, else ours.
  init(of error: FileError) {
    self =
      switch error {
      case .notFound(let path): .message(404, "path \(path) not found.")
      case .gone: .message(404, "File not found.")
      case .tooLarge(let most): .message(413, "The file is too large: it may have \(most) bytes.")
      case .full(let most):
        .message(
          403,
          "The files of this team may have \(most) bytes together: delete some, or ask the operator for more "
            + "(BASEKEEPER_TEAM_FILE_BYTES)."
        ).limited(by: ContentLimit.fileBytesPerTeam)
      case .tooLate: .message(408, "The upload took too long. Please try again.")
      case .nameTaken: .message(400, "There are too many files with this name.")
      }
  }
}
