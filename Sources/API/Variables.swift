internal import Access
internal import Domain

/// The variable segments of a row's path, held against what its principal and its input take.
struct Variables {
  private let path: String
  private let names: [String]

  init(of path: String) {
    self.path = path
    names = path.split(separator: "/").filter(isVariable).map(variableName)
  }

  /// - Throws: `Contradiction` where one of both takes what the path does not name, or nobody takes what it names.
  func check<P: Principal, In: Readable>(_: P.Type, _: In.Type) throws(Contradiction) {
    for ofPrincipal in P.Path.forms {
      for ofInput in In.Path.forms where (ofPrincipal + ofInput).sorted() == names.sorted() { return }
    }
    throw Contradiction(
      description: """
        \(path) names \(said([names])), where \(P.name) takes \(said(P.Path.forms)), and \(In.self) takes \
        \(said(In.Path.forms))
        """)
  }

  /// What is taken from a request; it is there, as the row was held against it.
  func taken<Part: PathPart>(_ segments: Segments) -> Part {
    guard let part = Part(segments) else { fatalError("\(path) does not name \(said(Part.forms))") }
    return part
  }
}

private func said(_ forms: [[String]]) -> String {
  forms.map { $0.isEmpty ? "nothing" : $0.joined(separator: " and ") }.joined(separator: ", or ")
}
