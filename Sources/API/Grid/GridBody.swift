internal import Access
internal import Domain
internal import Grid
internal import Ground
internal import HTTP

/// The members of a JSON object in a body. Lists of rows are only cut: their elements are read where their columns are
/// known.
struct GridBody {
  private let members: [(name: String, value: JSONSlice)]

  /// Reads the body of a request, which is a JSON object whatever its type says; an empty body is an empty object.
  init(_ bytes: [UInt8], type name: String) throws(FieldsError) {
    guard !bytes.isEmpty else {
      members = []
      return
    }
    guard name.isEmpty || name == "application/json" || name == "text/plain" else {
      throw .unsupportedMediaType(name)
    }
    let found: [(name: String, value: JSONSlice)]?
    do throws(JSON.SyntaxError) { found = try JSONSlice(bytes).members() } catch {
      throw .malformed("The body is not a JSON object: \(error.reason), at byte \(error.offset).")
    }
    guard let found else { throw .malformed("The body is not a JSON object.") }
    members = found
  }

  private subscript(name: String) -> JSONSlice? {
    guard let value = members.first(where: { $0.name.utf8.elementsEqual(name.utf8) })?.value, !value.isNull else {
      return nil
    }
    return value
  }

  /// A member as a tree; null if it is missing.
  func json(_ name: String) throws(FieldsError) -> JSON {
    guard let value = self[name] else { return .null }
    do { return try value.json() } catch { throw .malformed("\(name): \(error.reason), at byte \(error.offset).") }
  }

  /// Members as a tree.
  func object(_ names: [String]) throws(FieldsError) -> JSON {
    var found: [JSON.Member] = []
    for name in names where self[name] != nil { found.append(JSON.Member(name: name, value: try json(name))) }
    return .object(found)
  }

  /// A text of at most 255 characters; nil if it is missing, null or empty.
  func text(_ name: String) throws(FieldsError) -> String? {
    guard let value = self[name] else { return nil }
    guard let text = value.string.flatMap({ normalized($0, upTo: 255) }), !text.utf8.contains(0) else {
      throw .invalid(name)
    }
    return text.isEmpty ? nil : text
  }

  /// A text that must be there.
  func requiredText(_ name: String) throws(FieldsError) -> String {
    guard let text = try text(name) else { throw .invalid(name) }
    return text
  }

  /// A boolean, or the words and numbers that stand for one; nil if it is missing or null.
  func boolean(_ name: String) throws(FieldsError) -> Bool? {
    switch try json(name) {
    case .null: return nil
    case .boolean(let value): return value
    case .string("true"), .number("1"), .string("1"): return true
    case .string("false"), .number("0"), .string("0"), .string(""): return false
    default: throw .invalid(name)
    }
  }

  /// An integer; nil if it is missing or null.
  func integer(_ name: String) throws(FieldsError) -> Int64? {
    let json = try json(name)
    guard json != .null else { return nil }
    guard let integer = json.integer ?? json.text.flatMap({ Int64($0) }) else { throw .invalid(name) }
    return integer
  }

  /// The most elements of a list that anything takes; of longer ones, only one more is looked at.
  private static let most = 100_000

  /// The elements of an array; nil if it is missing or null.
  func optionalList(_ name: String) throws(FieldsError) -> [JSONSlice]? {
    guard let value = self[name] else { return nil }
    guard let elements = value.elements(upTo: Self.most) else { throw .invalid(name) }
    return elements
  }

  /// The elements of an array that must be there.
  func list(_ name: String) throws(FieldsError) -> [JSONSlice] {
    guard let elements = try optionalList(name) else { throw .invalid(name) }
    return elements
  }

  /// An array of trees that must be there.
  func trees(_ name: String) throws(FieldsError) -> [JSON] {
    guard case .array(let elements) = try json(name) else { throw .invalid(name) }
    return elements
  }

  /// An array of texts that must be there.
  func texts(_ name: String) throws(FieldsError) -> [String] {
    var texts: [String] = []
    for element in try trees(name) {
      guard let text = element.text.flatMap({ normalized($0, upTo: 255) }) else { throw .invalid(name) }
      texts.append(text)
    }
    return texts
  }

  /// A value that is a member, if that is an object.
  func slice(_ name: String) -> JSONSlice? { self[name] }

  /// The table that the body names.
  func table() throws(FieldsError) -> TableName {
    TableName(name: try text("table_name"), key: try text("table_id"))
  }

  /// The keys of rows. What cannot be one is the key of no row.
  func rowIDs(_ name: String) throws(FieldsError) -> [RowID?] {
    var ids: [RowID?] = []
    for element in try list(name) {
      guard let text = element.string else { throw .invalid(name) }
      ids.append(RowID(text))
    }
    return ids
  }
}

/// Which rows of a table are listed: of all, or of those that a view shows.
struct RowPage {
  let table: TableName
  let view: TableName
  let start: Int64
  /// Nil for as many as a request may list.
  let limit: Int64?

  /// How many rows the page may have.
  func size(_ app: App) -> Int64 { min(limit ?? .max, Int64(app.settings.rows.ofRequest)) }
}

extension Parts {
  /// The table that the query names.
  func tableOfQuery() throws(FieldsError) -> TableName {
    let query = try query()
    return TableName(
      name: try query.optionalText("table_name", upTo: 255), key: try query.optionalText("table_id", upTo: 255))
  }

  /// How rows are written: by the names of columns or by their keys, as `convert_keys` says; older clients say `convert`,
  /// and expect names where they say nothing.
  func rowForm(usually usual: RowForm = .keys) throws(FieldsError) -> RowForm {
    let query = try query()
    for name in ["convert_keys", "convert"] {
      if let wish = try query.optionalBoolean(name) { return wish ? .names : .keys }
    }
    return isOfOlderClient ? .names : usual
  }

  /// The page of a table that the query asks for.
  func rowPage() throws -> RowPage {
    let query = try query()
    return RowPage(
      table: try tableOfQuery(),
      view: TableName(
        name: try query.optionalText("view_name", upTo: 255), key: try query.optionalText("view_id", upTo: 255)),
      start: try query.optionalInteger("start", 0...1_000_000_000) ?? 0,
      limit: try query.optionalInteger("limit", 1...1_000_000_000))
  }

  /// The members of a JSON body.
  func grid() throws(FieldsError) -> GridBody { try GridBody(bytes, type: mediaType) }
}

/// An answer that was written already.
struct WrittenJSON: Output {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// An object with one member, which was written already.
  init(_ name: StaticString, _ bytes: [UInt8]) {
    var json = JSONWriter()
    json.raw(#"{"\#(name)":"#.utf8)
    json.raw(bytes)
    json.raw("}".utf8)
    self.bytes = json.bytes
  }

  func response(publicURL: String) -> Response { Response(200, type: "application/json", bytes) }
}

/// An object with one member.
struct NamedValue<Value: JSONEncodable>: Output, JSONEncodable {
  let name: StaticString
  let value: Value

  init(_ name: StaticString, _ value: Value) { (self.name, self.value) = (name, value) }

  func write(to json: inout JSONWriter) { json.object { $0.add(name, value) } }
}
