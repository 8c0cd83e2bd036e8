internal import Ground
internal import HTTP

/// Finds the route of a path in a tree of segments; a literal segment takes precedence over a variable one.
struct Router: Sendable {
  enum RouteMatch {
    case route(Route, captures: [String: String])
    /// The path exists, but only for these methods.
    case otherMethods([Method])
    case nothing
  }

  private final class Node: Sendable {
    let literals: [ExactText: Node]
    let variable: Node?
    /// The routes that end at this node, with the names of their variable segments.
    let routes: [(route: Route, names: [String])]

    init(literals: [ExactText: Node], variable: Node?, routes: [(route: Route, names: [String])]) {
      (self.literals, self.variable, self.routes) = (literals, variable, routes)
    }
  }

  private let root: Node

  /// Two routes with the same method and path are a programming error.
  init(_ routes: [Route]) {
    root = Self.node(
      of: routes.flatMap { route in
        ([route.path] + route.otherPaths).map { path in
          let segments = path.split(separator: "/").map(String.init)
          return Path(route: route, names: segments.filter(isVariable).map(variableName), rest: segments[...])
        }
      })
  }

  func find(_ method: Method, _ segments: [String]) -> RouteMatch {
    var captures: [String] = []
    guard let node = find(segments[...], from: root, &captures) else { return .nothing }
    let wanted: Method = method == .head ? .get : method
    guard let end = node.routes.first(where: { $0.route.method == wanted }) else {
      var methods = node.routes.map(\.route.method)
      if methods.contains(.get) { methods.append(.head) }
      return .otherMethods(methods)
    }
    return .route(end.route, captures: Dictionary(uniqueKeysWithValues: zip(end.names, captures)))
  }

  private func find(_ segments: ArraySlice<String>, from node: Node, _ captures: inout [String]) -> Node? {
    guard let segment = segments.first else { return node.routes.isEmpty ? nil : node }
    if let literal = node.literals[ExactText(segment)], let found = find(segments.dropFirst(), from: literal, &captures)
    {
      return found
    }
    guard let variable = node.variable, !segment.isEmpty else { return nil }
    captures.append(segment)
    if let found = find(segments.dropFirst(), from: variable, &captures) { return found }
    captures.removeLast()
    return nil
  }

  // MARK: Building

  private struct Path {
    let route: Route
    let names: [String]
    var rest: ArraySlice<String>
  }

  private static func node(of paths: [Path]) -> Node {
    var ends: [(route: Route, names: [String])] = []
    var literals: [ExactText: [Path]] = [:]
    var variables: [Path] = []
    for var path in paths {
      guard let segment = path.rest.popFirst() else {
        precondition(!ends.contains { $0.route.method == path.route.method }, "twice: \(path.route.path)")
        ends.append((path.route, path.names))
        continue
      }
      if isVariable(segment) { variables.append(path) } else { literals[ExactText(segment), default: []].append(path) }
    }
    return Node(
      literals: literals.mapValues(node), variable: variables.isEmpty ? nil : node(of: variables), routes: ends)
  }
}

/// Whether a segment of a route's path is a variable, which matches any non-empty segment.
func isVariable(_ segment: some StringProtocol) -> Bool { segment.hasPrefix("{") && segment.hasSuffix("}") }

/// The name in the braces of a variable segment.
func variableName(_ segment: some StringProtocol) -> String { String(segment.dropFirst().dropLast()) }
