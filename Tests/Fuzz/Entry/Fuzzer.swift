internal import FuzzTargets

/// The entry point: `fuzz TARGET`, followed by libFuzzer's arguments. The package manager names it after the module.
@_cdecl("fuzz_main")
public func start(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
  let name = count > 1 ? arguments?[1].map { String(cString: $0) } : nil
  guard let found = fuzzTargets.first(where: { $0.name == name }) else {
    print("usage: fuzz TARGET [libFuzzer's options]; targets:", fuzzTargets.map(\.name).joined(separator: " "))
    return 2
  }
  target = found
  arguments?[1] = arguments?[0]
  var (rest, others) = (count - 1, arguments.map { $0 + 1 })
  return runDriver(&rest, &others, judge)
}

nonisolated(unsafe) private var target: FuzzTarget?  // set once, before there is another thread

private let judge: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32 = { start, count in
  do {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    try target?.run(bytes)
    // Measuring takes a hundred times as long as judging.
    var chance = Chance(state: bytes.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 })
    if Int.random(in: 0..<32, using: &chance) == 0 { try target?.measure(bytes, &chance) }
  } catch {
    fatalError("\(error)")
  }
  return 0
}

/// libFuzzer's own main, as a function.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ judge: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32
