internal import FoundationEssentials

extension Fields {
  /// The members of a JSON object.
  init(json bytes: [UInt8]) throws(FieldsError) {
    let object: JSONObject
    do {
      object = try JSONDecoder().decode(JSONObject.self, from: Data(bytes))
    } catch let error as FieldsError {
      throw error
    } catch {
      throw .malformed("The body is not a JSON object.")
    }
    try self.init(object.members)
  }
}

/// The members of an object, in the order of their names: JSON gives them none.
private struct JSONObject: Decodable {
  let members: [(name: String, value: Fields.Value)]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    guard container.allKeys.count <= Fields.most else {
      throw FieldsError.malformed("The request has too many fields.")
    }
    members = try container.allKeys.map(\.stringValue).sorted().map { name in
      (name, try container.decode(JSONValue.self, forKey: Name(stringValue: name)).value)
    }
  }
}

private struct Name: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

/// A value of any type; an object is not looked into. A text that is not one, with half a surrogate pair, is an error.
private struct JSONValue: Decodable {
  let value: Fields.Value

  init(from decoder: any Decoder) throws {
    if let array = try? decoder.unkeyedContainer() {
      self = try JSONValue(elementsOf: array)
      return
    }
    let single = try decoder.singleValueContainer()
    if single.decodeNil() {
      value = .null
    } else if let text = try? single.decode(String.self) {
      value = .text(text)
    } else if let boolean = try? single.decode(Bool.self) {
      value = .boolean(boolean)
    } else if let integer = try? single.decode(Int64.self) {
      value = .integer(integer)
    } else {
      if (try? single.decode(Double.self)) == nil { _ = try decoder.container(keyedBy: Name.self) }
      value = .other
    }
  }

  private init(elementsOf array: any UnkeyedDecodingContainer) throws {
    var array = array
    var elements: [Fields.Value] = []
    while !array.isAtEnd {
      guard elements.count < Fields.most else { throw FieldsError.malformed("The request has too many fields.") }
      elements.append(try array.decode(JSONValue.self).value)
    }
    value = .list(elements)
  }
}
