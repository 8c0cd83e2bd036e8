-- What clients' SQL reads: the rows and the links of the one base that its transaction names. Another base's are not
-- there, whatever the statement says. The role that runs such statements may read these two views, and nothing else.

create view queried_row as
select base_id, table_key, id, position, created_at, modified_at, creator, modifier, locked_by, cells
from data_row where base_id = nullif(current_setting('basekeeper.base', true), '')::bigint;

create view queried_link as
select base_id, link_id, a, b, position
from data_link where base_id = nullif(current_setting('basekeeper.base', true), '')::bigint;

create view queried_base as
select base_id, version
from data_base where base_id = nullif(current_setting('basekeeper.base', true), '')::bigint;

comment on view queried_row is 'The rows of the base that basekeeper.base names.';
comment on view queried_link is 'The links of the base that basekeeper.base names.';
comment on view queried_base is 'The version of the base that basekeeper.base names.';

-- Lists may have elements that are null: linked rows that show nothing. These are less than all others.

create or replace function bk_only(list jsonb) returns jsonb language sql immutable parallel safe as $$
  select case when jsonb_array_length(list) = 1 then nullif(list -> 0, 'null') end
$$;

create or replace function bk_sorted_texts(list jsonb) returns text[] language sql immutable parallel safe as $$
  select array_agg(coalesce(bk_element(element), '') order by coalesce(bk_element(element), '') collate "C")
  from jsonb_array_elements(list) as element
$$;

create or replace function bk_sorted_numbers(list jsonb) returns float8[] language sql immutable parallel safe as $$
  select array_agg(
    coalesce(nullif(element, 'null')::float8, '-infinity') order by coalesce(nullif(element, 'null')::float8, '-infinity'))
  from jsonb_array_elements(list) as element
$$;

-- The place 0 stands for all.
create or replace function bk_substitute(value text, old text, new text, which float8) returns text
language sql immutable parallel safe as $$
  select case
    when bk_count(which) = 0 then bk_substitute(value, old, new)
    when bk_count(which) < 1 or length(value) + length(new) > 1000000 then null
    when old = '' or cardinality(parts) <= bk_count(which) then nullif(value, '')
    else nullif(
      array_to_string(parts[1:bk_count(which)], old) || new || array_to_string(parts[bk_count(which) + 1:], old), '')
  end
  from (select string_to_array(value, nullif(old, '')) as parts) as piece
$$;

-- The difference of two dates, of which an empty first one is 1900-01-01; of two empty ones 0.
create function bk_datedif_from(value timestamp, until timestamp, unit text) returns float8
language sql immutable parallel safe as $$
  select case
    when value is null and until is null then 0
    else bk_datedif(coalesce(value, make_timestamp(1900, 1, 1, 0, 0, 0)), until, unit)
  end
$$;

-- Takes from everybody what PostgreSQL gives everybody.
create function keep_public_out() returns void language plpgsql as $$
declare
  command text;
begin
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
end $$;

-- Gives a role what clients' SQL needs, and takes the rest away, as let_serve does for the role that serves. Roles with the
-- rights of the owner are left as they are.
create function let_query(reader name) returns void language plpgsql as $$
declare
  command text;
begin
  if pg_has_role(reader, (select relowner from pg_class where oid = 'account'::regclass), 'member') then
    return;
  end if;
  perform keep_public_out();
  for command in
    select format(
      case when wanted then 'grant %s on %s to %I' else 'revoke %s on %s from %I' end,
      privilege, relation.oid::regclass, reader)
    from pg_class as relation
    cross join unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) as privilege
    cross join lateral (
      select privilege = 'SELECT' and relname in ('queried_row', 'queried_link', 'queried_base')
    ) as own (wanted)
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and pg_has_role(relowner, 'usage')
      and wanted <> has_table_privilege(reader, relation.oid, privilege)
    union all
    select format(
      case when wanted then 'grant execute on function %s to %I' else 'revoke execute on function %s from %I' end,
      routine.oid::regprocedure, reader)
    from pg_proc as routine
    cross join lateral (select starts_with(proname, 'bk_')) as own (wanted)
    where pronamespace = 'public'::regnamespace and pg_has_role(proowner, 'usage')
      and wanted <> has_function_privilege(reader, routine.oid, 'execute')
    union all
    select format('grant usage on schema public to %I', reader)
    where not has_schema_privilege(reader, 'public', 'usage')
    union all
    select format('grant connect on database %I to %I', current_database(), reader)
    where not has_database_privilege(reader, current_database(), 'connect')
  loop
    execute command;
  end loop;
end $$;

-- As before, but that who serves gives no rights to others.
create or replace function let_serve(server name) returns void language plpgsql as $$
declare
  command text;
begin
  if pg_has_role(server, (select relowner from pg_class where oid = 'account'::regclass), 'member') then
    return;
  end if;
  perform keep_public_out();
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
      and proname not in ('audit', 'audit_table', 'let_serve', 'let_query', 'keep_public_out', 'serving_rights')
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
