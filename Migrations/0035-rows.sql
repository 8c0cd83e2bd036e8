-- What a base holds: tables, rows, links, and what was done to them. A base without a row in data_base holds what a new
-- one does. Its rows are made when it is first changed, so that bases of the version before need nothing.
--
-- Each key begins with base_id, and each statement says base_id for each of these tables, so that they can be spread
-- over several servers by it. So they have no triggers, and no keys that refer to others: what a base that is gone has
-- left is deleted by a job.

create table data_base (
  base_id  bigint primary key,
  version  bigint not null default 1,
  settings jsonb not null default '{}'
);

comment on table data_base is
  'What a base holds as a whole. Not audited: a version counts; the changes that it counts have entries of their own.';
comment on column data_base.version is 'Counts the changes of tables, columns and views.';

create table data_table (
  base_id       bigint not null,
  key           text collate "C" not null check (key ~ '^[A-Za-z0-9]{4}$'),
  name          text not null,
  position      integer not null,
  version       bigint not null,
  columns       jsonb not null,
  views         jsonb not null,
  attributes    jsonb not null default '{}',
  counters      jsonb not null default '{}',
  row_count     bigint not null default 0,
  next_position bigint not null default 1,
  primary key (base_id, key),
  unique (base_id, name)
) with (fillfactor = 70);

comment on table data_table is
  'The tables of bases. Not audited: who changes tables, columns or views writes the entry, since these have no triggers.';
comment on column data_table.version is 'The version of the base in which the table was last changed.';
comment on column data_table.counters is 'The last number of each column that numbers its rows, by the column''s key.';
comment on column data_table.next_position is 'The position of the next new row.';

create table data_row (
  base_id     bigint not null,
  table_key   text collate "C" not null,
  id          uuid not null,
  position    bigint not null,
  created_at  timestamptz not null default now(),
  modified_at timestamptz not null default now(),
  creator     text not null,
  modifier    text not null,
  locked_by   text,
  cells       jsonb not null,
  primary key (base_id, table_key, id)
);
create index data_row_position_index on data_row (base_id, table_key, position);
create index data_row_modified_index on data_row (base_id, table_key, modified_at);

comment on table data_row is
  'The rows of tables. Not audited: there may be very many; data_operation has what was done to them.';
comment on column data_row.cells is 'The cells that are not empty, by the keys of their columns.';
comment on column data_row.creator is 'A person, as the API names them; likewise modifier and locked_by.';

create table data_link (
  base_id  bigint not null,
  link_id  text collate "C" not null,
  a        uuid not null,
  b        uuid not null,
  position bigint not null,
  primary key (base_id, link_id, a, b)
);
create index data_link_back_index on data_link (base_id, link_id, b, a);

comment on table data_link is
  'Pairs of rows of which each has the other in a column. Not audited: there may be very many, as with rows.';

create table data_operation (
  base_id   bigint not null,
  op_id     bigint not null,
  at        timestamptz not null default now(),
  author    text not null,
  app       text,
  op_type   text not null,
  table_key text collate "C",
  row_ids   uuid[] not null default '{}',
  operation jsonb not null,
  primary key (base_id, op_id)
);
create index data_operation_time_index on data_operation (at);

comment on table data_operation is
  'What was done in bases, one row for each request. Not audited: it is a log itself, which its base''s readers may read.';
comment on column data_operation.op_id is 'Microseconds since 1970, or the next free number.';

-- Writes the entry of a table, a column or a view of a base. Who serves may write no other entries by it.
insert into audit_operation (thing, made, changed, deleted) values
  ('base_table', 'base_table_create', 'base_table_update', 'base_table_delete'),
  ('base_column', 'base_column_create', 'base_column_update', 'base_column_delete'),
  ('base_view', 'base_view_create', 'base_view_update', 'base_view_delete');

create function audit_part(base bigint, thing text, event text, detail jsonb, was jsonb, became jsonb)
returns void language sql security definer set search_path = public, pg_temp as $$
  select audit(
    it.team_id, 'base',
    case audit_part.event when 'made' then name.made when 'changed' then name.changed else name.deleted end,
    it.id, base_detail(it) || audit_part.detail, audit_part.was, audit_part.became)
  from base as it
  join audit_operation as name on name.thing = audit_part.thing
  where it.id = audit_part.base and name.thing in ('base_table', 'base_column', 'base_view')
$$;

create or replace function serving_rights(relation text, kind "char") returns text[] language sql immutable as $$
  select case
    when kind = 'v' then '{SELECT}'
    when relation in (
      'schema_migration', 'audit_log', 'audit_chain', 'audit_operation', 'audit_change', 'login_tally', 'api_token_tally'
    ) then '{SELECT}'
    when relation = 'login_log' then '{SELECT,INSERT}'
    when relation = 'data_operation' then '{SELECT,INSERT,DELETE}'
    when relation in (
      'account', 'workspace', 'installation', 'seed', 'signing_key', 'job', 'audit_shipment'
    ) then '{SELECT,INSERT,UPDATE}'
    else '{SELECT,INSERT,UPDATE,DELETE}'
  end::text[]
$$;
