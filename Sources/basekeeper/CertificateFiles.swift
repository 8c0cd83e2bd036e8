internal import Glibc
internal import Ground
internal import Server

/// The PEM files for TLS, which are read at the start and again when they have changed.
struct CertificateFiles {
  let chain: String
  let key: String
  private var contents: [[UInt8]?] = []

  init(chain: String, key: String) { (self.chain, self.key) = (chain, key) }

  /// Reads the files.
  mutating func read() throws(Configuration.Problems) -> Certificate {
    contents = [Ground.contents(of: chain), Ground.contents(of: key)]
    var lines: [String] = []
    if contents[0] == nil { lines.append("BASEKEEPER_TLS_CERTIFICATE: cannot read \(chain)") }
    if contents[1] == nil { lines.append("BASEKEEPER_TLS_KEY: cannot read \(key)") }
    guard let chainText = contents[0], let keyText = contents[1] else { throw Configuration.Problems(lines: lines) }
    do throws(Certificate.Flaw) {
      return try Certificate(chain: chainText, key: keyText)
    } catch {
      switch error {
      case .chain(let reason): lines = ["BASEKEEPER_TLS_CERTIFICATE: \(chain) \(reason)"]
      case .key(let reason): lines = ["BASEKEEPER_TLS_KEY: \(key) \(reason)"]
      }
      throw Configuration.Problems(lines: lines)
    }
  }

  /// Whether the files have changed since they were read.
  var haveChanged: Bool { contents != [Ground.contents(of: chain), Ground.contents(of: key)] }
}

extension Certificate {
  /// A warning if it is not valid today; nil if it is.
  var warning: String? {
    let now = time(nil)
    if now >= end { return "BASEKEEPER_TLS_CERTIFICATE: expired on \(date(end)), so clients will refuse it" }
    if now < begin { return "BASEKEEPER_TLS_CERTIFICATE: is not valid before \(date(begin))" }
    return nil
  }

  /// The last day of its validity, such as 2026-02-28.
  var lastDay: String { date(end) }

  private func date(_ time: Int) -> String {
    var (time, parts) = (time, tm())
    gmtime_r(&time, &parts)
    var text = [CChar](repeating: 0, count: 11)
    strftime(&text, text.count, "%Y-%m-%d", &parts)
    return text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
  }
}
