-- What clients' SQL reads, as the migrations have it: each of these views shows the one base that the transaction names. Run
-- it as the owner of the tables where a backup of a database that was spread was restored and is to stay on one server.
\set ON_ERROR_STOP on

create or replace view queried_row as
select base_id, table_key, id, position, created_at, modified_at, creator, modifier, locked_by, cells
from data_row where base_id = nullif(current_setting('basekeeper.base', true), '')::bigint;

create or replace view queried_link as
select base_id, link_id, a, b, position
from data_link where base_id = nullif(current_setting('basekeeper.base', true), '')::bigint;

create or replace view queried_base as
select base_id, version
from data_base where base_id = nullif(current_setting('basekeeper.base', true), '')::bigint;
