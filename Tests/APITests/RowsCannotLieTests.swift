import Access
import Foundation
import HTTP
import Testing

@testable import API

/// What a row of the table of routes says of its operation is true; otherwise the row does not compile, or ends the
/// program when it is created: in each test, and at each start.
///
/// These do not compile:
/// - a principal, an input or an output that is not the handler's (`as: BaseUser.self` with a handler for a
///   `BaseAdmin`);
/// - a status: a row has none, and its output's is one of `SuccessStatus`, which has no 299;
/// - reading a path variable that the input or the principal does not declare: both get only what they declare, and
///   have no other access to it;
/// - `from: .standby` if the principal is not an `Administrator`, or the output not an `Overview`;
/// - a resource without a table. A second table of a resource is found among the variables of the program.
@Suite struct RowsCannotLie {
  @Test(arguments: [
    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/api-tokens/{token_name}/",
    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/api-tokens/",
    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/api-tokens/{app_name}/of/{user_id}/",
    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/api-tokens/{app_name}/of/{app_name}/",
  ])
  func `a path has exactly the variables that principal and input read`(_ path: String) async throws {
    let ended = try await #require(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [path] in
      _ = Route(.delete, path, "deleteApiToken", as: BaseAdmin.self, Handler<BaseAdmin, TokenName, Success>.none)
    }
    #expect(text(of: ended).contains("deleteApiToken: \(path) names"))
  }

  @Test(arguments: [
    "/api/v2.1/dtables/api-tokens/", "/api/v2.1/workspace/{workspace_id}/api-tokens/",
    "/api/v2.1/dtable/{base_name}/api-tokens/", "/api/v2.1/dtable/{base_id}/api-tokens/",
    "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/{base_uuid}/api-tokens/",
  ])
  func `a principal for a base has one in the path`(_ path: String) async throws {
    let ended = try await #require(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [path] in
      _ = Route(.get, path, "listApiTokens", as: BaseAdmin.self, Handler<BaseAdmin, NoInput, Success>.none)
    }
    #expect(text(of: ended).contains("listApiTokens: \(path) names"))
  }

  @Test func `a right row is created`() {
    let path = "/api/v2.1/workspace/{workspace_id}/dtable/{base_name}/api-tokens/{app_name}/"
    let row = Route(.delete, path, "deleteApiToken", as: BaseAdmin.self, Handler<BaseAdmin, TokenName, Success>.none)
    #expect((row.path, row.principal, row.status) == (path, "base-admin", .ok))
    let byUUID = Route(
      .post, "/{base_uuid}/{app_name}/", "x", as: BaseAdmin.self,
      Handler<BaseAdmin, TokenName, Created<Success>>.none)
    #expect((byUUID.isDoneOnce, byUUID.status) == (true, .created))
  }

  @Test func `a change does not read from a standby`() async throws {
    let ended = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Route(
        .put, "/api/v2.1/org/{org_id}/admin/users/", "teamListTeamUsers", as: TeamAdmin.self,
        Handler<TeamAdmin, NoInput, NamedList<String>>.none, from: .standby)
    }
    #expect(text(of: ended).contains("teamListTeamUsers: it may change something"))
  }

  @Test func `a large body needs a credential in the header`() async throws {
    let ended = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Route(.post, "/files/", "takeFile", as: Anyone.self, Handler<Anyone, NoInput, Success>.none, body: .file)
    }
    #expect(text(of: ended).contains("takeFile: anybody may send a lot"))
  }

  @Test(arguments: [("updatGroop", GroupOwner.self), ("updateGroup", GroupAdmin.self)] as [(String, any OfGroup.Type)])
  func `an operation has the name and the principal of its description`(_ name: String, _ principal: any OfGroup.Type)
    throws
  {
    #expect(try DescriptionTests.differences(of: routes).isEmpty)
    let wrong = routes.map { $0.operation == "updateGroup" ? principal.row(.put, $0.path, name) : $0 }
    #expect(try DescriptionTests.differences(of: wrong).count == 2)
  }

  @Test func `an operation has the status of its description`() throws {
    let path = "/api/v2.1/groups/"
    let wrong = routes.map {
      $0.operation == "createGroup"
        ? Route(.post, path, "createGroup", as: SignedIn.self, Handler<SignedIn, NoInput, Success>.none) : $0
    }
    #expect(try DescriptionTests.differences(of: wrong).count == 2)
  }

  @Test(arguments: [
    (HTTP.Method.get, "/api/v2.1/groups/", "another"), (.delete, "/api/v2.1/groups/{group_id}/", "another"),
    (.post, "/nowhere/", "createGroup"),
  ])
  func `no two rows are the same`(_ method: HTTP.Method, _ path: String, _ operation: String) throws {
    let tables = Resource.allCases.map { ($0, $0.table) }
    #expect(try Table.rows(of: tables).count == routes.count)
    let row =
      path.contains("{")
      ? Route(
        method, path.replacing("group_id", with: "user_id"), operation, as: SignedIn.self,
        Handler<SignedIn, NamedPerson, Success>.none)
      : Route(method, path, operation, as: SignedIn.self, Handler<SignedIn, NoInput, Success>.none)
    let doubled = tables.map { $0 == .people ? ($0, Table($0, $1.rows + [row])) : ($0, $1) }
    #expect(throws: Contradiction.self) { try Table.rows(of: doubled) }
  }

  @Test(arguments: Resource.allCases)
  func `a missing table, or one of another resource, is noticed`(_ resource: Resource) throws {
    let rest = Resource.allCases.filter { $0 != resource }.map { ($0, $0.table) }
    #expect(try !DescriptionTests.differences(of: Table.rows(of: rest)).isEmpty)
    let other: Resource = resource == .groups ? .bases : .groups
    #expect(throws: Contradiction.self) { try Table.rows(of: [(resource, other.table)]) }
    #expect(throws: Contradiction.self) { try Table.rows(of: [(resource, Table(resource, []))]) }
  }

  @Test func `every table in the program belongs to a resource, and every row to a table`() throws {
    let variables = try variablesOfTheProgram(in: "$s3API")
    let tables = variables.filter { $0.contains("AA5TableVv") || $0.contains("SayAA5TableVGv") }
    #expect(tables.count == Resource.allCases.count, "\(tables)")
    let rows = variables.filter { $0.contains("AA5RouteVv") || $0.contains("SayAA5RouteVGv") }
    #expect(rows == ["$s3API6routesSayAA5RouteVGvp"])
  }
}

/// The symbols of the stored variables of a module, global or static, whether they are used or not: from the string
/// tables (`SHT_STRTAB`) of the running program, a 64-bit ELF file.
private func variablesOfTheProgram(in module: String) throws -> Set<String> {
  let program = try Data(contentsOf: URL(filePath: "/proc/self/exe"), options: .alwaysMapped)
  return program.withUnsafeBytes { bytes in
    func number<Number: FixedWidthInteger>(at place: Int, _: Number.Type) -> Int {
      Int(bytes.loadUnaligned(fromByteOffset: place, as: Number.self))
    }
    var variables: Set<String> = []
    for index in 0..<number(at: 0x3c, UInt16.self) {
      let section = number(at: 0x28, UInt64.self) + index * number(at: 0x3a, UInt16.self)
      guard number(at: section + 4, UInt32.self) == 3 else { continue }
      let start = number(at: section + 0x18, UInt64.self)
      var rest = bytes[start..<start + number(at: section + 0x20, UInt64.self)]
      while let name = rest.baseAddress?.assumingMemoryBound(to: CChar.self), !rest.isEmpty {
        let length = strlen(name)
        if strncmp(name, module, module.utf8.count) == 0 {
          let text = String(cString: name)
          if ["Vvp", "VvpZ", "VGvp", "VGvpZ"].contains(where: text.hasSuffix) { variables.insert(text) }
        }
        rest = rest.dropFirst(length + 1)
      }
    }
    return variables
  }
}

extension Slice<UnsafeRawBufferPointer> {
  fileprivate var baseAddress: UnsafeRawPointer? { base.baseAddress.map { $0 + startIndex } }
}

/// A handler that is never called.
enum Handler<P: Principal, In: Readable, Out: Output> {
  static var none: @Sendable (P, In, App) async throws -> Out { { _, _, _ in throw CancellationError() } }
}

/// A principal that is proved for a group.
protocol OfGroup: Principal where Path == GroupSegment {}

extension OfGroup {
  static func row(_ method: HTTP.Method, _ path: String, _ operation: String) -> Route {
    Route(method, path, operation, as: Self.self, Handler<Self, NoInput, Success>.none)
  }
}

extension GroupOwner: OfGroup {}
extension GroupAdmin: OfGroup {}

private func text(of ended: ExitTest.Result) -> String { String(decoding: ended.standardErrorContent, as: UTF8.self) }
