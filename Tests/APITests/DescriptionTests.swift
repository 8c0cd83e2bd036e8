import API
import HTTP
import TestSupport
import Testing

/// `openapi.yaml` and the routes agree. `World.respond` checks that every response in the tests has a described status.
@Suite struct DescriptionTests {
  @Test func `every route is described in order, with its principal and its success status`() throws {
    #expect(try Self.differences(of: routes) == [])
  }

  /// The differences between a table of routes and the description.
  static func differences(of routes: [Route]) throws -> [String] {
    let described = try Description.shared.get().operations.map { one in
      "\(one.method) \(one.path) \(one.id) \(one.principal) \(one.statuses.min() ?? 0)"
    }
    let served = routes.map { "\($0.method) \($0.path) \($0.operation) \($0.principal) \($0.status.rawValue)" }
    return served.difference(from: described).map { "\($0)" }
  }

  @Test func `exactly the variables of each path are described`() throws {
    for operation in try Description.shared.get().operations {
      let variables = operation.path.split(separator: "/").filter { $0.first == "{" }.map { $0.dropFirst().dropLast() }
      #expect(operation.variables.sorted() == variables.map(String.init).sorted(), "\(operation.id)")
    }
  }

  @Test func `operations with a token describe refusals, and those with the database its outages`() throws {
    let refusals: [String: [Int]] = [
      "anyone": [], "metrics-reader": [403], "link-visitor": [403, 503], "api-token": [403, 503],
      "api-token-writer": [403, 503], "upload-link": [404, 503], "download-link": [404, 503],
      "base-token": [403, 503], "base-reader": [403, 503], "base-writer": [403, 503],
    ]
    for operation in try Description.shared.get().operations {
      let expected = refusals[operation.principal] ?? [401, 403, 503]
      #expect(Set(expected).isSubset(of: operation.statuses), "\(operation.id): \(operation.statuses)")
    }
  }

  @Test(arguments: [
    ("a: 1\na: 2", "stands twice"), ("a: {b: 1, b: 2}", "stands twice"), ("a: {b: Taken, and of no effect.}", "value"),
    ("a: b: c", "quotes"), ("a:\n    b: 1\n  c: 2", "too far"), ("a: *b", "quotes"), ("a: [b", "end"),
    ("a:", "nothing"),
    ("a: {b: 1} c", "more than"), ("\ta: 1", "tab"), ("&a b: 1", "quotes"), ("- a\n- b: 1\n  b: 2", "stands twice"),
  ])
  func `YAML that strict readers refuse is refused`(text: String, problem: String) {
    #expect { try YAML(text) } throws: { "\($0)".contains(problem) }
  }

  @Test func `the same value in several notations is read the same`() throws {
    let block = try YAML(
      "x:\n  a:\n    - b: it's\n      c: [1, \"2, 3\"]\n    - {d: https://x/}\n  t: >-\n    one\n    two\n")
    let flow = try YAML(#"x: {a: [{b: 'it''s', c: ["1", '2, 3']}, {d: "https://x/"}], t: one two}"#)
    #expect(block == flow)
    #expect(try YAML("a: |\n  one\n\n    two\nb: \"x\\\n  y\"")["a"]?.text == "one\n\n  two\n")
  }

  @Test func `a response that is not described is noticed`() throws {
    let description = try Description(
      """
      paths:
        /a/{b}/:
          get:
            operationId: x
            parameters: [{name: b, in: path, required: true}]
            responses: {"200": {}}
        /a/c/: {get: {responses: {"404": {}}}}
      """)
    #expect(throws: Description.Undescribed.self) { try description.check(.get, ["a", "d"], 404) }
    try description.check(.head, ["a", "d"], 200)
    try description.check(.get, ["a", "c"], 404)
    try description.check(.get, ["nowhere"], 404)
  }
}
