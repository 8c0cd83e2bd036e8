-- Files of bases. A file is a name in a base, for a content that was uploaded into that base or into the one that it is a
-- copy of. A content does not change. It may be deleted once no name is left for it.
--
-- As with rows, each key begins with base_id, and each statement says base_id. For contents, that is the base into which
-- they were uploaded, which they may outlive.

create table data_content (
  base_id  bigint not null,
  id       uuid not null,
  size     bigint not null,
  digest   bytea check (octet_length(digest) = 32),
  loose_at timestamptz default now(),
  primary key (base_id, id)
);
create index data_content_loose_index on data_content (loose_at) where loose_at is not null;
create index data_content_unfinished_index on data_content (base_id) where digest is null;

comment on table data_content is
  'What files contain. Not audited: there may be very many; the names of files have entries, which who writes them makes.';
comment on column data_content.size is 'Bytes; while it is being uploaded, as many as are kept free for it.';
comment on column data_content.digest is 'The SHA-256; null while it is being uploaded.';
comment on column data_content.loose_at is
  'Since when there may be no name for it, or when the upload last went on; null: there is a name.';

create table data_content_piece (
  base_id    bigint not null,
  content_id uuid not null,
  start      bigint not null,
  bytes      bytea not null,
  primary key (base_id, content_id, start)
);
-- Most files are compressed already.
alter table data_content_piece alter column bytes set storage external;

comment on table data_content_piece is 'The bytes of contents. Not audited: like data_content, of which they are a part.';
comment on column data_content_piece.start is 'How many bytes of the content come before these.';

create table data_file (
  base_id     bigint not null,
  id          uuid not null,
  folder      text collate "C" not null,
  name        text collate "C" not null,
  home_id     bigint not null,
  content_id  uuid not null,
  size        bigint not null,
  digest      bytea not null,
  uploaded_at timestamptz not null default now(),
  named_at    timestamptz not null default now(),
  primary key (base_id, id),
  unique (base_id, folder, name)
);
create index data_file_content_index on data_file (content_id);

comment on table data_file is
  'The files of bases. Not audited: who uploads or deletes one writes the entry, since these tables have no triggers.';
comment on column data_file.folder is 'files/2026-11, images/2026-11, or custom/ and the path of a custom folder.';
comment on column data_file.home_id is 'The base_id of the content.';
comment on column data_file.named_at is 'When a cell of the base was last seen to name it.';

alter table data_base add column file_bytes bigint not null default 0;
alter table data_base add column files_seen_at timestamptz;

comment on column data_base.file_bytes is 'The sizes of its files together.';
comment on column data_base.files_seen_at is 'When its cells were last searched for the names of files.';

-- Links for uploading and downloading, each made with an API token or a temporary one, and no better than that.
create table file_link (
  hash               bytea primary key check (octet_length(hash) = 32),
  is_upload          boolean not null,
  base_id            bigint not null references base on delete cascade,
  folder             text,
  name               text,
  token_id           bigint references api_token on delete cascade,
  token_generation   bigint,
  account_id         bigint references account on delete cascade,
  account_generation text,
  account_token_id   bigint,
  expires_at         timestamptz not null,
  check ((token_id is null) <> (account_id is null)),
  check (is_upload = (name is null))
);
create index file_link_base_index on file_link (base_id);
create index file_link_token_index on file_link (token_id) where token_id is not null;
create index file_link_account_index on file_link (account_id) where account_id is not null;
create index file_link_expiry_index on file_link (expires_at);

comment on table file_link is
  'Links by which one uploads into a base or downloads a file. Not audited: they last hours at most, and a program makes one '
  'for each file.';
comment on column file_link.folder is 'That of the file; of an upload, the custom folder, or null: the usual ones.';

insert into audit_operation (thing, made, changed, deleted) values
  ('base_file', 'base_file_create', 'base_file_update', 'base_file_delete');

create or replace function audit_part(base bigint, thing text, event text, detail jsonb, was jsonb, became jsonb)
returns void language sql security definer set search_path = public, pg_temp as $$
  select audit(
    it.team_id, 'base',
    case audit_part.event when 'made' then name.made when 'changed' then name.changed else name.deleted end,
    it.id, base_detail(it) || audit_part.detail, audit_part.was, audit_part.became)
  from base as it
  join audit_operation as name on name.thing = audit_part.thing
  where it.id = audit_part.base and name.thing in ('base_table', 'base_column', 'base_view', 'base_file')
$$;
