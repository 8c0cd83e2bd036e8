internal import CLibPQ
internal import Ground

/// A parsed libpq URI or connection string. It can be changed to name another database of the same server, and written
/// without its passwords.
public struct ConnectionString: Sendable {
  private static let secrets: Set<String> = ["password", "sslpassword"]
  private var values: [(keyword: String, value: String)] = []

  /// Parses a URI or a connection string. For parameters that it leaves out, libpq uses the environment.
  ///
  /// - Throws: `PostgresError.unavailable` if it is neither, or if its host, port or database is implausible.
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

  /// Whether host, port and database are plausible. They are not if part of an unescaped password was parsed as one of
  /// them.
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

  /// The environment variables that libpq reads.
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

  /// The role; nil if there is none.
  public var user: String? { value(of: "user") }

  /// The password; nil if there is none.
  public var password: String? { value(of: "password") }

  func value(of keyword: String) -> String? { values.first { $0.keyword == keyword }?.value }

  /// The same parameters with another database.
  public func database(_ name: String) -> ConnectionString { with("dbname", name) }

  /// The same parameters with another role.
  public func user(_ name: String) -> ConnectionString { with("user", name) }

  func with(_ keyword: String, _ value: String) -> ConnectionString {
    var other = self
    other.values.removeAll { $0.keyword == keyword }
    other.values.append((keyword, value))
    return other
  }

  /// The parameters as keywords and values, as libpq reads them.
  public func text(withSecrets: Bool = true) -> String {
    values.filter { withSecrets || !Self.secrets.contains($0.keyword) }.map { keyword, value in
      "\(keyword)='\(value.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
    }.joined(separator: " ")
  }
}
