-- Brings what bases hold back to the coordinator: the undoing of distribute.sql. Run it in the same way. It needs all
-- workers, and room for all rows on the coordinator. Then run `basekeeper migrate`, which gives the roles their rights.
\set ON_ERROR_STOP on
set statement_timeout = 0;
set lock_timeout = '5s';

begin;

select undistribute_table(logicalrelid)
from pg_dist_partition
where partmethod = 'h' and starts_with(logicalrelid::text, 'data_')
order by logicalrelid::text;

select undistribute_table('idempotent_answer', cascade_via_foreign_keys => true)
where exists (select from pg_dist_partition where logicalrelid = 'idempotent_answer'::regclass);

\ir views-of-one-base.sql

commit;
