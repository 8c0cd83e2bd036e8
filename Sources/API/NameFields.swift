internal import Domain
internal import HTTP

extension Fields {
  /// A name.
  func name<Kind: Name>(_ field: String, as _: Kind.Type = Kind.self) throws -> Kind {
    try parsed(field, Kind(try text(field, 1...255)))
  }

  /// A name; nil where the field is not there, or empty.
  func optionalName<Kind: Name>(_ field: String, as _: Kind.Type = Kind.self) throws -> Kind? {
    try optionalText(field, upTo: 255).map { try parsed(field, Kind($0)) }
  }

  /// A person's or a team's name, or what else is called as they are; nil where the field is not there, or empty.
  func optionalName(_ field: String) throws -> String? { try optionalName(field, as: DisplayName.self)?.text }

  /// The same, where an empty text takes the name away.
  func removableName(_ field: String) throws -> String? {
    try optionalText(field, 0...255).map { $0.isEmpty ? "" : try parsed(field, DisplayName($0)).text }
  }
}
