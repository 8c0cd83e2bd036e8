internal import Glibc

extension EmbeddedCluster {
  /// Stops the server and deletes the cluster with all its data.
  package func delete() {
    stop()
    _ = try? Subprocess.run(["rm", "-rf", "--", path])
  }

  /// Deletes a cluster with all its data, and ends its server if it was left running.
  ///
  /// - Throws: `ClusterError.inUse` where a process has it.
  package static func delete(directory path: String) throws(ClusterError) {
    let directory = try DataDirectory(path)
    Server.abandon(directory)
    _ = try Subprocess.run(["rm", "-rf", "--", directory.path])
  }

  /// Deletes the clusters that dead processes have left in a folder: directories named by a prefix and the process id.
  package static func deleteRemains(in folder: String, prefix: String) {
    for name in entries(of: folder) where name.hasPrefix(prefix) {
      guard let owner = pid_t(name.dropFirst(prefix.count).prefix { $0.isNumber }), kill(owner, 0) != 0 else { continue }
      try? delete(directory: "\(folder)/\(name)")
    }
  }
}
