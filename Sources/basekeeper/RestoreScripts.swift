/// The SQL that `restore --replace` runs before it restores the backup.
enum RestoreScripts {
  /// Fails if another session uses the database, except those by which Citus's servers talk to each other. Runs after
  /// everything was dropped: later sessions wait, and find the new data.
  static let alone = """
    do $alone$
    begin
      if exists (
        select from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()
          and coalesce(backend_type, 'client backend') = 'client backend'
          and not starts_with(coalesce(application_name, ''), 'citus_internal gpid=')
      ) then
        raise exception 'the database is in use: stop all copies of the service first';
      end if;
    end $alone$;
    """

  /// Drops everything in the schema, from any version, except the objects of extensions. The schema itself stays: it
  /// may belong to another role.
  static let emptying = """
    do $emptying$
    declare script text;
    begin
      with thing (class, oid, command) as (
        select 'pg_class'::regclass, oid, format('drop %s if exists public.%I cascade',
               case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
                            when 'f' then 'foreign table' else 'table' end, relname)
        from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S', 'f')
        union all
        select 'pg_proc'::regclass, oid,
               format('drop routine if exists public.%I(%s) cascade', proname, pg_get_function_identity_arguments(oid))
        from pg_proc where pronamespace = 'public'::regnamespace
        union all
        select 'pg_type'::regclass, oid, format('drop type if exists public.%I cascade', typname)
        from pg_type where typnamespace = 'public'::regnamespace
          and (typtype in ('e', 'd') or exists (select from pg_class where oid = typrelid and relkind = 'c'))
      )
      select string_agg(command, ';') into script from thing
      where not exists (
        select from pg_depend where classid = class and objid = thing.oid and deptype in ('e', 'i'));
      execute coalesce(script, '');
    end $emptying$;
    """
}
