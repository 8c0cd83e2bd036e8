internal import Access
internal import Domain

/// The variable segments of a row's path, compared with what its principal and its input read.
struct Variables {
  private let path: String
  private let names: [String]

  init(of path: String) {
    self.path = path
    names = path.split(separator: "/").filter(isVariable).map(variableName)
  }

  /// - Throws: `Contradiction` if one of them reads a variable that the path lacks, or neither reads a variable that it
  ///   has.
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

  /// The part that was read from a request; `check` has ensured that it is there.
  func taken<Part: PathPart>(_ segments: Segments) -> Part {
    guard let part = Part(segments) else { fatalError("\(path) does not name \(said(Part.forms))") }
    return part
  }
}

private func said(_ forms: [[String]]) -> String {
  forms.map { $0.isEmpty ? "nothing" : $0.joined(separator: " and ") }.joined(separator: ", or ")
}
