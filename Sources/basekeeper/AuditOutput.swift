internal import Access
internal import Ground
internal import Synchronization

extension Log {
  /// How long lines of the audit log may wait for the reader.
  private static let longestWait = Duration.seconds(10)

  /// Writes lines of the audit log, whatever the level is, and returns when they are written.
  ///
  /// - Throws: `UnreadLines` if the reader is too slow or gone, or the task is cancelled. They may be written later.
  func keep(_ lines: [AuditShipping.OutputLine]) async throws {
    var clock = LogClock()
    let time = clock.now()
    let bytes = lines.flatMap { Log.line($0, at: time) }
    let answer = WriteAnswer()
    let timer = Task.detached {
      try await Task.sleep(for: Self.longestWait)
      answer.give(false)
    }
    defer { timer.cancel() }
    let isWritten = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        answer.wait(continuation)
        if !append(bytes, { answer.give($0) }) { answer.give(false) }
      }
    } onCancel: {
      answer.give(false)
    }
    guard isWritten else { throw UnreadLines() }
  }

  private static func line(_ line: AuditShipping.OutputLine, at time: String) -> [UInt8] {
    switch line {
    case .entry(let entry): Log.line(.info, .auditEntry, at: time) { entry.write(to: &$0) }
    case .head(let head):
      Log.line(.info, .auditHead, at: time) {
        $0.add("team", head.chain)
        $0.add("number", head.count)
        $0.add("hash", head.hash)
      }
    }
  }
}

/// Nobody has read lines in time.
private struct UnreadLines: Error, CustomStringConvertible {
  var description: String { "nobody reads the log" }
}

/// The first of several answers to one question.
private final class WriteAnswer: Sendable {
  private enum AnswerState {
    case nothing
    case awaited(CheckedContinuation<Bool, Never>)
    case given(Bool)
  }

  private let state = Mutex(AnswerState.nothing)

  func wait(_ continuation: CheckedContinuation<Bool, Never>) {
    let given: Bool? = state.withLock { state in
      if case .given(let answer) = state { return answer }
      state = .awaited(continuation)
      return nil
    }
    if let given { continuation.resume(returning: given) }
  }

  func give(_ answer: Bool) {
    let awaiting: CheckedContinuation<Bool, Never>? = state.withLock { state in
      switch state {
      case .given: return nil
      case .nothing:
        state = .given(answer)
        return nil
      case .awaited(let continuation):
        state = .given(answer)
        return continuation
      }
    }
    awaiting?.resume(returning: answer)
  }
}
