internal import CLibPQ

/// The servers that a URL names, as parameters that make libpq try only one of them.
///
/// With several hosts, libpq tries the next one if a server refuses the connection, does not answer in time or is of
/// the wrong kind. But it does not if a server accepts the connection and closes it, or has no free slot. Then one bad
/// server would make the good ones after it unreachable. So each server is tried separately.
enum Hosts {
  typealias Parameters = [(name: String, value: String)]

  /// The parameters to add to the URL for each attempt, in the URL's order. A single empty element if the URL does not
  /// name several hosts.
  static func attempts(of url: String) -> [Parameters] {
    let options = options(of: url)
    let kind = kind(insteadOf: options["target_session_attrs"] ?? values(PQconndefaults())["target_session_attrs"])
    return servers(of: options).map { $0 + kind }
  }

  /// The parameters that replace `target_session_attrs`; empty if it can stay. libpq judges `read-write` and
  /// `read-only` by the session's default, which is read-only here. What matters is the kind of the server.
  static func kind(insteadOf attributes: String?) -> Parameters {
    switch attributes {
    case "read-write": [("target_session_attrs", "primary")]
    case "read-only": [("target_session_attrs", "standby")]
    default: []
    }
  }

  private static func servers(of options: [String: String]) -> [Parameters] {
    let hosts = list(options["host"])
    let addresses = list(options["hostaddr"])
    let count = max(hosts.count, addresses.count)
    let ports = list(options["port"])
    // What libpq would refuse, or fill in with its own defaults, is left to libpq.
    guard count > 1, hosts.isEmpty || hosts.count == count, addresses.isEmpty || addresses.count == count,
      ports.count <= 1 || ports.count == count, !(hosts + addresses).contains("")
    else { return [[]] }
    let servers = (0..<count).map { index in
      var server: Parameters = []
      if !hosts.isEmpty { server.append(("host", hosts[index])) }
      if !addresses.isEmpty { server.append(("hostaddr", addresses[index])) }
      // A URL without ports has one empty port for each host.
      if ports.count == count { server.append(("port", ports[index].isEmpty ? defaultPort : ports[index])) }
      return server
    }
    // First look for a standby among all servers; only then take any server.
    guard options["target_session_attrs"] == "prefer-standby" else { return servers }
    return ["standby", "any"].flatMap { kind in servers.map { $0 + [("target_session_attrs", kind)] } }
  }

  /// The parameters that a URL or a connection string sets; empty if libpq cannot parse it.
  static func options(of url: String) -> [String: String] {
    values(PQconninfoParse(url, nil))
  }

  /// The port from the environment, or PostgreSQL's default.
  private static var defaultPort: String { values(PQconndefaults())["port"] ?? "5432" }

  static func values(_ options: UnsafeMutablePointer<PQconninfoOption>?) -> [String: String] {
    guard let options else { return [:] }
    defer { PQconninfoFree(options) }
    var values: [String: String] = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
      option += 1
    }
    return values
  }

  private static func list(_ text: String?) -> [String] {
    guard let text, !text.isEmpty else { return [] }
    return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
}
