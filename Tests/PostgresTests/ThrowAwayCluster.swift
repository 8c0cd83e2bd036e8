import Cluster
import Glibc
import Loop
import TestSupport

/// A separate cluster for a test that damages it.
struct ThrowAwayCluster: Sendable {
  let directory: String
  private let cluster: EmbeddedCluster

  private static let threads = BlockingPool(named: "clusters", threads: 2, capacity: 100)

  /// Starts a cluster without blocking a thread that other tests need.
  static func start(_ directory: String = TestCluster.directory()) async throws -> ThrowAwayCluster {
    try await threads.run { Result { try ThrowAwayCluster(directory) } }.get()
  }

  /// Starts a cluster. Blocks the calling thread.
  init(_ directory: String) throws {
    self.directory = directory
    cluster = try EmbeddedCluster(directory: directory, settings: .throwAway)
  }

  var conninfo: String { cluster.conninfo }

  /// The process that started all others.
  var postmaster: pid_t { read("\(directory)/postgres/postmaster.pid").flatMap { pid_t($0[0]) } ?? -1 }

  /// All its processes, the postmaster first.
  var processes: [pid_t] {
    let children = read("/proc/\(postmaster)/task/\(postmaster)/children") ?? []
    return [postmaster] + (children.first ?? "").split(separator: " ").compactMap { pid_t($0) }
  }

  func stop() { cluster.stop() }
}

/// The lines of a file; nil if it is missing or empty.
func read(_ path: String) -> [String]? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var lines: [String] = []
  var line = [CChar](repeating: 0, count: 4096)
  while fgets(&line, Int32(line.count), file) != nil {
    lines.append(String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }
  return lines.isEmpty ? nil : lines
}

/// Writes a file with this text, replacing any old one.
func write(_ text: String, to path: String) {
  guard let file = fopen(path, "w") else { return }
  fputs(text, file)
  fclose(file)
}
