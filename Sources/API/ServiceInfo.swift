internal import Access
internal import Assets
internal import Domain
internal import Ground
internal import HTTP

// swift-format-ignore
let serviceRoutes = Table(.service, [
  Route(.get, "/healthz",                   "getHealth",        as: Anyone.self,   showHealth),
  Route(.get, "/readyz",                    "getReadiness",     as: Anyone.self,   showReadiness),
  Route(.get, "/metrics",                   "getMetrics",       as: MetricsReader.self, showMetrics),
  Route(.get, "/openapi.yaml",              "getOpenAPI",       as: Anyone.self,   showDescription),
  Route(.get, "/api/docs/",                 "getDocs",          as: Anyone.self,   showDocs),
  Route(.get, "/api/docs/start.js",         "getDocsStart",     as: Anyone.self,   showDocsStart),
  Route(.get, "/api/docs/swagger-ui-bundle.js", "getDocsProgram", as: Anyone.self, showDocsProgram),
  Route(.get, "/api/docs/swagger-ui.css",   "getDocsStyle",     as: Anyone.self,   showDocsStyle),
  Route(.get, "/server-info/",              "getServerInfo",    as: Anyone.self,   showServerInfo),
  Route(.get, "/api2/ping/",                "ping",             as: Anyone.self,   answerPing),
  Route(.get, "/api2/auth/ping/",           "authPing",         as: SignedIn.self, answerPing),
  Route(.get, "/api-gateway/api/v2/ping/",  "gatewayPing",      as: Anyone.self,   answerComponentPing),
  Route(.get, "/dtable-server/ping/",       "dtableServerPing", as: Anyone.self,   answerPagePing),
  Route(.get, "/dtable-db/ping/",           "dtableDbPing",     as: Anyone.self,   answerComponentPing),
  Route(.get, "/media/avatars/default.png", "getAvatar",        as: Anyone.self,   showAvatar),
  Route(.get, "/media/avatars/groups/default.png", "getGroupAvatar", as: Anyone.self, showGroupAvatar),
])

/// The version of Basekeeper.
public let version = "0.1.0"

/// The version of SeaTable whose wire contract the service follows.
let contractVersion = "6.2.0"

// MARK: Wire

private struct ServiceState: Output, JSONEncodable {
  let obstacle: Obstacle?

  func response(publicURL _: String) -> Response { Response(obstacle == nil ? Self.status.rawValue : 503, self) }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("status", obstacle == nil ? "ok" : "unavailable")
      if let obstacle { $0.add("reason", obstacle.rawValue) }
    }
  }
}

private struct ServerInfo: Output, JSONEncodable {
  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("version", contractVersion)
      $0.add("edition", "enterprise edition")  // the old Zapier app requires both
      $0.add("server", "basekeeper \(version)")
    }
  }
}

private struct Pong: Output, JSONEncodable {
  func write(to json: inout JSONWriter) { "pong".write(to: &json) }
}

private struct ComponentPong: Output, JSONEncodable {
  func write(to json: inout JSONWriter) { json.object { $0.add("ret", "pong") } }
}

private struct Document: Output {
  let type: String
  let bytes: [UInt8]

  func response(publicURL _: String) -> Response {
    var response = Response(Self.status.rawValue, type: type, bytes)
    // Pages of other origins show these images.
    if type.hasPrefix("image/") { response.headers.append(("Cross-Origin-Resource-Policy", "cross-origin")) }
    return response
  }
}

extension Document {
  init(type: String, _ asset: basekeeper_asset) {
    self.init(type: type, bytes: Array(UnsafeBufferPointer(start: asset.bytes, count: asset.count)))
  }
}

// MARK: Operations

private func showHealth(to _: Anyone, _: NoInput, _ app: App) -> ServiceState { ServiceState(obstacle: nil) }

private func showReadiness(to _: Anyone, _: NoInput, _ app: App) async -> ServiceState {
  ServiceState(obstacle: await app.readiness())
}

/// Prometheus' text format, version 0.0.4.
private func showMetrics(to _: MetricsReader, _: NoInput, _ app: App) async -> Document {
  Document(type: "text/plain; version=0.0.4; charset=utf-8", bytes: await app.metrics())
}

private func showAvatar(to _: Anyone, _: NoInput, _ app: App) -> Document {
  Document(type: "image/png", basekeeper_avatar)
}

private func showGroupAvatar(to _: Anyone, _: NoInput, _ app: App) -> Document {
  Document(type: "image/png", basekeeper_group_avatar)
}

private func showServerInfo(to _: Anyone, _: NoInput, _ app: App) -> ServerInfo { ServerInfo() }

private func answerPing(to _: some Principal, _: NoInput, _ app: App) -> Pong { Pong() }

private func answerComponentPing(to _: Anyone, _: NoInput, _ app: App) -> ComponentPong { ComponentPong() }

private func answerPagePing(to _: Anyone, _: NoInput, _ app: App) -> Document {
  Document(type: "text/html; charset=utf-8", bytes: Array("pong".utf8))
}
