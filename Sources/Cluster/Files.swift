internal import Glibc

/// The names in a directory, except `.` and `..`; empty if it cannot be read.
package func entries(of path: String) -> [String] {
  guard let directory = opendir(path) else { return [] }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    if name != "." && name != ".." { names.append(name) }
  }
  return names
}

/// The target of a symbolic link; nil if it is not a link, or may not be read.
func target(ofLink path: String) -> String? {
  var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
  let count = buffer.withUnsafeMutableBytes { bytes in
    bytes.withMemoryRebound(to: CChar.self) { chars in
      chars.baseAddress.map { readlink(path, $0, chars.count) } ?? -1
    }
  }
  return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
}

/// Creates a directory, and its parents if they are missing.
func makeDirectory(_ path: String, mode: mode_t) throws(ClusterError) {
  if mkdir(path, mode) == 0 || errno == EEXIST { return }
  let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  guard errno == ENOENT, !parent.isEmpty else { throw .system("mkdir", path: path, errno: errno) }
  try makeDirectory(parent, mode: 0o755)
  guard mkdir(path, mode) == 0 else { throw .system("mkdir", path: path, errno: errno) }
}

/// The path without symbolic links and dots.
func absolute(_ path: String) throws(ClusterError) -> String {
  guard let resolved = realpath(path, nil) else { throw .system("realpath", path: path, errno: errno) }
  defer { free(resolved) }
  return String(cString: resolved)
}

/// Blocks the calling thread.
func pause(milliseconds: UInt32) { usleep(milliseconds * 1000) }
