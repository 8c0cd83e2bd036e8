import FoundationEssentials
import Testing

/// The seeds of the fuzzers and their findings, in the ordinary build; script/fuzz does more of it.
@Suite struct Corpus {
  private static let folder = #filePath.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/Corpus"

  private static func inputs(_ name: String) throws -> [(file: String, bytes: [UInt8])] {
    let folder = "\(folder)/\(name)"
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { file in
      (file, Array(try Data(contentsOf: URL(filePath: "\(folder)/\(file)"))))
    }
  }

  @Test(arguments: fuzzTargets.map(\.name))
  func `every known input is judged as it should be`(_ name: String) throws {
    let target = try #require(fuzzTargets.first { $0.name == name })
    let inputs = try Self.inputs(name)
    #expect(!inputs.isEmpty)
    for (file, bytes) in inputs { #expect(throws: Never.self, "\(name)/\(file)") { try target.run(bytes) } }
  }

  @Test(arguments: fuzzTargets.map(\.name))
  func `twice as much costs no more than twice as much`(_ name: String) throws {
    let target = try #require(fuzzTargets.first { $0.name == name })
    var chance = Chance(state: 1)
    for bytes in try Self.inputs(name).map(\.1) {
      #expect(throws: Never.self, "\(name): \(bytes)") { try target.measure(bytes, &chance) }
    }
  }

  @Test func `every target has a corpus, and every corpus a target`() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
    #expect(folders.sorted() == fuzzTargets.map(\.name).sorted())
  }
}
