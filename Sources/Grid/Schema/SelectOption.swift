public import Ground

/// A choice of a column of the type single-select or multiple-select.
public struct SelectOption: Sendable, Equatable {
  /// The key, which cells hold: up to six digits if the service makes it, any text if a client does.
  public let id: String
  /// The name, unique in its column.
  public var name: String
  /// The background, as `#FFFCB5`.
  public var color: String
  /// The text's colour.
  public var textColor: String
  /// The border's colour, if a client gave one.
  public var borderColor: String?

  /// Makes an option.
  public init(id: String, name: String, color: String, textColor: String, borderColor: String? = nil) {
    (self.id, self.name, self.color, self.textColor, self.borderColor) = (id, name, color, textColor, borderColor)
  }
}

extension SelectOption: JSONEncodable {
  /// Writes the wire's object.
  public func write(to json: inout JSONWriter) {
    json.object { json in
      json.add("name", name)
      json.add("color", color)
      json.add("textColor", textColor)
      if let borderColor { json.add("borderColor", borderColor) }
      json.add("id", id)
    }
  }
}
