/// Prometheus' text format (version 0.0.4): families of samples.
struct Exposition {
  private(set) var text = ""

  enum MetricType: String { case counter, gauge, histogram }

  typealias Labels = KeyValuePairs<StaticString, String>

  /// Begins a family; its samples follow.
  mutating func family(_ name: StaticString, _ kind: MetricType, _ help: StaticString) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  /// Adds a sample to the last family.
  mutating func sample(_ name: StaticString, _ labels: Labels = [:], _ value: some Numeric & CustomStringConvertible) {
    line("\(name)", labels.map { ("\($0.key)", $0.value) }, "\(value)")
  }

  /// Adds a family with a single sample.
  mutating func single(
    _ name: StaticString, _ kind: MetricType, _ help: StaticString, _ value: some Numeric & CustomStringConvertible
  ) {
    family(name, kind, help)
    sample(name, [:], value)
  }

  /// Adds all samples of a histogram to the last family.
  mutating func histogram(_ name: StaticString, _ labels: Labels = [:], _ histogram: Histogram) {
    let labels = labels.map { ("\($0.key)", $0.value) }
    var count = 0
    for (index, bound) in histogram.bounds.map({ "\($0)" }).enumerated() {
      count += histogram.counts[index]
      line("\(name)_bucket", labels + [("le", bound)], "\(count)")
    }
    line("\(name)_bucket", labels + [("le", "+Inf")], "\(histogram.count)")
    line("\(name)_sum", labels, "\(histogram.sum)")
    line("\(name)_count", labels, "\(histogram.count)")
  }

  private mutating func line(_ name: String, _ labels: [(name: String, value: String)], _ value: String) {
    text += name
    if !labels.isEmpty {
      text += "{" + labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",") + "}"
    }
    text += " \(value)\n"
  }

  private static func escaped(_ value: String) -> String {
    value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
