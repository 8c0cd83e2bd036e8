internal import Ground
internal import HTTP

/// The statuses of success.
public enum SuccessStatus: Int, Sendable {
  /// The request was answered, or its operation done.
  case ok = 200
  /// Something was created.
  case created = 201
}

/// The output of an operation.
protocol Output: Sendable {
  /// The status of success.
  static var status: SuccessStatus { get }
  /// The response; addresses in it begin with the public URL.
  func response(publicURL: String) -> Response
  /// The credentials that it shows only once.
  var revealed: [Revealed] { get }
}

extension Output {
  static var status: SuccessStatus { .ok }
  /// No credentials.
  var revealed: [Revealed] { [] }
}

/// An overview for administrators. It may be slightly out of date, because nothing is decided by it.
protocol Overview: Output {}

extension Output where Self: JSONEncodable {
  func response(publicURL: String) -> Response { Response(Self.status.rawValue, self, publicURL: publicURL) }
}

/// A created resource, if SeaTable answers with status 201.
struct Created<Made: Output & JSONEncodable>: Output, JSONEncodable {
  static var status: SuccessStatus { .created }
  let made: Made
  var revealed: [Revealed] { made.revealed }
  init(_ made: Made) { self.made = made }
  func write(to json: inout JSONWriter) { made.write(to: &json) }
}

/// `{"success": true}`
struct Success: Output, JSONEncodable {
  func write(to json: inout JSONWriter) { json.object { $0.add("success", true) } }
}

/// An array at the top level.
struct Listing<Element: JSONEncodable>: Output, JSONEncodable {
  let elements: [Element]
  func write(to json: inout JSONWriter) { json.array(elements) }
}
