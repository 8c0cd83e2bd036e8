import Testing

@testable import Postgres

@Suite struct HostLists {
  private func attempts(_ url: String) -> [[String]] {
    Hosts.attempts(of: url).map { $0.map { "\($0.name)=\($0.value)" } }
  }

  @Test func `each host of a URL is tried separately, with its own port`() {
    #expect(
      attempts("postgresql://me@db1:1,db2:2/x") == [["host=db1", "port=1"], ["host=db2", "port=2"]])
    #expect(
      attempts("postgresql://db1,db2:2/x") == [["host=db1", "port=5432"], ["host=db2", "port=2"]])
    #expect(attempts("host=db1,db2 port=5433") == [["host=db1"], ["host=db2"]])
    #expect(
      attempts("hostaddr=192.0.2.1,192.0.2.2 host=a,b")
        == [["host=a", "hostaddr=192.0.2.1"], ["host=b", "hostaddr=192.0.2.2"]])
  }

  @Test func `a standby is preferred among all hosts before any is taken`() {
    #expect(
      attempts("postgresql://a,b/x?target_session_attrs=prefer-standby") == [
        ["host=a", "port=5432", "target_session_attrs=standby"],
        ["host=b", "port=5432", "target_session_attrs=standby"],
        ["host=a", "port=5432", "target_session_attrs=any"],
        ["host=b", "port=5432", "target_session_attrs=any"],
      ])
  }

  @Test func `whether a server accepts writes is asked of the server, not of a session's default`() {
    #expect(attempts("postgresql://a/x?target_session_attrs=read-write") == [["target_session_attrs=primary"]])
    #expect(attempts("postgresql://a/x?target_session_attrs=read-only") == [["target_session_attrs=standby"]])
    #expect(
      attempts("host=a,b target_session_attrs=read-write") == [
        ["host=a", "target_session_attrs=primary"], ["host=b", "target_session_attrs=primary"],
      ])
  }

  @Test(arguments: [
    "postgresql://db1/x", "postgresql:///x", "service=here", "host=/run/a", "host=a,,b", "host=a,b port=1,2,3",
    "host=a,b hostaddr=192.0.2.1", "no URL",
  ]) func `what names one host, or is wrong, is left to libpq`(url: String) {
    #expect(attempts(url) == [[]])
  }
}
