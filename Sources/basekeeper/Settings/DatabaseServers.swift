internal import Postgres

/// How to reach the database.
struct DatabaseServers {
  var database: String?
  var owner: String?
  var standby: String?
  var statements: String?
  var askForTLSByDefault = false

  init(_ environment: inout Environment) {
    database = url("DATABASE_URL", &environment)
    owner = url("DATABASE_OWNER_URL", &environment)
    standby = url("DATABASE_READ_URL", &environment)
    statements = url("DATABASE_SQL_URL", &environment)
    checkStatements(&environment)
    guard owner != nil else { return }
    guard let database else {
      environment.refuse("DATABASE_OWNER_URL", "needs DATABASE_URL, with a role that serves")
      return
    }
    // The owner gives rights to that name.
    if let service = try? ConnectionString(database), service.user == nil {
      environment.refuse("DATABASE_URL", "must name its user, since DATABASE_OWNER_URL is set")
    }
  }

  /// The role for clients' SQL gets no other rights, so it is nobody else.
  private func checkStatements(_ environment: inout Environment) {
    guard let statements else { return }
    guard let database else { return environment.refuse("DATABASE_SQL_URL", "needs DATABASE_URL") }
    let user = (try? ConnectionString(statements))?.user
    let others = [database, owner].compactMap { $0.flatMap { (try? ConnectionString($0))?.user } }
    if user == nil || others.contains(where: { $0 == user }) {
      environment.refuse("DATABASE_SQL_URL", "must name a user of its own")
    }
  }

  /// A server's URL, with TLS if it is on another machine; nil if it is not set.
  private mutating func url(_ name: String, _ environment: inout Environment) -> String? {
    guard let url = environment.secret(name) else { return nil }
    do throws(PostgresError) {
      let given = try ConnectionString(url)
      let protected = given.protected.text()
      guard protected != given.text() else { return url }
      askForTLSByDefault = true
      return protected
    } catch {
      // Only the scheme: the rest may contain a password.
      let scheme = url.split(separator: ":", maxSplits: 1).first.map { url.contains("://") ? "\($0)://… " : "" } ?? ""
      environment.refuse(
        name,
        "\(scheme)does not name a PostgreSQL. Write postgresql://USER@HOST/DATABASE, or libpq's HOST=… words. In a URL, "
          + "write / and @ in a password as %2F and %40")
      return url
    }
  }
}
