internal import CExpat
internal import Glibc

/// The elements and texts that expat finds in a document, in order, by local names. A document with a DOCTYPE is
/// refused, because entities could make it grow without limit.
protocol XMLEvents: AnyObject {
  /// The start of an element. The name of an attribute in a namespace is preceded by the namespace and `|`.
  func start(_ name: Substring, _ attributes: [String: String])
  func end(_ name: Substring)
  /// Text, in any number of pieces.
  func text(_ bytes: UnsafeBufferPointer<UInt8>)
}

extension XMLEvents {
  /// Reads a whole document.
  func read(_ document: [UInt8]) throws(Spreadsheet.Unreadable) {
    guard let parser = XML_ParserCreateNS(nil, separator) else { throw .noSpreadsheet }
    defer { XML_ParserFree(parser) }
    let state = Reading(events: self, parser: parser)
    XML_SetUserData(parser, Unmanaged.passUnretained(state).toOpaque())
    XML_SetElementHandler(
      parser, { reading($0).start($1, $2) }, { reading($0).events.end(localName($1)) })
    XML_SetCharacterDataHandler(parser) { reading($0).text($1, $2) }
    XML_SetStartDoctypeDeclHandler(parser) { state, _, _, _, _ in XML_StopParser(reading(state).parser, 0) }
    let status = document.withUnsafeBytes { bytes in
      XML_Parse(parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), 1)
    }
    guard status == XML_STATUS_OK else { throw .noSpreadsheet }
  }
}

private let separator = CChar(UInt8(ascii: "|"))

private final class Reading {
  let events: any XMLEvents
  let parser: XML_Parser

  init(events: any XMLEvents, parser: XML_Parser) { (self.events, self.parser) = (events, parser) }

  func start(_ name: UnsafePointer<CChar>?, _ list: UnsafeMutablePointer<UnsafePointer<CChar>?>?) {
    var attributes: [String: String] = [:]
    var next = list
    while let pair = next, let key = pair[0], let value = pair[1] {
      if strlen(key) <= longest, strlen(value) <= longest { attributes[String(cString: key)] = String(cString: value) }
      next = pair + 2
    }
    events.start(localName(name), attributes)
  }

  func text(_ bytes: UnsafePointer<CChar>?, _ count: Int32) {
    guard let bytes else { return }
    bytes.withMemoryRebound(to: UInt8.self, capacity: Int(count)) {
      events.text(UnsafeBufferPointer(start: $0, count: Int(count)))
    }
  }
}

private func reading(_ pointer: UnsafeMutableRawPointer?) -> Reading {
  guard let pointer else { preconditionFailure("expat gives back what was set") }
  return Unmanaged<Reading>.fromOpaque(pointer).takeUnretainedValue()
}

/// More bytes than any name or attribute that matters. Longer ones are ignored: Swift compares and hashes strings by
/// their normal form, which takes time with the square of the length of a run of combining marks.
private let longest = 512

private func localName(_ name: UnsafePointer<CChar>?) -> Substring {
  guard let name, strlen(name) <= longest else { return "" }
  let whole = String(cString: name)[...]
  return whole.lastIndex(of: "|").map { whole[whole.index(after: $0)...] } ?? whole
}
