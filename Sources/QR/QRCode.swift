internal import CQREncode

/// A text as a QR code: a square of dark and light modules, which cameras read.
public struct QRCode: Sendable {
  /// The text is longer than a QR code can be.
  public struct TooLong: Error {}

  /// The rows from above, without the light margin: true is dark.
  public let rows: [[Bool]]

  /// A fifteenth of it may be dirty or torn.
  public init(_ text: String) throws(TooLong) {
    guard let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else { throw TooLong() }
    defer { QRcode_free(code) }
    let width = Int(code.pointee.width)
    let modules = UnsafeBufferPointer(start: code.pointee.data, count: width * width)
    rows = (0..<width).map { row in (0..<width).map { modules[row * width + $0] & 1 == 1 } }
  }

  /// A picture of it, black on white with the margin that readers need, as an SVG in a `data:` URL.
  public var dataURL: String {
    let margin = 4
    let size = rows.count + 2 * margin
    var path = ""
    for (y, row) in rows.enumerated() {
      for (x, isDark) in row.enumerated() where isDark { path += "M\(x + margin),\(y + margin)h1v1h-1z" }
    }
    return "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%20\(size)%20\(size)'"
      + "%20shape-rendering='crispEdges'%3E%3Crect%20width='\(size)'%20height='\(size)'%20fill='white'/%3E"
      + "%3Cpath%20d='\(path)'/%3E%3C/svg%3E"
  }
}
