import FoundationEssentials
import Testing

/// The seeds of the fuzzers, and what they have found, in the ordinary build; more of it: script/fuzz.
@Suite struct Corpus {
  private static let folder = #filePath.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/Corpus"

  @Test(arguments: fuzzTargets.map(\.name))
  func `every known input is judged as it should be`(_ name: String) throws {
    let target = try #require(fuzzTargets.first { $0.name == name })
    let folder = "\(Self.folder)/\(name)"
    let inputs = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(!inputs.isEmpty)
    for input in inputs.sorted() {
      let bytes = try Data(contentsOf: URL(filePath: "\(folder)/\(input)"))
      #expect(throws: Never.self, "\(name)/\(input)") { try target.run(Array(bytes)) }
    }
  }

  @Test func `every target has a corpus, and every corpus a target`() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
    #expect(folders.sorted() == fuzzTargets.map(\.name).sorted())
  }
}
