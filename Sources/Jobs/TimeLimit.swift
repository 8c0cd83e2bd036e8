internal import Loop

/// A body that exceeded its time limit.
struct TimeLimitExceeded: Error, CustomStringConvertible {
  let limit: Duration
  var description: String { "no end within \(limit)" }
}

extension Loop {
  /// Runs a body in its own task, and returns the error that it threw; nil if it threw none. After the limit, the task
  /// is cancelled and no longer waited for. Must be called on the loop.
  func within(_ limit: Duration, _ body: @escaping @Sendable () async throws -> Void) async -> (any Error)? {
    let answer = FirstAnswer()
    let task = Task(executorPreference: self) {
      do {
        try await body()
        answer.give(.success(()))
      } catch {
        answer.give(.failure(error))
      }
    }
    let timer = after(limit) {
      task.cancel()
      answer.give(.failure(TimeLimitExceeded(limit: limit)))
    }
    defer { timer.cancel() }
    let result = await withTaskCancellationHandler {
      await answer.wait()
    } onCancel: {
      task.cancel()
    }
    if case .failure(let error) = result { return error }
    return nil
  }
}

/// The first of several results.
private final class FirstAnswer: @unchecked Sendable {  // Sendable: owned by its loop's thread
  private var answer: Result<Void, any Error>?
  private var continuation: UnsafeContinuation<Result<Void, any Error>, Never>?

  func give(_ answer: Result<Void, any Error>) {
    guard self.answer == nil else { return }
    self.answer = answer
    continuation?.resume(returning: answer)
  }

  func wait() async -> Result<Void, any Error> {
    await withUnsafeContinuation { continuation in
      if let answer { continuation.resume(returning: answer) } else { self.continuation = continuation }
    }
  }
}
