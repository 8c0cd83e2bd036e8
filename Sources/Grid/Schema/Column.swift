public import Ground

/// A column of a table.
public struct Column: Sendable, Equatable {
  /// The key, unique in the table. The first column's is `0000`.
  public let key: ColumnKey
  /// The name, unique in the table, in Unicode normalization form C.
  public internal(set) var name: String
  /// What the cells hold.
  public internal(set) var type: ColumnType
  /// The width on a screen, in pixels.
  public internal(set) var width: Int64 = 200
  /// Whether it stays in view. Nil as long as nobody has said.
  public internal(set) var frozen: Bool?
  /// The settings of its type, an object or null. The options of a select column are not in it, but in `options`.
  public internal(set) var data: JSON
  /// The options of a select column, in their order. They are at most `GridLimit.options`.
  public internal(set) var options: [SelectOption]

  init(key: ColumnKey, name: String, type: ColumnType, data: JSON = .null, options: [SelectOption] = []) {
    (self.key, self.name, self.type, self.data, self.options) = (key, name, type, data, options)
  }

  /// Reads a column as the database has it, which is what `write` writes. Nil if it is none.
  public init?(_ json: JSON) {
    guard let key = json["key"]?.text.flatMap(ColumnKey.init), let name = json["name"]?.text,
      let type = json["type"]?.text.flatMap(ColumnType.init)
    else { return nil }
    let data = json["data"] ?? .null
    guard type.hasOptions else {
      self.init(key: key, name: name, type: type, data: data)
      readLook(json)
      return
    }
    var options: [SelectOption] = []
    for element in data["options"]?.elements ?? [] {
      guard let option = SelectOption(element) else { return nil }
      options.append(option)
    }
    self.init(key: key, name: name, type: type, data: data.without("options"), options: options)
    readLook(json)
  }

  private mutating func readLook(_ json: JSON) {
    width = json["width"]?.integer ?? width
    frozen = json["frozen"]?.boolean
  }

  /// The settings as the wire has them: with the options.
  public var wireData: JSON {
    guard type.hasOptions else { return data }
    return data(withOptions: { _ in true })
  }

  /// The settings as columns repeat them that show this one. Clients take the names of options from there; but a column may
  /// have thousands, and five hundred columns of each table may show it, so that many of them are not repeated.
  var shownData: JSON { options.count <= Self.mostShownOptions ? wireData : data(withOptions: { _ in false }) }

  private static let mostShownOptions = 200

  /// The settings with some of the options.
  public func data(withOptions isShown: (SelectOption) -> Bool) -> JSON {
    data.with("options", .array(options.filter(isShown).map(\.json)))
  }
}

extension Column: JSONEncodable {
  /// Writes the wire's object. What nobody can change here has the value that a new column has.
  public func write(to json: inout JSONWriter) { write(to: &json, key: key.text, name: name) }

  /// Writes it under another key and name.
  func write(to json: inout JSONWriter, key: String, name: String) {
    json.object { json in
      json.add("key", key)
      json.add("type", type.rawValue)
      json.add("name", name)
      json.add("editable", true)
      json.add("width", width)
      json.add("resizable", true)
      json.add("draggable", true)
      json.add("data", wireData)
      json.add("permission_type", "")
      json.add("permitted_users", [String]())
      json.add("permitted_group", [String]())
      json.add("edit_metadata_permission_type", "")
      json.add("edit_metadata_permitted_users", [String]())
      json.add("edit_metadata_permitted_group", [String]())
      json.add("description", JSON.null)
      json.add("colorbys") { _ in }
      if let frozen { json.add("frozen", frozen) }
    }
  }
}
