internal import Ground

extension SchemaEdit {
  /// The settings of a new column or of a new type: what a client sent, checked, and what it left out. Options apart.
  mutating func settings(
    _ type: ColumnType, _ data: JSON, inTableAt table: Int
  ) throws(SchemaError) -> (JSON, [SelectOption]) {
    guard data == .null || data.members != nil, !data.hasNUL, data.hasUsualNumbers else { throw .columnData(data) }
    let bounded = type.hasOptions ? data.without("options") : data
    guard JSONWriter.bytes(of: bounded).count <= GridLimit.settings else { throw .columnData(.null) }
    switch type {
    case .singleSelect, .multipleSelect:
      var maker = OptionMaker([])
      switch data["options"] {
      case nil, .null: break
      case .array(let wishes): for wish in wishes { _ = try maker.add(wish, orUse: false) }
      default: throw .columnData(data)
      }
      return (data.without("options"), maker.options)
    case .link: return (try linkSettings(data, inTableAt: table), [])
    case .linkFormula: return (try linkFormulaSettings(data, inTableAt: table), [])
    case .formula:
      guard data["formula"]?.text != nil else { throw .columnData(data) }
      let result = data["result_type"] ?? .string("string")
      return (data.with("operated_columns", data["operated_columns"] ?? .array([])).with("result_type", result), [])
    default: return (try usual(type, data), [])
    }
  }

  private func usual(_ type: ColumnType, _ data: JSON) throws(SchemaError) -> JSON {
    switch type {
    case .number:
      if data == .null {
        return .of([("format", .string("number")), ("decimal", .string("dot")), ("thousands", .string("no"))])
      }
      try texts(data, ["format", "decimal", "thousands"])
    case .date:
      let format = try choice(data, "format", DateFormat.allCases.map(\.rawValue), or: DateFormat.day.rawValue)
      return data.with("format", .string(format))
    case .duration:
      let format = try choice(data, "duration_format", ["h:mm", "h:mm:ss"], or: "h:mm")
      return data.with("format", .string("duration")).with("duration_format", .string(format))
    case .rate:
      if data == .null {
        return .of([
          ("rate_max_number", .of(5)), ("rate_style_color", .string("#FF8000")),
          ("rate_style_type", .string("dtable-icon-rate")),
        ])
      }
      if let most = data["rate_max_number"], !(0...10).contains(most.integer ?? -1) { throw .columnData(data) }
    case .geolocation:
      if data == .null { return .of([("geo_format", .string("lng_lat"))]) }
      try texts(data, ["geo_format", "lang"])
    case .autoNumber: return try automaticNumbers(data)
    default: break
    }
    return data
  }

  private func automaticNumbers(_ data: JSON) throws(SchemaError) -> JSON {
    try texts(data, ["format", "prefix"])
    guard ["string", "date", "", nil].contains(data["prefix_type"]?.text),
      (data["prefix"]?.text ?? "").unicodeScalars.count <= GridLimit.name
    else { throw .columnData(data) }
    let zeros = data["format"]?.text?.utf8.count { $0 == UInt8(ascii: "0") } ?? 4
    let digits = data["digits"] ?? .of(Int64(max(zeros, 1)))
    guard (1...20).contains(digits.integer ?? 0) else { throw .columnData(data) }
    let format = data["format"] ?? .string(String(repeating: "0", count: Int(digits.integer ?? 4)))
    return data.with("format", format).with("digits", digits)
      .with("max_used_auto_number", data["max_used_auto_number"] ?? .of(0))
  }

  /// Whether these members are texts, if they are there.
  private func texts(_ data: JSON, _ names: [String]) throws(SchemaError) {
    for name in names {
      switch data[name] {
      case nil, .null, .string: break
      default: throw .columnData(data)
      }
    }
  }

  /// A member that is one of some words. If it is missing or empty, it is the usual one.
  private func choice(
    _ data: JSON, _ name: String, _ words: [String], or usual: String
  ) throws(SchemaError) -> String {
    switch data[name] {
    case nil, .null: return usual
    case .string(let word) where word.isEmpty: return usual
    case .string(let word) where words.contains(word): return word
    default: throw .columnData(data)
    }
  }
}
