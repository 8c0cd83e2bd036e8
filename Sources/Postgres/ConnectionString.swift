internal import CLibPQ
internal import Ground

/// What a libpq URI or connection string says, keyword by keyword: to reach another database of the same server, and to
/// keep the password apart.
public struct ConnectionString: Sendable {
  private static let secrets: Set<String> = ["password", "sslpassword"]
  private var values: [(keyword: String, value: String)] = []

  /// Reads a URI or a connection string. What it leaves out, libpq takes from the environment.
  ///
  /// - Throws: `PostgresError.unavailable` where it is neither.
  public init(_ text: String) throws(PostgresError) {
    var reason: UnsafeMutablePointer<CChar>?
    guard let parsed = PQconninfoParse(text, &reason) else {
      defer { PQfreemem(reason) }
      throw .unavailable(reason.map { singleLine($0) } ?? "out of memory")
    }
    defer { PQconninfoFree(parsed) }
    var option = parsed
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { values.append((String(cString: keyword), String(cString: value))) }
      option += 1
    }
    guard isPlausible(isURI: text.contains("://")) else {
      throw .unavailable("its host, port or database is none: a / or @ in a password is written %2F or %40")
    }
  }

  /// Whether no piece of a password that was not escaped has become a host, a port or a database.
  private func isPlausible(isURI: Bool) -> Bool {
    values.allSatisfy { keyword, value in
      switch keyword {
      case "port":
        value.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ",") }
      case "host", "hostaddr": !value.contains("@")
      case "dbname": !isURI || !value.contains("@")
      default: true
      }
    }
  }

  /// The variables of the environment that libpq takes the rest from.
  package static var variables: [String] {
    var names = ["PGSERVICEFILE", "PGSYSCONFDIR"]
    guard let options = PQconndefaults() else { return names }
    defer { PQconninfoFree(options) }
    var option = options
    while option.pointee.keyword != nil {
      if let variable = option.pointee.envvar { names.append(String(cString: variable)) }
      option += 1
    }
    return names
  }

  /// The role, if it names one.
  public var user: String? { value(of: "user") }

  /// The password, if it says one.
  public var password: String? { value(of: "password") }

  func value(of keyword: String) -> String? { values.first { $0.keyword == keyword }?.value }

  /// The same server, and another database.
  public func database(_ name: String) -> ConnectionString { with("dbname", name) }

  /// The same database, and another role.
  public func user(_ name: String) -> ConnectionString { with("user", name) }

  func with(_ keyword: String, _ value: String) -> ConnectionString {
    var other = self
    other.values.removeAll { $0.keyword == keyword }
    other.values.append((keyword, value))
    return other
  }

  /// As libpq reads it, in keywords and values.
  public func text(withSecrets: Bool = true) -> String {
    values.filter { withSecrets || !Self.secrets.contains($0.keyword) }.map { keyword, value in
      "\(keyword)='\(value.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
    }.joined(separator: " ")
  }
}
