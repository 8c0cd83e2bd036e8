internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Spreadsheet

/// A file of people for whom accounts are made: a header line with the names of the columns, in any order, and a line
/// for each person, as CSV (RFC 4180) or as the first sheet of an Excel workbook. The file's name ends in `.csv` or
/// `.xlsx`, or has no ending. `email` is required; `name`, `password`, `id_in_org`, `unit`, `login_id` and `role` are
/// optional.
struct UserFile: HashedInput {
  static let longest = 1000
  /// The most characters that a field can have; passwords need the most.
  private static let longestField = 1024
  private static let mostColumns = 100
  let people: [(email: String, person: Result<NewPerson, any Error>)]

  /// A column that is read.
  private enum UserColumn: String {
    case email, name, password, unit, role
    case idInTeam = "id_in_org"
    case loginID = "login_id"
  }

  /// The line of one person.
  private struct Line {
    private var values: [UserColumn: String] = [:]

    /// `columns` are those of the whole file, nil for one that is not read: names from a file can take long to hash.
    init(_ row: [String], _ columns: [UserColumn?]) {
      for case (let column?, let value) in zip(columns, row) { values[column] = value }
    }

    var email: String { values[.email] ?? "" }

    func person(_ hashing: Hashing) async throws -> NewPerson {
      guard let email = EmailAddress(email) else { throw FieldsError.invalid("email") }
      let name = try optional(.name)
      let password = values[.password] ?? ""
      let (idInTeam, unit) = (try optional(.idInTeam) ?? "", try optional(.unit) ?? "")
      let (loginID, role) = (try optional(.loginID), try optional(.role) ?? "default")
      var person = try await NewPerson(
        email: email, name: name, password: password.isEmpty ? nil : password, names: [loginID].compactMap(\.self),
        hashing)
      (person.idInTeam, person.unit, person.loginID, person.role) = (idInTeam, unit, loginID, role)
      return person
    }

    private func optional(_ column: UserColumn) throws -> String? {
      guard let text = values[column], !text.isEmpty else { return nil }
      guard let name = DisplayName(text) else { throw FieldsError.invalid(column.rawValue) }
      return name.text
    }
  }

  /// - Throws: An error of the whole file. An error of one line is in `people`.
  init(_: NoPath, _ parts: Parts, _ hashing: Hashing) async throws {
    let (name, bytes) = try parts.body().file("file")
    try Self.check(name, of: bytes)
    let (header, rows) = try Self.table(in: bytes)
    let columns = header.map(UserColumn.init(rawValue:))
    var people: [(email: String, person: Result<NewPerson, any Error>)] = []
    for row in rows {
      let line = Line(row, columns)
      do {
        people.append((line.email, .success(try await line.person(hashing))))
      } catch let error as DomainError {
        people.append((line.email, .failure(error)))
      } catch let error as FieldsError {
        people.append((line.email, .failure(error)))
      }
    }
    self.people = people
  }

  /// Refuses a file whose name does not fit its content. The name is used for nothing else.
  static func check(_ name: String, of bytes: [UInt8]) throws(DomainError) {
    guard name.utf8.count <= 255, !name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
      throw .refused("file invalid: its name is too long, or has control characters.")
    }
    // By bytes: a mark after the dot is part of the ending, not of the dot.
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return }
    switch name.utf8[name.utf8.index(after: dot)...] {
    case let ending where ending.isWord("csv"):
      guard !Spreadsheet.isLikely(bytes) else { throw .refused("file invalid: it is named .csv, but is a workbook.") }
    case let ending where ending.isWord("xlsx"):
      guard Spreadsheet.isLikely(bytes) else { throw .refused("file invalid: it is named .xlsx, but is no workbook.") }
    default: throw .refused("file invalid: its name must end in .csv or .xlsx.")
    }
  }

  /// The names of the columns and the rows, in normal form.
  static func table(in file: [UInt8]) throws -> (header: [String], rows: [[String]]) {
    var rows = try rows(of: file)
    guard !rows.isEmpty else { throw DomainError.refused("file invalid: it is empty.") }
    let first = rows.removeFirst()
    guard first.count <= mostColumns else {
      throw DomainError.refused("file invalid: it has more than \(mostColumns) columns.")
    }
    let header = try first.map { try value(of: $0).columnName }
    guard header.contains("email"), Set(header).count == header.count else {
      throw DomainError.refused(
        header.contains { $0.contains(";") }
          ? "file invalid: it has semicolons between fields; save it with commas."
          : "file invalid: its first line must name the columns, including email.")
    }
    guard rows.count <= longest else { throw DomainError.refused("file invalid: it has more than \(longest) lines.") }
    return (header, try rows.map { try $0.prefix(header.count).map(value) })
  }

  private static func rows(of file: [UInt8]) throws -> [[String]] {
    guard !Spreadsheet.isLikely(file) else {
      do throws(Spreadsheet.Unreadable) {
        return try Spreadsheet.rows(ofFirstSheetIn: file, upTo: longest + 1)
      } catch {
        switch error {
        case .noSpreadsheet:
          throw DomainError.refused("file invalid: it is neither CSV nor a readable workbook (.xlsx).")
        case .tooLarge: throw DomainError.refused("file invalid: the unpacked workbook is too large.")
        }
      }
    }
    guard let text = String(validating: file, as: UTF8.self) else {
      throw DomainError.refused("file invalid: it is neither CSV in UTF-8 nor a workbook (.xlsx).")
    }
    guard let rows = rows(text) else {
      throw DomainError.refused("file invalid: it has a quote that is not closed, or one inside an unquoted field.")
    }
    return rows
  }

  private static func value(of field: String) throws(DomainError) -> String {
    guard let value = normalized(field, upTo: longestField) else {
      throw .refused("file invalid: it has a field of more than \(longestField) characters.")
    }
    return value
  }

  /// The fields of each line of a CSV text; nil if its quotes do not match. Empty lines are skipped. A quoted field is
  /// taken as it is; others are trimmed.
  static func rows(_ text: String) -> [[String]]? {
    var rows: [[String]] = []
    var row: [String] = []
    var field = String.UnicodeScalarView()
    var isQuoted = false
    var wasQuoted = false
    var rest = text.unicodeScalars[...]
    if rest.first == "\u{feff}" { rest.removeFirst() }
    func endField() {
      row.append(wasQuoted ? String(field) : String(field).trimmed)
      (field, wasQuoted) = (String.UnicodeScalarView(), false)
    }
    func endRow() {
      endField()
      if row.count > 1 || !row[0].isEmpty { rows.append(row) }
      row = []
    }
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\"" where isQuoted:
        if rest.first == "\"" {
          field.append(rest.removeFirst())
        } else {
          isQuoted = false
        }
      case _ where isQuoted: field.append(scalar)
      case "\"":
        guard field.isEmpty, !wasQuoted else { return nil }
        (isQuoted, wasQuoted) = (true, true)
      case ",": endField()
      case "\n", "\r": endRow()  // in CR LF, the second ends an empty line
      default:
        guard !wasQuoted else { return nil }
        field.append(scalar)
      }
    }
    guard !isQuoted else { return nil }
    if !row.isEmpty || !field.isEmpty || wasQuoted { endRow() }
    return rows
  }
}

extension String {
  /// The name of a column, however it is spelled: `Login ID` is `login_id`.
  fileprivate var columnName: String { trimmed.lowercased().replacing(" ", with: "_") }

  /// Without whitespace at its ends.
  fileprivate var trimmed: String { String(trimmed(of: \.isWhitespace)) }
}
