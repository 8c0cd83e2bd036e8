import Postgres
import Testing

@Suite struct TransportSecurity {
  @Test(arguments: [
    "postgresql://db.example.com/x", "postgresql://u:p@10.0.0.7/x", "host=db.example.com", "hostaddr=192.0.2.7",
    "postgresql://localhost,db.example.com/x", "host=db.example.com hostaddr=127.0.0.1", "postgresql://[2001:db8::1]/x",
    "postgresql://127.example.com.evil/x?port=5", "host=localhost.example.com", "host=localhost hostaddr=192.0.2.7",
    "host='' hostaddr=192.0.2.7", "host=/run/postgresql hostaddr=192.0.2.7", "host=/run/postgresql,db.example.com",
  ])
  func `a server on another machine must prove with TLS that it is the one that is named`(_ url: String) throws {
    let text = try ConnectionString(url).protected.text()
    #expect(text.contains("sslmode='verify-full'"))
  }

  @Test(arguments: [
    "postgresql:///x", "postgresql://localhost/x", "postgresql://127.0.0.1:5433/x", "postgresql://[::1]/x",
    "host=/run/postgresql", "host=localhost,127.0.0.2", "dbname=x",
    "postgresql://db.example.com/x?sslmode=disable", "postgresql://db.example.com/x?sslmode=require",
    "host=db.example.com service=mine",
  ])
  func `what stays on this machine, and what says itself what it asks for, stays as it is`(_ url: String) throws {
    let given = try ConnectionString(url)
    #expect(given.protected.text() == given.text())
  }
}
