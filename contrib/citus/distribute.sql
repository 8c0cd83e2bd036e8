-- Spreads what bases hold over the workers of a Citus cluster, base by base. People, bases and tokens stay on the
-- coordinator. docs/scale.md says when this helps, what must be there first, and what changes. Run it on the coordinator,
-- as the role that owns the tables, while no copy of the service runs, and again after each upgrade and each restore:
--
--   psql -f contrib/citus/distribute.sql "$DATABASE_OWNER_URL"
--
-- What is spread already stays as it is.
\set ON_ERROR_STOP on
set statement_timeout = 0;
set lock_timeout = '5s';

begin;

-- The functions of clients' SQL, which run on the workers. Those that were made after the extension are there already.
select create_distributed_function(routine.oid::regprocedure)
from pg_proc as routine
where pronamespace = 'public'::regnamespace and starts_with(proname, 'bk_') and not exists (
  select from pg_dist_object where classid = 'pg_proc'::regclass and objid = routine.oid)
order by routine.oid;

-- All that a base holds is on one worker, so that each statement is one task there.
select create_distributed_table('data_base', 'base_id')
where not exists (select from pg_dist_partition where logicalrelid = 'data_base'::regclass);

select create_distributed_table(relation.oid::regclass, 'base_id', colocate_with => 'data_base')
from pg_class as relation
where relnamespace = 'public'::regnamespace and relkind = 'r' and starts_with(relname, 'data_')
  and relname <> 'data_base'
  and not exists (select from pg_dist_partition where logicalrelid = relation.oid)
order by relname;

-- What one transaction writes together with the tables above. Citus commits such a transaction in two phases if it knows
-- all of its tables, or if it copies rows to a worker; else a crash may leave the one part without the other. The audit log
-- stays unknown to Citus, which would give it another row type than `audit verify` expects: it is written together with
-- an operation, which is copied.
select citus_add_local_table_to_metadata('idempotent_answer', cascade_via_foreign_keys => true)
where not exists (select from pg_dist_partition where logicalrelid = 'idempotent_answer'::regclass);

-- What clients' SQL reads. The setting by which these views show one base alone does not reach the workers. Each statement
-- says its base by itself, as before; the views no longer say it again.
create or replace view queried_row as
select base_id, table_key, id, position, created_at, modified_at, creator, modifier, locked_by, cells from data_row;

create or replace view queried_link as
select base_id, link_id, a, b, position from data_link;

create or replace view queried_base as
select base_id, version from data_base;

commit;

-- The coordinator's own copies of what is on the workers now.
select truncate_local_data_after_distributing_table(logicalrelid)
from pg_dist_partition
where partmethod = 'h' and starts_with(logicalrelid::text, 'data_')
order by logicalrelid::text;

select logicalrelid as on_the_workers from pg_dist_partition where partmethod = 'h' order by logicalrelid::text;
