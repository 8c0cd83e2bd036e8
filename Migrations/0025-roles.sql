-- The role that owns the schema makes and migrates it; the role that serves may do what let_serve() grants, and no more.

-- The log and the tallies are written by triggers alone: with their owner's rights, since who serves has none to do so.
alter function audit_row() security definer set search_path = public, pg_temp;
alter function tally_logins() security definer set search_path = public, pg_temp;
alter function tally_new_api_tokens() security definer set search_path = public, pg_temp;
alter function tally_changed_api_tokens() security definer set search_path = public, pg_temp;
alter function tally_deleted_api_tokens() security definer set search_path = public, pg_temp;
alter function use_recovery_code(bigint, bytea) security definer set search_path = public, pg_temp;

-- What a role that serves may do with a table or view of ours.
create function serving_rights(relation text, kind "char") returns text[] language sql immutable as $$
  select case
    when kind = 'v' then '{SELECT}'
    when relation in (
      'schema_migration', 'audit_log', 'audit_chain', 'audit_operation', 'audit_change', 'login_tally', 'api_token_tally'
    ) then '{SELECT}'
    when relation = 'login_log' then '{SELECT,INSERT}'
    when relation in ('account', 'workspace', 'installation', 'seed', 'signing_key', 'job') then '{SELECT,INSERT,UPDATE}'
    else '{SELECT,INSERT,UPDATE,DELETE}'
  end::text[]
$$;

-- Gives a role what it needs to serve, and takes the rest away. It is run after migrations, and changes nothing if nothing
-- is to be changed. Whoever has the owner's rights is left as it is.
create function let_serve(server name) returns void language plpgsql as $$
declare
  command text;
begin
  if pg_has_role(server, (select relowner from pg_class where oid = 'account'::regclass), 'member') then
    return;
  end if;
  for command in
    -- Functions may be called by everybody when they are made.
    select format('revoke execute on function %s from public', routine.oid::regprocedure)
    from pg_proc as routine
    where pronamespace = 'public'::regnamespace and pg_has_role(proowner, 'usage')
      and has_function_privilege('public', routine.oid, 'execute')
    union all
    select format('revoke create on schema public from public')
    from pg_namespace
    where nspname = 'public' and pg_has_role(nspowner, 'usage') and has_schema_privilege('public', oid, 'create')
    union all
    -- Nothing can stand before the schema's own names.
    select format('revoke temporary on database %I from public', datname)
    from pg_database
    where datname = current_database() and pg_has_role(datdba, 'usage')
      and has_database_privilege('public', oid, 'temporary')
  loop
    execute command;
  end loop;
  for command in
    select format(
      case when wanted then 'grant %s on %s to %I' else 'revoke %s on %s from %I' end,
      privilege, relation.oid::regclass, server)
    from pg_class as relation
    cross join unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) as privilege
    cross join lateral (select privilege = any(serving_rights(relname, relkind))) as own (wanted)
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and pg_has_role(relowner, 'usage')
      and wanted <> has_table_privilege(server, relation.oid, privilege)
    union all
    select format('grant execute on function %s to %I', routine.oid::regprocedure, server)
    from pg_proc as routine
    where pronamespace = 'public'::regnamespace and pg_has_role(proowner, 'usage') and prorettype <> 'trigger'::regtype
      and proname not in ('audit', 'audit_table', 'let_serve', 'serving_rights')
      and not has_function_privilege(server, routine.oid, 'execute')
    union all
    select format('grant usage on schema public to %I', server)
    where not has_schema_privilege(server, 'public', 'usage')
    union all
    select format('grant connect on database %I to %I', current_database(), server)
    where not has_database_privilege(server, current_database(), 'connect')
  loop
    execute command;
  end loop;
end $$;
