internal import Postgres

/// The roles of an embedded server. Whoever can reach its socket may log in as any of them; they are separate so that a
/// statement cannot do more than its purpose needs.
public enum ClusterRole: String, CaseIterable, Sendable {
  /// Creates roles and databases.
  case superuser = "basekeeper"
  /// Owns the database and migrates its schema.
  case owner = "basekeeper_owner"
  /// Serves requests, with the rights that `let_serve` grants.
  case service = "basekeeper_service"
  /// Runs clients' SQL, with the rights that `let_query` grants.
  case sql = "basekeeper_sql"

  /// The connection string for the server with this socket directory.
  func conninfo(socketDirectory: String, database: String) -> String {
    let host = socketDirectory.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
    return "host='\(host)' user=\(rawValue) dbname=\(database)"
  }

  /// Creates the roles, and the database with its owner. A server of an earlier version has neither, and its superuser
  /// owns what is in the database.
  static func prepare(_ server: PostgresServer) throws(PostgresError) {
    let session = try ScriptSession(server.conninfo(.superuser, database: "postgres"))
    try session.run(roles)
    do {
      try session.run("create database basekeeper owner basekeeper_owner")
    } catch .statement(sqlstate: "42P04", _, _) {  // duplicate_database
      try session.run("alter database basekeeper owner to basekeeper_owner")
      try ScriptSession(server.conninfo(.superuser, database: "basekeeper")).run(transfer)
    }
  }

  private static let roles = """
    do $roles$
    declare
      missing name;
    begin
      for missing in
        select name from unnest('{basekeeper_owner,basekeeper_service,basekeeper_sql}'::name[]) as own (name)
        where not exists (select from pg_roles where rolname = name)
      loop
        execute format('create role %I login', missing);
        if missing = 'basekeeper_owner' then
          -- The check of a backup restores it into a database of its own.
          alter role basekeeper_owner createdb;
        end if;
      end loop;
      -- What clients' SQL sorts and groups must not fill the disk. Only a superuser may set this.
      if not exists (
        select from pg_db_role_setting where setrole = 'basekeeper_sql'::regrole and setdatabase = 0) then
        alter role basekeeper_sql set temp_file_limit = '512MB';
      end if;
    end $roles$;
    """

  private static let transfer = """
    do $transfer$
    declare
      command text;
    begin
      for command in
        select format('alter %s %s owner to basekeeper_owner',
                 case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' else 'table' end,
                 oid::regclass)
        from pg_class
        where relnamespace = 'public'::regnamespace and relowner <> 'basekeeper_owner'::regrole
          and relkind in ('r', 'p', 'v', 'm', 'S')
          and not exists (  -- a sequence of a column follows its table
            select from pg_depend
            where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype in ('a', 'i', 'e') and relkind = 'S'
              or classid = 'pg_class'::regclass and objid = pg_class.oid and deptype = 'e')
        union all
        select format('alter routine %s owner to basekeeper_owner', oid::regprocedure)
        from pg_proc
        where pronamespace = 'public'::regnamespace and proowner <> 'basekeeper_owner'::regrole
          and not exists (
            select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e')
      loop
        execute command;
      end loop;
    end $transfer$;
    """
}
