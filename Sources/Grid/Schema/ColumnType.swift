/// What a column holds. The raw value is the wire's word.
public enum ColumnType: String, Sendable, CaseIterable {
  case text
  case longText = "long-text"
  case number
  case collaborator
  case date
  case duration
  case singleSelect = "single-select"
  case multipleSelect = "multiple-select"
  case image
  case file
  case email
  case url
  case checkbox
  case rate
  case geolocation
  case formula
  case link
  case linkFormula = "link-formula"
  case creator
  case lastModifier = "last-modifier"
  case ctime
  case mtime
  case autoNumber = "auto-number"
  case button
  case digitalSign = "digital-sign"
  case department

  /// The only key that a column of this type can have; nil if it gets one at random. Such columns show what the
  /// database knows of each row, and a table has at most one of each type.
  public var fixedKey: String? {
    switch self {
    case .creator: "_creator"
    case .lastModifier: "_last_modifier"
    case .ctime: "_ctime"
    case .mtime: "_mtime"
    default: nil
    }
  }

  /// Whether columns of this type have options.
  public var hasOptions: Bool { self == .singleSelect || self == .multipleSelect }

  /// Whether clients may write cells of this type. Who and when, numbers that count up, links and what is computed come
  /// from the service.
  public var isWritable: Bool {
    switch self {
    case .formula, .link, .linkFormula, .creator, .lastModifier, .ctime, .mtime, .autoNumber, .button: false
    default: true
    }
  }

  /// Whether the cells are in the stored object of cells: they are those that clients write, and automatic numbers.
  public var isStored: Bool { isWritable || self == .autoNumber }

  /// What a stored cell of this type is; nil if there is none.
  public var cellKind: CellKind? {
    switch self {
    case .text, .longText, .email, .url, .autoNumber: .text
    case .number, .duration, .rate: .number
    case .checkbox: .boolean
    case .date: .date
    case .singleSelect: .option
    case .multipleSelect: .options
    case .collaborator, .image, .file, .department: .list
    case .geolocation, .digitalSign: .object
    case .formula, .link, .linkFormula, .creator, .lastModifier, .ctime, .mtime, .button: nil
    }
  }

  /// Whether a table's first column can have this type: it is the one that names the row.
  public var canBeFirst: Bool {
    switch self {
    case .text, .number, .date, .singleSelect, .formula, .autoNumber: true
    default: false
    }
  }
}

/// The canonical JSON of a stored cell. An empty cell is not stored at all.
public enum CellKind: Sendable {
  /// A string that is not empty.
  case text
  /// A number that a `Double` holds.
  case number
  /// `true` or `false`.
  case boolean
  /// The string `YYYY-MM-DD`, or `YYYY-MM-DD HH:mm` in UTC, as the column's format says. They compare as texts.
  case date
  /// A string: the id of an option.
  case option
  /// An array of ids of options, each once; not empty.
  case options
  /// An array that is not empty: of strings (people, pictures, departments) or of objects (files).
  case list
  /// An object that is not empty.
  case object
}
