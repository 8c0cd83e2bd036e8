internal import Access
internal import Domain
internal import Ground
internal import HTTP
internal import Postgres

/// A base as administrators see it: with whom it belongs to. One form for all their lists.
struct AdministeredBase: RowDecodable, Output, JSONEncodable {
  let base: BaseRecord
  let team: ID<Team>?
  let teamName: String?
  let group: ID<Group>?
  let owner: UserID?
  let ownerName: String
  let isOwnerDeleted: Bool
  let creator: UserID

  /// Gives the bases of a statement that selects rows of `base`, in an order.
  static func select(_ rows: SQL, order: SQL) -> SQL {
    """
    select \(BaseRecord.columns), base.team_id, team.name as team_name, place.group_id, owner.uid as owner_uid,
           coalesce(owner.name, user_group.name) as owner_name,
           owner.id is not null and owner.deleted_at is not null as is_owner_deleted, creator.uid as creator_uid
    from (\(rows)) as base
    \(BaseRecord.people)
    join workspace as place on place.id = base.workspace_id
    left join account as owner on owner.id = place.account_id
    left join user_group on user_group.id = place.group_id
    left join team on team.id = base.team_id
    \(order)
    """
  }

  init(_ row: Row) throws(PostgresError) {
    base = try BaseRecord(row)
    team = try row["team_id"]
    teamName = try row["team_name"]
    group = try row["group_id"]
    owner = try row["owner_uid"]
    ownerName = try row["owner_name"]
    isOwnerDeleted = try row["is_owner_deleted"]
    creator = try row["creator_uid"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      base.write(to: &$0)
      $0.add("org_id", team?.value ?? -1)
      $0.add("org_name", teamName ?? "")
      $0.add("email", owner?.wire ?? group.map { "\($0.value)@seafile_group" } ?? "")
      $0.add("group_id", group?.value ?? -1)
      $0.add("owner", ownerName)
      $0.add("owner_deleted", isOwnerDeleted)
      $0.add("creator_email", creator)
      $0.add("rows_count", 0)
      $0.add("file_size", 0)
    }
  }
}

/// A page of the bases of the person that a path names.
struct PageOfPerson: NamedInput {
  let named: String
  let page: Page
  init(_ person: NamedPerson, _ parts: Parts) throws { (named, page) = (person.named, try Page(parts)) }
}

/// The base that a path names by `base_uuid`.
struct NamedBaseUUID: PathInput {
  static let variable = "base_uuid"
  let named: String
  init(_ segment: String) { named = segment }

  /// Its UUID.
  func uuid() throws -> BaseUUID {
    guard let uuid = BaseUUID(named) else { throw Refusal.notFound(.base(named)) }
    return uuid
  }
}

/// What is looked for, by a part of its name in any case.
struct Search: Input {
  let text: String

  init(_ parts: Parts) throws { text = try parts.query().text("query", 1...255) }

  /// As a pattern for `ilike`.
  var pattern: String { containing(text) }
}

// MARK: Operations

extension App {
  /// The base that a path names, within reach, in the trash or not.
  func base(_ base: NamedBaseUUID, _ reach: Reach) async throws -> ID<Base> {
    let found: ID<Base>? = try await db.lookup(
      "select id from base where uuid = \(base.uuid())::uuid and \(reach.bases)")
    guard let found else { throw Refusal.notFound(.base(base.named)) }
    return found
  }

  /// A page of the live bases within reach.
  func bases(_ reach: Reach, _ page: Page) async throws -> NamedList<AdministeredBase> {
    let count = try await db.count("select count(*) from base where \(reach.bases) and base.deleted_at is null")
    let bases: [AdministeredBase] = try await db.rows(
      AdministeredBase.select(
        "select * from base where \(reach.bases) and base.deleted_at is null order by id \(page.limit)",
        order: "order by base.id"))
    return NamedList("dtable_list", bases, count: ("count", count))
  }

  /// A page of the live bases in a person's own workspace.
  func bases(of named: String, _ reach: Reach, _ page: Page) async throws -> NamedList<AdministeredBase> {
    let person = try await Person.find(named, reach, self)
    let own: SQL = "base.workspace_id = \(person.workspace) and base.deleted_at is null"
    let count = try await db.count("select count(*) from base where \(own)")
    let bases: [AdministeredBase] = try await db.rows(
      AdministeredBase.select(
        "select * from base where \(own) order by id \(page.limit)", order: "order by base.id"))
    return NamedList("dtable_list", bases, count: ("count", count))
  }

  /// A page of the trash within reach, what was deleted last first.
  func trash(_ reach: Reach, _ page: Page, name: StaticString) async throws -> NamedList<AdministeredBase> {
    let count = try await db.count("select count(*) from base where \(reach.bases) and base.deleted_at is not null")
    let bases: [AdministeredBase] = try await db.rows(
      AdministeredBase.select(
        """
        select * from base
        where \(reach.bases) and base.deleted_at is not null
        order by deleted_at desc, id desc
        \(page.limit)
        """, order: "order by base.deleted_at desc, base.id desc"))
    return NamedList(name, bases, count: ("count", count))
  }

  /// Puts a base within reach into the trash.
  func delete(_ base: NamedBaseUUID, _ reach: Reach, by caller: SignedIn) async throws {
    let uuid = try base.uuid()
    let count = try await change(by: caller) {
      try await $0.run(
        """
        update base set deleted_at = now(), modifier_id = \(caller.account)
        where uuid = \(uuid)::uuid and \(reach.bases) and deleted_at is null
        """)
    }
    guard count == 1 else { throw Refusal.notFound(.base(base.named)) }
  }
}
