internal import Glibc
internal import Ground

/// A running program, in a process group of its own: Ctrl-C on a terminal does not reach it.
package struct Subprocess {
  let pid: pid_t

  /// Without this process's variables, such as PGDATA or PGOPTIONS.
  static let bareEnvironment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"]

  /// Starts a program from the usual folders. It inherits only what is named here. Without `input` it reads nothing;
  /// without `errors` its errors go where its output goes.
  ///
  /// - Throws: `ClusterError` if there is no such program.
  init(
    _ arguments: [String], input: Int32? = nil, output: Int32, errors: Int32? = nil,
    environment: [String] = bareEnvironment
  ) throws(ClusterError) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors ?? output, STDERR_FILENO)

    // The program must not ignore or block the signals that this process does.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    posix_spawnattr_setflags(&attributes, Int16(flags))

    let program = arguments.first ?? ""
    var pid = pid_t()
    let code = withCStrings(arguments) { arguments in
      withCStrings(environment) { posix_spawnp(&pid, program, &actions, &attributes, arguments, $0) }
    }
    guard code == 0 else { throw .system("posix_spawn", path: program, errno: code) }
    self.pid = pid
  }

  /// Blocks until the program has ended. Returns its exit status, or 128 plus the number of the signal that ended it.
  package func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    return Self.code(of: status)
  }

  /// The same without blocking; nil while the program runs. Must not be called again once it is not nil.
  package var exitStatus: Int32? {
    var status: Int32 = 0
    return waitpid(pid, &status, WNOHANG) == pid ? Self.code(of: status) : nil
  }

  /// Asks the program to end, with SIGTERM.
  package func end() { kill(pid, SIGTERM) }

  private static func code(of status: Int32) -> Int32 {
    status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
  }

  /// Runs a program.
  ///
  /// - Returns: Its output.
  /// - Throws: `ClusterError` if it does not start, or fails.
  static func run(_ arguments: [String]) throws(ClusterError) -> String {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .system("pipe", path: "", errno: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    let program: Subprocess
    do throws(ClusterError) {
      program = try Subprocess(arguments, output: ends[1])
    } catch {
      close(ends[1])
      throw error
    }
    close(ends[1])
    let output = String(decoding: readAll(ends[0]) ?? [], as: UTF8.self)
    guard program.wait() == 0 else { throw .programFailed(arguments.first ?? "", output: output) }
    return output
  }
}
