internal import HTTP

/// The paths of older clients, which call SeaTable's components by their own names. They are the same operations: the same
/// route answers there, to the same callers, under the same limits.
enum OlderPaths {
  static let gateway = "/api-gateway/api/v2/dtables/"
  /// What older clients put in front of a base's UUID. The second is what a client makes of the `dtable_server` of a token.
  private static let prefixes = ["/dtable-server/api/v1/dtables/", "/api-gateway/api/v1/dtables/"]

  /// The other paths of a path of the gateway; none for all others.
  static func of(_ path: String) -> [String] {
    guard path.hasPrefix(gateway) else { return [] }
    return prefixes.map { $0 + path.dropFirst(gateway.count) }
  }

  /// Whether a path is one of those. Their rows have the names of columns if nothing else is asked for.
  static func has(_ segments: [String]) -> Bool {
    guard segments.count > 2 else { return false }
    let beginning = segments.prefix(3).map { $0 }
    return beginning == ["dtable-server", "api", "v1"] || beginning == ["api-gateway", "api", "v1"]
  }
}

extension Route {
  /// The route at other paths, too, each with the same variables. Those of older clients need not be said.
  func also(_ paths: String...) -> Route {
    var route = self
    for path in paths {
      precondition(variables(of: path) == variables(of: self.path), "\(operation): \(path) has other variables")
      route.furtherPaths += [path] + OlderPaths.of(path)
    }
    return route
  }

  /// The route under another name, where older clients call it.
  func alsoOld(_ name: String) -> Route {
    var route = self
    route.furtherPaths += OlderPaths.of(OlderPaths.gateway + "{base_uuid}/" + name)
    return route
  }

  private func variables(of path: String) -> [String] {
    path.split(separator: "/").filter(isVariable).map(String.init).sorted()
  }
}
