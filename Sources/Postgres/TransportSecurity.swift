internal import CLibPQ
internal import Glibc
internal import Ground

extension ConnectionString {
  /// The same with `sslmode=verify-full`, if it names a server on another machine and neither it nor the environment says
  /// otherwise: libpq by itself prefers TLS, but does without it if the server, or somebody in between, has none.
  ///
  /// Certificates are checked with the system's authorities, unless libpq has others (`sslrootcert`).
  public var protected: ConnectionString {
    guard isElsewhere, !says("sslmode", or: "PGSSLMODE"), !says("service", or: "PGSERVICE") else { return self }
    let protected = with("sslmode", "verify-full")
    let own = getenv("HOME").map { "\(String(cString: $0))/.postgresql/root.crt" }
    let hasAuthorities = says("sslrootcert", or: "PGSSLROOTCERT") || own.map { access($0, F_OK) == 0 } ?? false
    if hasAuthorities { return protected }
    return access(Self.authorities, R_OK) == 0 ? protected.with("sslrootcert", Self.authorities) : protected
  }

  /// Debian's package ca-certificates has them there.
  private static let authorities = "/etc/ssl/certs/ca-certificates.crt"

  /// Whether one of its servers may be on another machine.
  private var isElsewhere: Bool {
    let defaults = Hosts.values(PQconndefaults())
    // libpq goes to the addresses if there are any, and calls the servers by the hosts' names.
    let hosts = ["host", "hostaddr"].compactMap { value(of: $0) ?? defaults[$0] }
    return hosts.joined(separator: ",").split(separator: ",").contains { host in
      let isSocket = host.hasPrefix("/")
      return !isSocket && host != "localhost" && IPAddress(String(host))?.isLoopback != true
    }
  }

  private func says(_ keyword: String, or variable: String) -> Bool {
    value(of: keyword) != nil || getenv(variable).map { $0.pointee != 0 } ?? false
  }
}
