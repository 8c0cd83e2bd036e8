internal import Ground
internal import HTTP

/// The statuses of what has gone well; there are no others.
public enum SuccessStatus: Int, Sendable {
  /// It was answered, or done.
  case ok = 200
  /// It was made.
  case created = 201
}

/// What an operation gives back.
protocol Output: Sendable {
  /// The status of success.
  static var status: SuccessStatus { get }
  /// The answer; the addresses in it begin with the public URL.
  func response(publicURL: String) -> Response
  /// What it shows for the only time.
  var revealed: [Revealed] { get }
}

extension Output {
  static var status: SuccessStatus { .ok }
  /// Nothing.
  var revealed: [Revealed] { [] }
}

/// What administrators look over: it may be a little late, as nothing is decided by it.
protocol Overview: Output {}

extension Output where Self: JSONEncodable {
  func response(publicURL: String) -> Response { Response(Self.status.rawValue, self, publicURL: publicURL) }
}

/// What was made, where SeaTable says so by the status.
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
