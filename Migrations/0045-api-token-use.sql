-- What changes each minute that a token is used is apart from the token, in narrow rows of which no index changes with it:
-- an update stays in its page (HOT), and writes to no index.
--
-- The columns last_used_at, use_count, last_client and last_addresses of api_token are no longer read. Copies of the
-- earlier version still write them; the trigger b_use_earlier adds that here. They go, with that trigger and
-- api_token_use_index, when no such copy is left.

lock table api_token in share row exclusive mode;

create table api_token_use (
  token_id       bigint not null,
  team_id        bigint,
  created_at     timestamptz not null,
  last_used_at   timestamptz,
  use_count      bigint not null default 0,
  -- When it was last used, or made if it never was, to ten minutes: what the index has, and so changes seldom.
  seen_around    timestamptz not null generated always as
    (date_bin('10 minutes', coalesce(last_used_at, created_at), '2000-01-01 00:00:00+00')) stored,
  last_client    text check (char_length(last_client) <= 255),
  last_addresses inet[] not null default '{}'                 -- five at most, the last first
) with (fillfactor = 45);                                     -- room for a page's rows to change without leaving it

comment on table api_token_use is
  'When, how often and from where each API token was used; team_id and created_at are its token''s, team_id only as long as '
  'the token is live. Not audited: it is counted, and not worth an entry.';

insert into api_token_use (token_id, team_id, created_at, last_used_at, use_count, last_client, last_addresses)
select id, case when revoked_at is null then team_id end, created_at, last_used_at, use_count, last_client, last_addresses
from api_token order by id;

alter table api_token_use
  add primary key (token_id),
  add foreign key (token_id) references api_token on delete cascade;

create index api_token_use_team_index on api_token_use (team_id, seen_around) where team_id is not null;

-- Each token has its row from the beginning, so that a use is an update and nothing else.
create function use_new_api_tokens() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  insert into api_token_use (token_id, team_id, created_at, last_used_at, use_count, last_client, last_addresses)
  select id, case when revoked_at is null then team_id end, created_at, last_used_at, use_count, last_client,
         last_addresses
  from added;
  return null;
end $$;

create trigger b_use_new after insert on api_token referencing new table as added
for each statement execute function use_new_api_tokens();

create function use_moved_api_token() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  update api_token_use
  set team_id = case when new.revoked_at is null then new.team_id end, created_at = new.created_at
  where token_id = new.id;
  return null;
end $$;

create trigger b_use_moved after update of team_id, revoked_at, created_at on api_token for each row
when (
  old.team_id is distinct from new.team_id or (old.revoked_at is null) <> (new.revoked_at is null)
  or old.created_at <> new.created_at
) execute function use_moved_api_token();

create function use_earlier_api_token() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  update api_token_use as own
  set last_used_at = greatest(own.last_used_at, new.last_used_at),
      use_count = own.use_count + new.use_count - old.use_count,
      last_client = coalesce(new.last_client, own.last_client),
      last_addresses = array(
        select address
        from unnest(new.last_addresses || own.last_addresses) with ordinality as seen (address, place)
        group by address order by min(place) limit 5)
  where own.token_id = new.id;
  return null;
end $$;

create trigger b_use_earlier after update of last_used_at, use_count, last_client, last_addresses on api_token for each row
when (
  (old.last_used_at, old.use_count, old.last_client, old.last_addresses)
  is distinct from (new.last_used_at, new.use_count, new.last_client, new.last_addresses)
) execute function use_earlier_api_token();

create or replace function serving_rights(relation text, kind "char") returns text[] language sql immutable as $$
  select case
    when kind = 'v' then '{SELECT}'
    when relation in (
      'schema_migration', 'audit_log', 'audit_chain', 'audit_operation', 'audit_change', 'login_tally', 'api_token_tally'
    ) then '{SELECT}'
    when relation = 'login_log' then '{SELECT,INSERT}'
    when relation = 'api_token_use' then '{SELECT,UPDATE}'
    when relation in ('data_operation', 'data_content_piece', 'file_link') then '{SELECT,INSERT,DELETE}'
    when relation in (
      'account', 'workspace', 'installation', 'seed', 'signing_key', 'job', 'audit_shipment'
    ) then '{SELECT,INSERT,UPDATE}'
    else '{SELECT,INSERT,UPDATE,DELETE}'
  end::text[]
$$;
