internal import CLinux
internal import Glibc

/// What a descriptor is ready for, or is watched for.
public struct Readiness: OptionSet, Sendable {
  /// The bits of `epoll_event.events`.
  public let rawValue: UInt32
  /// The bits of `epoll_event.events`.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// There is something to read, or the other side has closed the connection.
  public static let reading = Readiness(rawValue: EPOLLIN.rawValue)
  /// There is room to write.
  public static let writing = Readiness(rawValue: EPOLLOUT.rawValue)
  /// The descriptor failed or was hung up; always reported.
  public static let broken = Readiness(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
}

/// A descriptor that a loop watches. Cancel the watch before you close the descriptor.
public final class Watch {
  let descriptor: Int32
  let generation: UInt32
  let ready: (Readiness) -> Void
  private unowned let loop: Loop

  init(loop: Loop, descriptor: Int32, generation: UInt32, _ ready: @escaping (Readiness) -> Void) {
    (self.loop, self.descriptor, self.generation, self.ready) = (loop, descriptor, generation, ready)
  }

  /// Changes what the descriptor is watched for.
  public func change(to interest: Readiness) { loop.change(self, to: interest) }

  /// Ends the watch: `ready` is not called again.
  public func cancel() { loop.end(self) }
}
