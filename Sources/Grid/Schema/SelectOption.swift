public import Ground

/// A choice of a column of the type single-select or multiple-select.
public struct SelectOption: Sendable, Equatable {
  /// The key, which cells hold: six digits if the service makes it, any text if a client does.
  public let id: String
  /// The name, unique in its column.
  public internal(set) var name: String
  /// The background, as `#FFFCB5`.
  public internal(set) var color: String
  /// The text's colour.
  public internal(set) var textColor: String
  /// The border's colour, if a client gave one.
  public internal(set) var borderColor: String?

  init(id: String, name: String, color: String, textColor: String, borderColor: String? = nil) {
    (self.id, self.name, self.color, self.textColor, self.borderColor) = (id, name, color, textColor, borderColor)
  }

  /// Reads an option as `json` is. Nil if it is none.
  init?(_ json: JSON) {
    guard let id = json["id"]?.text, let name = json["name"]?.text else { return nil }
    let colors = Self.colors(0)
    self.init(
      id: id, name: name, color: json["color"]?.text ?? colors.color, textColor: json["textColor"]?.text ?? colors.text,
      borderColor: json["borderColor"]?.text)
  }

  /// The colours of an option of which nobody says the colour: they take turns.
  static func colors(_ place: Int) -> (color: String, text: String) { palette[place % palette.count] }

  private static let palette: [(color: String, text: String)] = [
    ("#FFFCB5", "#212529"), ("#FFEAB6", "#212529"), ("#FFD9C8", "#212529"), ("#FFDDE5", "#212529"),
    ("#FFD4FF", "#212529"), ("#DAD7FF", "#212529"), ("#DDFFE6", "#212529"), ("#DEF7C4", "#212529"),
    ("#D8FAFF", "#212529"), ("#D7E8FF", "#212529"), ("#B7CEF9", "#212529"), ("#E9E9E9", "#212529"),
    ("#FBD44A", "#FFFFFF"), ("#EAA775", "#FFFFFF"), ("#F4667C", "#FFFFFF"), ("#DC82D2", "#FFFFFF"),
    ("#9860E5", "#FFFFFF"), ("#9F8CF1", "#FFFFFF"), ("#59CB74", "#FFFFFF"), ("#ADDF84", "#FFFFFF"),
    ("#89D2EA", "#FFFFFF"), ("#4ECCCB", "#FFFFFF"), ("#46A1FD", "#FFFFFF"), ("#C2C2C2", "#FFFFFF"),
  ]

  /// The wire's object.
  public var json: JSON {
    var members: [(String, JSON)] = [
      ("name", .string(name)), ("color", .string(color)), ("textColor", .string(textColor)),
    ]
    if let borderColor { members.append(("borderColor", .string(borderColor))) }
    return .of(members + [("id", .string(id))])
  }
}

extension SelectOption: JSONEncodable {
  /// Writes the wire's object.
  public func write(to json: inout JSONWriter) { self.json.write(to: &json) }
}
