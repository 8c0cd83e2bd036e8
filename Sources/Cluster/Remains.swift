internal import Glibc

extension EmbeddedCluster {
  /// Deletes a cluster with all its data, and ends its server if that still runs.
  ///
  /// - Throws: `ClusterError.inUse` if a process uses it.
  package static func delete(directory path: String) throws(ClusterError) {
    let directory = try DataDirectory(path)
    PostgresServer.abandon(directory)
    _ = try Subprocess.run(["rm", "-rf", "--", directory.socketDirectory, directory.path])
  }

  /// Deletes the clusters that ended processes have left in a folder: directories named with a prefix and a process ID.
  package static func deleteRemains(in folder: String, prefix: String) {
    for name in entries(of: folder) where name.hasPrefix(prefix) {
      let owner = pid_t(name.dropFirst(prefix.count).prefix { $0.isNumber })
      guard let owner, kill(owner, 0) != 0 else { continue }
      try? delete(directory: "\(folder)/\(name)")
    }
  }
}
