internal import Domain
internal import Grid
internal import Ground

extension WireError {
  /// Why tables, columns or views cannot be changed so.
  init(of error: SchemaError) {
    self =
      switch error {
      case .tableNotFound: .twofold(404, "table not found")
      case .viewNotFound: .twofold(404, "view not found")
      case .columnNotFound(let name): .twofold(400, "column \(name) not found")
      case .optionNotFound(let name): .twofold(400, "option \(name) not found")
      case .tableExists(let name): .twofold(400, "Table \(name) exists.")
      case .viewExists: .twofold(400, "params invalid")
      // SeaTable answers with the text alone.
      case .columnExists(let name): .bare(400, "Column \(name) exists.")
      case .optionExists(let name): .twofold(400, "Option \(name) exists.")
      case .invalidName(let name): .twofold(400, "The name \"\(name.prefix(255))\" is invalid.")
      case .invalid(let field): .twofold(400, "\(field) invalid.")
      case .columnData(let data):
        .twofold(400, "column_data: \(Self.text(of: data)) do not meet specifications.").called("column_data_error")
      case .unknownType(let type): .twofold(400, "column_type invalid: \(type.prefix(255))")
      case .firstColumn: .twofold(400, "The first column of a table cannot be this, or be changed so.")
      case .linkColumn: .twofold(400, "Columns are not changed into links, nor links into anything else.")
      case .noOptions(let name): .twofold(400, "Column \(name) has no options.")
      case .last: .twofold(400, "The last table of a base and the last view of a table stay.")
      case .tooMany(let things, let most): .twofold(400, "Too many \(things.rawValue): \(most) at most.")
      }
  }

  /// The settings that a client sent, as far as an answer repeats them.
  private static func text(of json: JSON) -> String {
    String(decoding: JSONWriter.bytes(of: json).prefix(1000), as: UTF8.self)
  }
}
