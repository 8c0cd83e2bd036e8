internal import CLibPQ

/// The servers that a URL names, as parameters that make libpq try one of them alone.
///
/// With several hosts libpq goes on to the next one if a server refuses the connection, does not answer in time or is of
/// the wrong kind, but not if it takes the connection and closes it, or has none free: then one bad server keeps it from
/// the good ones behind it. So each is tried by itself.
enum Hosts {
  typealias Parameters = [(name: String, value: String)]

  /// What to add to the URL for each attempt, in the URL's order; one empty element if there is nothing to take apart.
  static func attempts(of url: String) -> [Parameters] {
    let options = options(of: url)
    let kind = kind(insteadOf: options["target_session_attrs"] ?? values(PQconndefaults())["target_session_attrs"])
    return servers(of: options).map { $0 + kind }
  }

  /// What to ask of a server in place of `target_session_attrs`; empty if that can stay. libpq judges `read-write` and
  /// `read-only` by what a session does by default, which here is to read only: the kind of the server is meant.
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
    // What libpq would refuse, or fill with a default of its own, is left to it.
    guard count > 1, hosts.isEmpty || hosts.count == count, addresses.isEmpty || addresses.count == count,
      ports.count <= 1 || ports.count == count, !(hosts + addresses).contains("")
    else { return [[]] }
    let servers = (0..<count).map { index in
      var server: Parameters = []
      if !hosts.isEmpty { server.append(("host", hosts[index])) }
      if !addresses.isEmpty { server.append(("hostaddr", addresses[index])) }
      // A URL without ports has as many empty ones as hosts.
      if ports.count == count { server.append(("port", ports[index].isEmpty ? defaultPort : ports[index])) }
      return server
    }
    // First all are asked whether they are a standby; only then is any taken.
    guard options["target_session_attrs"] == "prefer-standby" else { return servers }
    return ["standby", "any"].flatMap { kind in servers.map { $0 + [("target_session_attrs", kind)] } }
  }

  /// What a URL or a connection string sets; empty if libpq cannot read it.
  static func options(of url: String) -> [String: String] {
    values(PQconninfoParse(url, nil))
  }

  /// As the environment says, or PostgreSQL's own.
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
