internal import Access
internal import Glibc
internal import Ground
internal import HTTP
internal import Loop
internal import Synchronization

/// The log: a line for each event on standard output. A thread of its own writes it, so that a slow reader does not
/// hold up requests. Every line is made as a JSON object; if people read the log, that thread turns it into text. At
/// most 8 MiB wait for the reader, and 4 MiB more for lines about security; further lines are dropped, and the log says
/// so.
final class Log: Sendable {
  enum Level: String, CaseIterable, Comparable {
    case debug, info, warning, error

    static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

    private var rank: Int {
      switch self {
      case .debug: 0
      case .info: 1
      case .warning: 2
      case .error: 3
      }
    }
  }

  /// The form of the lines.
  enum Format: String, CaseIterable {
    /// Text on a terminal, JSON elsewhere.
    case auto
    case text, json

    /// The format that is set, or else `auto`; `Configuration` reports a wrong value.
    init(_ environment: Environment) {
      self = environment.text("BASEKEEPER_LOG_FORMAT").flatMap(Self.init(rawValue:)) ?? .auto
    }

    /// Whether text for people is written there.
    func isText(on descriptor: Int32) -> Bool { self == .text || self == .auto && isatty(descriptor) == 1 }

    /// Writes a line of the log to standard error, unless that is for people, who read the error itself.
    func tell(_ report: SecurityReport) {
      guard !isText(on: STDERR_FILENO) else { return }
      var clock = LogClock()
      writeFully(Log.line(report, at: clock.now()), to: STDERR_FILENO)
    }
  }

  private struct Backlog {
    var bytes: [UInt8] = []
    var dropped = 0
    /// Since the start.
    var allDropped = 0
    var isClosed = false
    /// Whether lines whose writer asks for an answer wait for the reader.
    var isAsked = false
    /// Called when everything that is in the backlog now has been written, or could not be.
    var waiting: [@Sendable (_ isWritten: Bool) -> Void] = []
  }

  private static let capacity = 8 << 20
  /// Kept free for what must not be crowded out by lines about requests.
  private static let reserve = 4 << 20
  let level: Level
  /// Makes text for people; nil if the log is JSON.
  let text: LogText?
  private let backlog = Mutex(Backlog())
  private let signal = Semaphore()
  private let thread = Mutex<LoopThread?>(nil)

  init(level: Level, format: Format) {
    self.level = level
    text = format.isText(on: STDOUT_FILENO) ? LogText.ofProcess : nil
    let thread = LoopThread(named: "log") { [self] in writeAll() }
    self.thread.withLock { $0 = thread }
  }

  /// Writes a line now.
  func write(_ level: Level, _ message: LogMessage, _ fields: (inout JSONWriter.Members) -> Void = { _ in }) {
    guard level >= self.level else { return }
    var clock = LogClock()
    append(Log.line(level, message, at: clock.now(), fields))
  }

  /// Writes a line about security now, whatever the level is.
  func write(_ report: SecurityReport) {
    var clock = LogClock()
    append(Log.line(report, at: clock.now()), mayUseReserve: true)
  }

  /// Writes a line with a reason now.
  func write(_ level: Level, _ message: LogMessage, because reason: String) {
    write(level, message) { $0.add("reason", reason) }
  }

  /// Appends whole lines.
  func append(_ lines: [UInt8], mayUseReserve: Bool = false) {
    backlog.withLock { backlog in
      guard backlog.bytes.count + lines.count <= Self.capacity + (mayUseReserve ? Self.reserve : 0) else {
        backlog.dropped += 1
        backlog.allDropped += 1
        return
      }
      backlog.bytes.append(contentsOf: lines)
    }
    signal.signal()
  }

  /// Appends lines if there is room for them, and calls `tell` when they are written; false if there is none, or if former
  /// such lines still wait: whoever gives up and tries again must not fill the backlog with copies.
  func append(_ lines: [UInt8], _ tell: @escaping @Sendable (_ isWritten: Bool) -> Void) -> Bool {
    let hasRoom = backlog.withLock { backlog in
      guard !backlog.isAsked, backlog.bytes.count + lines.count <= Self.capacity + Self.reserve else { return false }
      backlog.isAsked = true
      backlog.bytes.append(contentsOf: lines)
      backlog.waiting.append { [self] isWritten in
        self.backlog.withLock { $0.isAsked = false }
        tell(isWritten)
      }
      return true
    }
    if hasRoom { signal.signal() }
    return hasRoom
  }

  /// How often lines were dropped since the start.
  var dropped: Int { backlog.withLock { $0.allDropped } }

  /// Returns when everything that was logged before is written or dropped.
  func flush() {
    let written = Semaphore()
    backlog.withLock { $0.waiting.append { _ in written.signal() } }
    signal.signal()
    written.wait()
  }

  /// Writes the rest and ends the thread.
  func close() {
    backlog.withLock { $0.isClosed = true }
    signal.signal()
    thread.withLock { $0 }?.join()
  }

  static func line(
    _ level: Level, _ message: LogMessage, at time: String, _ fields: (inout JSONWriter.Members) -> Void
  ) -> [UInt8] {
    var line: [UInt8] = []
    appendLine(to: &line, level, message, at: time, fields)
    return line
  }

  /// Appends a line to others.
  static func appendLine(
    to lines: inout [UInt8], _ level: Level, _ message: LogMessage, at time: String,
    _ fields: (inout JSONWriter.Members) -> Void
  ) {
    JSONWriter.append(to: &lines) { json in
      json.object {
        $0.add("time", time)
        $0.add("level", level.rawValue)
        $0.add("message", message.rawValue)
        fields(&$0)
      }
    }
    lines.append(UInt8(ascii: "\n"))
  }

  /// The line of a security event. Alarms are errors, and refusals warnings.
  static func line(_ report: SecurityReport, at time: String) -> [UInt8] {
    let level: Level =
      switch report.event.weight {
      case .normal: .info
      case .refusal: .warning
      case .alarm: .error
      }
    return line(level, .security, at: time) { report.write(to: &$0) }
  }

  private func writeAll() {
    var clock = LogClock()
    while true {
      signal.wait()
      let taken = backlog.withLock { backlog in
        defer { (backlog.bytes, backlog.dropped, backlog.waiting) = ([], 0, []) }
        return backlog
      }
      let isWritten = write(taken.bytes)
      if taken.dropped > 0 {
        write(Log.line(.warning, .linesDropped, at: clock.now()) { $0.add("count", taken.dropped) })
      }
      for tell in taken.waiting { tell(isWritten) }
      if taken.isClosed { return }
    }
  }

  @discardableResult
  private func write(_ lines: [UInt8]) -> Bool { writeFully(text?.lines(lines) ?? lines, to: STDOUT_FILENO) }
}

/// The time as the log writes it: UTC with milliseconds, `2026-11-24T09:47:41.123Z`. Asks the calendar once a second.
struct LogClock {
  private var second = -1
  private var prefix = ""

  mutating func now() -> String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    if time.tv_sec != second {
      second = time.tv_sec
      prefix = Timestamp(seconds: Int64(second)).dateAndTime + "."
    }
    return prefix + zeroPadded(time.tv_nsec / 1_000_000, to: 3) + "Z"
  }
}
