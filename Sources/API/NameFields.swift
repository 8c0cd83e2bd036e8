internal import Domain
internal import HTTP

extension Fields {
  /// A required name.
  func name<Kind: Name>(_ field: String, as _: Kind.Type = Kind.self) throws -> Kind {
    try parsed(field, Kind(try text(field, 1...255)))
  }

  /// A name; nil if the field is missing or empty.
  func optionalName<Kind: Name>(_ field: String, as _: Kind.Type = Kind.self) throws -> Kind? {
    try optionalText(field, upTo: 255).map { try parsed(field, Kind($0)) }
  }

  /// The name of a person, a team or an API token; nil if the field is missing or empty.
  func optionalName(_ field: String) throws -> String? { try optionalName(field, as: DisplayName.self)?.text }

  /// The same, but empty if the field is empty, which removes the name.
  func removableName(_ field: String) throws -> String? {
    try optionalText(field, 0...255).map { $0.isEmpty ? "" : try parsed(field, DisplayName($0)).text }
  }
}
