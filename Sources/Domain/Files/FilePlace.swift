internal import Ground

/// Where a file of a base is: its folder and its name.
package struct FilePlace: Sendable {
  /// `files/2026-11`, `images/2026-11`, `custom`, or `custom/` and the path of a custom folder.
  package let folder: String
  package let name: String

  package init(folder: String, name: String) { (self.folder, self.name) = (folder, name) }

  /// The place of a path below a base, such as `/files/2026-11/report.pdf`; nil if there can be no file.
  package init?(_ path: String) {
    var parts = path.split(separator: "/").map(String.init)
    guard let name = parts.popLast().flatMap({ FileName($0) }),
      let folder = FileFolder(usual: parts.joined(separator: "/"))
    else { return nil }
    self.init(folder: folder.path, name: name.text)
  }

  /// The place of a path among the custom folders of a base, such as `/suppliers/report.pdf`.
  package init?(custom path: String) {
    var parts = path.split(separator: "/").map(String.init)
    guard let name = parts.popLast().flatMap({ FileName($0) }),
      let folder = FileFolder(custom: parts.joined(separator: "/"))
    else { return nil }
    self.init(folder: folder.path, name: name.text)
  }
}

/// The name of a file or of a custom folder: that of a base, but for whitespace at its ends, which is cut off.
package struct FileName: Name {
  package let text: String

  package init?(_ text: String) {
    let text = String(String.UnicodeScalarView(text.unicodeScalars.trimmed(of: \.properties.isWhitespace)))
    guard let name = BaseName(text) else { return nil }
    self.text = name.text
  }

  /// The name and its ending: `report` and `.tar.gz`'s last part.
  var parts: (stem: String, ending: String) {
    guard let dot = text.lastIndex(of: "."), dot > text.startIndex else { return (text, "") }
    return (String(text[..<dot]), String(text[dot...]))
  }
}

/// A folder of a base.
package struct FileFolder: Sendable {
  private static let mostParts = 20
  private static let mostBytes = 1_000

  package let path: String

  /// A folder that is made by itself, for each month: `files/2026-11` or `images/2026-11`.
  package init?(usual text: String) {
    let parts = text.split(separator: "/")
    guard parts.count == 2, parts[0] == "files" || parts[0] == "images", Self.isMonth(parts[1]) else { return nil }
    path = parts.joined(separator: "/")
  }

  /// A folder by its path among the custom ones; `/` for all of them.
  package init?(custom text: String) {
    guard text.utf8.count <= Self.mostBytes else { return nil }
    let parts = text.split(separator: "/").map { FileName(String($0))?.text }
    guard parts.count <= Self.mostParts, !parts.contains(nil) else { return nil }
    path = (["custom"] + parts.compactMap(\.self)).joined(separator: "/")
  }

  private static func isMonth(_ text: Substring) -> Bool {
    let digits = text.utf8
    guard digits.count == 7, digits.dropFirst(4).first == UInt8(ascii: "-") else { return false }
    return digits.prefix(4).areDigits && digits.suffix(2).areDigits
  }
}

/// Why a file is not there, or not taken.
package enum FileError: Error {
  /// There is no file at the path.
  case notFound(String)
  /// The same for one that is to be deleted.
  case gone
  /// A file may have so many bytes.
  case tooLarge(Int)
  /// The files of a team may have so many bytes together; of a workspace without a team.
  case full(Int64)
  /// It is not there any more, because the upload took too long.
  case tooLate
  /// So many files have this name.
  case nameTaken
}
