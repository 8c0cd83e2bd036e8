-- Ways into a base beside its workspace: shares, invite links and external links; and how people keep their bases.

-- MARK: Shares

create table user_share (
  id         bigint generated always as identity primary key,
  base_id    bigint not null references base on delete cascade,
  team_id    bigint,
  account_id bigint not null references account,
  permission text not null check (permission in ('r', 'rw')),
  created_by bigint not null references account,
  created_at timestamptz not null default now(),
  constraint user_share_key unique (base_id, account_id),
  constraint user_share_base_team_fkey foreign key (base_id, team_id) references base (id, team_id) on update cascade
);

create index user_share_account_index on user_share (account_id, base_id);
create index user_share_team_index on user_share (team_id, id);
create index user_share_creator_index on user_share (created_by);

create table group_share (
  id         bigint generated always as identity primary key,
  base_id    bigint not null references base on delete cascade,
  team_id    bigint,
  group_id   bigint not null references user_group on delete cascade,
  permission text not null check (permission in ('r', 'rw')),
  created_by bigint not null references account,
  created_at timestamptz not null default now(),
  constraint group_share_key unique (base_id, group_id),
  constraint group_share_base_team_fkey foreign key (base_id, team_id) references base (id, team_id) on update cascade
);

create index group_share_group_index on group_share (group_id, base_id);
create index group_share_team_index on group_share (team_id, id);
create index group_share_creator_index on group_share (created_by);

-- MARK: Links

-- An external link lets anybody read; an invite link gives its permission to the people who accept it, as long as it
-- lives. A link is named by its handle in lists and paths; what opens it is the handle with 128 random bits behind it.
create table base_link (
  id            bigint generated always as identity primary key,
  kind          text not null check (kind in ('external', 'invite')),
  base_id       bigint not null references base on delete cascade,
  team_id       bigint,
  handle        text not null check (handle <> '' and char_length(handle) <= 100),
  hash          bytea check (octet_length(hash) = 32),  -- SHA-256; null: the handle was chosen, and is all there is
  permission    text not null check (permission in ('r', 'rw')),
  password_hash text,                                   -- argon2id, as a PHC string; null: none is asked for
  view_count    bigint not null default 0,
  created_by    bigint not null references account,
  created_at    timestamptz not null default now(),
  expires_at    timestamptz,                            -- null: never
  constraint base_link_handle_key unique (handle),
  constraint base_link_hash_key unique (hash),
  constraint base_link_base_team_fkey foreign key (base_id, team_id) references base (id, team_id) on update cascade,
  constraint base_link_external_reads check (kind <> 'external' or permission = 'r'),
  constraint base_link_invite_is_secret check (kind <> 'invite' or hash is not null)
);

create index base_link_base_index on base_link (base_id, kind, id);
create index base_link_team_index on base_link (team_id, kind, id);
create index base_link_kind_index on base_link (kind, id);
create index base_link_creator_index on base_link (created_by);

-- Who has accepted an invite link.
create table invite_link_guest (
  link_id     bigint not null references base_link on delete cascade,
  account_id  bigint not null references account,
  accepted_at timestamptz not null default now(),
  primary key (link_id, account_id)
);

create index invite_link_guest_account_index on invite_link_guest (account_id);

-- Makes whoever accepts it a member of the group.
create table group_link (
  id         bigint generated always as identity primary key,
  group_id   bigint not null references user_group on delete cascade,
  handle     text not null,
  hash       bytea not null check (octet_length(hash) = 32),
  created_by bigint not null references account,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  constraint group_link_handle_key unique (handle),
  constraint group_link_hash_key unique (hash)
);

create index group_link_group_index on group_link (group_id, id);
create index group_link_creator_index on group_link (created_by);

-- MARK: Permissions

-- Every way in which somebody comes into a base, live or in the trash. Shares reach the base's own team alone, and people
-- of other teams come in by an invite link as long as the team lets them.
create view base_way (base_id, account_id, permission, source, shared_by, group_id) as
-- Owners of workspaces, and everybody in a group's.
select base.id, workspace.account_id, 'rw', 'workspace', null::bigint, null::bigint
from base
join workspace on workspace.id = base.workspace_id
where workspace.account_id is not null
union all
select base.id, member.account_id, 'rw', 'group', null, member.group_id
from base
join workspace on workspace.id = base.workspace_id
join group_member as member on member.group_id = workspace.group_id
union all
select share.base_id, share.account_id, share.permission, 'user share', share.created_by, null
from user_share as share
join account on account.id = share.account_id and account.team_id is not distinct from share.team_id
union all
select share.base_id, member.account_id, share.permission, 'group share', share.created_by, share.group_id
from group_share as share
join user_group on user_group.id = share.group_id and user_group.team_id is not distinct from share.team_id
join group_member as member on member.group_id = share.group_id
union all
select link.base_id, guest.account_id, link.permission, 'invite link', link.created_by, null
from invite_link_guest as guest
join base_link as link on link.id = guest.link_id
join account on account.id = guest.account_id
left join team on team.id = link.team_id
where (link.expires_at is null or link.expires_at > now())
  and (account.team_id is not distinct from link.team_id or coalesce(team.allows_external_links, true));

-- What everybody may do in every base: the highest of all ways in. Whatever asks for a permission asks here.
create view base_permission as
select base_id, account_id, max(permission) as permission  -- 'rw' sorts behind 'r'
from base_way
group by base_id, account_id;

-- MARK: Order

create table folder (
  id           bigint generated always as identity primary key,
  workspace_id bigint not null references workspace on delete cascade,
  name         text not null check (name <> '' and char_length(name) <= 255),
  created_at   timestamptz not null default now(),
  constraint folder_name_key unique (workspace_id, name),
  constraint folder_workspace_key unique (id, workspace_id)
);

-- A base lies in a folder of its own workspace, or in none.
alter table base
  add column folder_id bigint,
  add constraint base_folder_fkey foreign key (folder_id, workspace_id) references folder (id, workspace_id);

create index base_folder_index on base (folder_id) where folder_id is not null;

create table favorite (
  account_id bigint not null references account,
  base_id    bigint not null references base on delete cascade,
  added_at   timestamptz not null default now(),
  primary key (account_id, base_id)
);

create index favorite_base_index on favorite (base_id);

-- The groups of a team have names of their own; of those that had the same, the younger ones get the first number behind
-- it that makes a name which no other group has.
do $$
declare
  twin user_group;
begin
  for twin in
    select * from user_group as younger
    where team_id is not null and exists (
      select from user_group as elder
      where elder.team_id = younger.team_id and elder.name = younger.name and elder.id < younger.id)
    order by id
  loop
    update user_group set name = (
      select candidate.name
      from generate_series(2, 1000000) as number
      cross join lateral (select left(twin.name, 240) || ' ' || number) as candidate (name)
      where not exists (
        select from user_group as taken where taken.team_id = twin.team_id and taken.name = candidate.name)
      order by number
      limit 1
    ) where id = twin.id;
  end loop;
end $$;
create unique index user_group_name_key on user_group (team_id, name) where team_id is not null;

-- MARK: Guessing

-- How often a secret that people choose was guessed wrong, by what it was for and from where it came. The keys are
-- hashes, so that the table names nobody.
create table failed_attempt (
  key      bytea primary key,
  failures integer not null,
  last_at  timestamptz not null,
  next_at  timestamptz not null  -- before this, nothing is tried
);

create index failed_attempt_age_index on failed_attempt (last_at);

-- From where somebody has got in, so that strangers who guess elsewhere cannot keep him out.
create table familiar_place (
  key     bytea primary key,
  seen_at timestamptz not null
);

create index familiar_place_age_index on familiar_place (seen_at);

-- Counts an attempt as a failure of each key before its outcome is known, so that many at once are counted, too; gives
-- the seconds to wait where it is one too many of any key, and counts it for none of them then. After `free` failures each
-- takes twice the time of the one before it, up to `longest` seconds; they are forgotten when nothing has been tried for
-- `memory`.
create function begin_attempt(keys bytea[], free integer[], longest integer[], memory interval[]) returns integer
language plpgsql as $$
declare
  time timestamptz;
  wait interval;
begin
  -- In one order, so that nobody waits for each other.
  insert into failed_attempt (key, failures, last_at, next_at)
  select key, 0, now(), now() from unnest(keys) as rule (key) order by key
  on conflict do nothing;
  perform from failed_attempt where key = any(keys) order by key for update;
  time := clock_timestamp();
  select max(next_at) - time into wait from failed_attempt where key = any(keys);
  if wait > interval '0' then
    return ceil(extract(epoch from wait));
  end if;
  update failed_attempt as past
  set failures = count.failures, last_at = time,
      next_at = case when count.failures <= rule.free then time
                else time + make_interval(
                  secs => least(power(2, least(count.failures - rule.free - 1, 20)), rule.longest)) end
  from unnest(keys, free, longest, memory) as rule (key, free, longest, memory)
  join failed_attempt as before on before.key = rule.key
  cross join lateral (
    select case when before.last_at < time - rule.memory then 1 else before.failures + 1 end
  ) as count (failures)
  where past.key = rule.key;
  return 0;
end $$;

-- MARK: The audit log

alter table audit_log
  drop constraint audit_log_kind_check,
  add constraint audit_log_kind_check check (kind in ('team', 'user', 'group', 'base', 'token', 'folder'));

create or replace function audited(base) returns jsonb language sql immutable as $$
  select jsonb_build_object(
    'name', $1.name, 'workspace_id', $1.workspace_id, 'folder_id', $1.folder_id, 'color', $1.color, 'icon', $1.icon,
    'is_deleted', $1.deleted_at is not null)
$$;

drop trigger b_audit_changed on base;
create trigger b_audit_changed after update on base
for each row when (
  (old.name, old.workspace_id, old.folder_id, old.color, old.icon, old.deleted_at)
  is distinct from (new.name, new.workspace_id, new.folder_id, new.color, new.icon, new.deleted_at)
) execute function audit_base();

-- Writes an entry for something that belongs to a base; nothing where the base is gone, whose own entry says it for all.
create function audit_of_base(
  base_id bigint, operation text, extra jsonb, was jsonb, became jsonb
) returns void language plpgsql as $$
declare
  place base;
begin
  select * into place from base where id = base_id;
  if found then
    perform audit(place.team_id, 'base', operation, place.id,
      jsonb_build_object('id', place.id, 'uuid', place.uuid, 'name', place.name) || extra, was, became);
  end if;
end $$;

create function change_name(tg_op text) returns text language sql immutable as $$
  select case tg_op when 'INSERT' then 'create' when 'DELETE' then 'delete' else 'update' end
$$;

create function audit_user_share() returns trigger language plpgsql as $$
declare
  share user_share := case when tg_op = 'DELETE' then old else new end;
begin
  perform audit_of_base(share.base_id, 'base_share_' || change_name(tg_op),
    jsonb_build_object('user', (select user_id(uid) from account where id = share.account_id)),
    case when tg_op <> 'INSERT' then jsonb_build_object('permission', old.permission) end,
    case when tg_op <> 'DELETE' then jsonb_build_object('permission', new.permission) end);
  return null;
end $$;

create trigger b_audit_made_or_deleted after insert or delete on user_share
for each row execute function audit_user_share();
create trigger b_audit_changed after update on user_share
for each row when (old.permission <> new.permission) execute function audit_user_share();

create function audit_group_share() returns trigger language plpgsql as $$
declare
  share group_share := case when tg_op = 'DELETE' then old else new end;
begin
  perform audit_of_base(share.base_id, 'base_group_share_' || change_name(tg_op),
    jsonb_build_object('group_id', share.group_id),
    case when tg_op <> 'INSERT' then jsonb_build_object('permission', old.permission) end,
    case when tg_op <> 'DELETE' then jsonb_build_object('permission', new.permission) end);
  return null;
end $$;

create trigger b_audit_made_or_deleted after insert or delete on group_share
for each row execute function audit_group_share();
create trigger b_audit_changed after update on group_share
for each row when (old.permission <> new.permission) execute function audit_group_share();

create function audited(base_link) returns jsonb language sql immutable as $$
  select jsonb_build_object(
    'permission', $1.permission, 'expires_at', extract(epoch from $1.expires_at)::bigint,
    'is_protected', $1.password_hash is not null)
$$;

create function audit_base_link() returns trigger language plpgsql as $$
declare
  link base_link := case when tg_op = 'DELETE' then old else new end;
begin
  perform audit_of_base(link.base_id, 'base_' || link.kind || '_link_' || change_name(tg_op),
    jsonb_build_object('link', link.handle),
    case when tg_op <> 'INSERT' then audited(old) end, case when tg_op <> 'DELETE' then audited(new) end);
  return null;
end $$;

create trigger b_audit_made_or_deleted after insert or delete on base_link
for each row execute function audit_base_link();
create trigger b_audit_changed after update on base_link
for each row when (
  (old.permission, old.expires_at, old.password_hash) is distinct from (new.permission, new.expires_at, new.password_hash)
) execute function audit_base_link();

create function audit_invite_link_guest() returns trigger language plpgsql as $$
declare
  link base_link;
begin
  select * into link from base_link where id = new.link_id;
  perform audit_of_base(link.base_id, 'base_invite_link_accept',
    jsonb_build_object('link', link.handle, 'user', (select user_id(uid) from account where id = new.account_id)),
    null, jsonb_build_object('permission', link.permission));
  return null;
end $$;

create trigger b_audit_made after insert on invite_link_guest
for each row execute function audit_invite_link_guest();

create function audit_group_link() returns trigger language plpgsql as $$
declare
  link group_link := case when tg_op = 'DELETE' then old else new end;
  place user_group;
begin
  select * into place from user_group where id = link.group_id;
  if not found then  -- the group's own entry says it for all
    return null;
  end if;
  perform audit(place.team_id, 'group', 'group_invite_link_' || change_name(tg_op), place.id,
    group_detail(place) || jsonb_build_object('link', link.handle),
    case when tg_op = 'DELETE' then '{}'::jsonb end, case when tg_op = 'INSERT' then '{}'::jsonb end);
  return null;
end $$;

create trigger b_audit_made_or_deleted after insert or delete on group_link
for each row execute function audit_group_link();

create function audit_folder() returns trigger language plpgsql as $$
declare
  folder folder := case when tg_op = 'DELETE' then old else new end;
  place workspace;
begin
  select * into place from workspace where id = folder.workspace_id;
  if not found then  -- its group is gone, whose own entry says it for all
    return null;
  end if;
  perform audit(place.team_id, 'folder', 'folder_' || case tg_op when 'UPDATE' then 'rename' else change_name(tg_op) end,
    folder.id,
    jsonb_build_object('id', folder.id, 'name', folder.name, 'workspace_id', place.id, 'group_id', place.group_id),
    case when tg_op <> 'INSERT' then jsonb_build_object('name', old.name) end,
    case when tg_op <> 'DELETE' then jsonb_build_object('name', new.name) end);
  return null;
end $$;

create trigger b_audit_made_or_deleted after insert or delete on folder
for each row execute function audit_folder();
create trigger b_audit_changed after update on folder
for each row when (old.name <> new.name) execute function audit_folder();
