-- Who changed what. The database writes the log itself, in the transaction of the change, so that nothing can be changed
-- without an entry; the service says who acts by the setting basekeeper.actor: {"account", "address", "request"}.

create table audit_log (
  id            bigint primary key,
  chain         bigint not null,       -- the team, or 0 for what belongs to none
  number        bigint not null,       -- the place in the chain, from 1
  at            timestamptz not null default now(),
  actor_id      bigint,                -- an account; null: the service itself, or somebody at the database
  address       text,
  request_id    text,
  kind          text not null check (kind in ('team', 'user', 'group', 'base', 'token')),
  operation     text not null,
  target_id     bigint not null,       -- of the kind's table
  subject_id    bigint,                -- the account that was put into a group, or out of it
  detail        jsonb not null,        -- the target, as a person would recognise it
  was           jsonb,                 -- what the change has changed
  became        jsonb,
  previous_hash bytea not null,        -- of the entry before it in the chain
  hash          bytea not null,        -- SHA-256 of previous_hash and of all of the above but id, see audit_content
  constraint audit_log_place_key unique (chain, number)
);

create sequence audit_log_id owned by audit_log.id;  -- drawn under the lock on the chain, so that it follows number
create index audit_log_kind_index on audit_log (chain, kind, number);
create index audit_log_time_index on audit_log (at);
create index audit_log_member_index on audit_log (chain, number) where subject_id is not null;
create index audit_log_all_members_index on audit_log (id) where subject_id is not null;

-- The head of each chain; its lock puts the entries of a team in a row.
create table audit_chain (
  chain  bigint primary key,
  number bigint not null,
  hash   bytea not null
);

-- What an entry's hash is taken of. `basekeeper audit verify` has this expression, too, and does not trust this one.
create function audit_content(entry audit_log) returns text language sql stable as $$
  select jsonb_build_array(
    entry.chain, entry.number, (extract(epoch from entry.at) * 1000000)::bigint, entry.actor_id, entry.address,
    entry.request_id, entry.kind, entry.operation, entry.target_id, entry.subject_id, entry.detail, entry.was,
    entry.became)::text
$$;

create function chain_audit_entry() returns trigger language plpgsql as $$
declare
  head audit_chain;
begin
  insert into audit_chain (chain, number, hash) values (new.chain, 0, '') on conflict (chain) do nothing;
  select * into head from audit_chain where chain = new.chain for update;
  new.id := nextval('audit_log_id');
  new.number := head.number + 1;
  new.previous_hash := head.hash;
  new.hash := sha256(new.previous_hash || convert_to(audit_content(new), 'UTF8'));
  update audit_chain set number = new.number, hash = new.hash where chain = new.chain;
  return new;
end $$;

create trigger chain before insert on audit_log for each row execute function chain_audit_entry();

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% takes no %', tg_table_name, lower(tg_op) using errcode = 'insufficient_privilege';
end $$;

create trigger refuse_change before update or delete or truncate on audit_log
for each statement execute function refuse_change();
create trigger refuse_change before delete or truncate on audit_chain
for each statement execute function refuse_change();

-- MARK: Entries

-- Writes an entry for a row that was made (`was` is null), deleted (`became` is null) or changed: of that, what differs.
create function audit(
  team bigint, kind text, operation text, target bigint, detail jsonb, was jsonb, became jsonb,
  subject bigint default null
) returns void language plpgsql as $$
declare
  actor jsonb := coalesce(nullif(current_setting('basekeeper.actor', true), ''), '{}');
  whole jsonb := was;
begin
  if was is not null and became is not null then
    was := (select jsonb_object_agg(key, value) from jsonb_each(was) where value is distinct from became -> key);
    became := (select jsonb_object_agg(key, value) from jsonb_each(became) where value is distinct from whole -> key);
  end if;
  insert into audit_log (
    chain, actor_id, address, request_id, kind, operation, target_id, subject_id, detail, was, became, number,
    previous_hash, hash)
  values (
    coalesce(team, 0), (actor ->> 'account')::bigint, actor ->> 'address', actor ->> 'request', kind, operation,
    target, subject, detail, was, became, 0, '', '');
end $$;

create function user_id(uid text) returns text language sql immutable as $$ select uid || '@auth.local' $$;

-- Teams

create function audit_team() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    perform audit(new.id, 'team', 'team_add', new.id, jsonb_build_object('id', new.id, 'name', new.name), null,
      to_jsonb(new));
  elsif tg_op = 'DELETE' then
    perform audit(old.id, 'team', 'team_delete', old.id, jsonb_build_object('id', old.id, 'name', old.name),
      to_jsonb(old), null);
  else
    perform audit(new.id, 'team', case when new.name <> old.name then 'team_rename' else 'team_update' end, new.id,
      jsonb_build_object('id', new.id, 'name', new.name), to_jsonb(old), to_jsonb(new));
  end if;
  return null;
end $$;

create trigger b_audit_made_or_deleted after insert or delete on team for each row execute function audit_team();
create trigger b_audit_changed after update on team
for each row when (old.* is distinct from new.*) execute function audit_team();

-- Accounts

create function audited(account) returns jsonb language sql immutable as $$
  select jsonb_build_object(
    'team_id', $1.team_id, 'contact_email', $1.email, 'login_id', $1.login_id, 'name', $1.name, 'unit', $1.unit,
    'id_in_org', $1.id_in_org, 'role', $1.role, 'admin_role', $1.admin_role, 'quota_total', $1.quota_total,
    'forces_2fa', $1.forces_2fa, 'is_team_admin', $1.is_team_admin, 'is_system_admin', $1.is_system_admin,
    'is_active', $1.is_active, 'is_deleted', $1.deleted_at is not null)
$$;

create function audit_account() returns trigger language plpgsql as $$
declare
  detail jsonb := jsonb_build_object(
    'id', new.id, 'email', new.email, 'username', user_id(new.uid), 'nickname', new.name);
begin
  if tg_op = 'INSERT' then
    perform audit(new.team_id, 'user', 'user_add', new.id, detail, null, audited(new));
    return null;
  end if;
  -- Who leaves a team because it is deleted: that entry says it for all.
  if new.team_id is null and old.team_id is not null and not exists (select from team where id = old.team_id) then
    return null;
  end if;
  perform audit(coalesce(new.team_id, old.team_id), 'user',
    case
    when new.deleted_at is not null and old.deleted_at is null then 'user_delete'
    when new.team_id is distinct from old.team_id then
      case when new.team_id is null then 'team_user_remove' else 'team_user_add' end
    when new.is_active <> old.is_active then case when new.is_active then 'user_activate' else 'user_deactivate' end
    when new.is_team_admin <> old.is_team_admin then
      case when new.is_team_admin then 'team_admin_add' else 'team_admin_remove' end
    when new.is_system_admin <> old.is_system_admin then
      case when new.is_system_admin then 'system_admin_add' else 'system_admin_remove' end
    when new.password_hash is distinct from old.password_hash then 'user_password_set'
    else 'user_update'
    end, new.id, detail, audited(old), audited(new));
  return null;
end $$;

create trigger b_audit_made after insert on account for each row execute function audit_account();
create trigger b_audit_changed after update on account
for each row when (
  audited(old) is distinct from audited(new) or old.password_hash is distinct from new.password_hash
) execute function audit_account();

-- Groups and their members

create function group_detail(user_group) returns jsonb language sql stable as $$
  select jsonb_build_object('id', $1.id, 'name', $1.name, 'owner', (
    select user_id(account.uid) from group_member as member join account on account.id = member.account_id
    where member.group_id = $1.id and member.role = 'owner'))
$$;

create function audit_group() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    perform audit(new.team_id, 'group', 'group_create', new.id, group_detail(new), null,
      jsonb_build_object('name', new.name));
  elsif tg_op = 'DELETE' then
    perform audit(old.team_id, 'group', 'group_delete', old.id, group_detail(old),
      jsonb_build_object('name', old.name), null);
  else
    perform audit(new.team_id, 'group', 'group_rename', new.id, group_detail(new),
      jsonb_build_object('name', old.name), jsonb_build_object('name', new.name));
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;

create trigger b_audit_made after insert on user_group for each row execute function audit_group();
create trigger b_audit_deleted before delete on user_group  -- while it has an owner
for each row execute function audit_group();
create trigger b_audit_changed after update on user_group
for each row when (old.name <> new.name) execute function audit_group();

create function audit_group_member() returns trigger language plpgsql as $$
declare
  member group_member := case when tg_op = 'DELETE' then old else new end;
  place user_group;
begin
  select * into place from user_group where id = member.group_id;
  if not found then  -- the group's own entry says it for all
    return null;
  end if;
  perform audit(place.team_id, 'group',
    case
    when tg_op = 'INSERT' then 'group_member_add'
    when tg_op = 'DELETE' then 'group_member_remove'
    when new.role = 'owner' then 'group_transfer'
    else 'group_member_update'
    end, place.id,
    group_detail(place) || jsonb_build_object('member', (
      select user_id(uid) from account where id = member.account_id)),
    case when tg_op <> 'INSERT' then jsonb_build_object('role', old.role) end,
    case when tg_op <> 'DELETE' then jsonb_build_object('role', new.role) end, member.account_id);
  return null;
end $$;

create trigger b_audit_made_or_deleted after insert or delete on group_member
for each row execute function audit_group_member();
create trigger b_audit_changed after update on group_member
for each row when (old.role <> new.role) execute function audit_group_member();

-- Bases

create function audited(base) returns jsonb language sql immutable as $$
  select jsonb_build_object(
    'name', $1.name, 'workspace_id', $1.workspace_id, 'color', $1.color, 'icon', $1.icon,
    'is_deleted', $1.deleted_at is not null)
$$;

create function audit_base() returns trigger language plpgsql as $$
declare
  base base := case when tg_op = 'DELETE' then old else new end;
  of_group bigint := (select group_id from workspace where id = base.workspace_id);
begin
  perform audit(base.team_id, 'base',
    case when of_group is null then 'base_' else 'group_base_' end
    || case
    when tg_op = 'INSERT' then 'create'
    when tg_op = 'DELETE' then 'clear'
    when new.deleted_at is not null and old.deleted_at is null then 'delete'
    when new.deleted_at is null and old.deleted_at is not null then 'restore'
    when new.name <> old.name then 'rename'
    else 'update'
    end, base.id,
    jsonb_build_object('id', base.id, 'uuid', base.uuid, 'name', base.name, 'workspace_id', base.workspace_id,
      'group_id', of_group),
    case when tg_op <> 'INSERT' then audited(old) end, case when tg_op <> 'DELETE' then audited(new) end);
  return null;
end $$;

create trigger b_audit_made_or_deleted after insert or delete on base for each row execute function audit_base();
create trigger b_audit_changed after update on base
for each row when (
  (old.name, old.workspace_id, old.color, old.icon, old.deleted_at)
  is distinct from (new.name, new.workspace_id, new.color, new.icon, new.deleted_at)
) execute function audit_base();

-- API tokens. A deleted one that is shown again is noted, once a minute at most.

alter table api_token add column refused_at timestamptz;

create function audited(api_token) returns jsonb language sql immutable as $$
  select jsonb_build_object(
    'app_name', $1.app_name, 'permission', $1.permission, 'hint', $1.hint, 'is_deleted', $1.revoked_at is not null)
$$;

create function audit_api_token() returns trigger language plpgsql as $$
declare
  place base;
begin
  select * into place from base where id = new.base_id;
  perform audit(new.team_id, 'token',
    'api_token_' || case
    when tg_op = 'INSERT' then 'create'
    when new.refused_at is distinct from old.refused_at then 'refuse'
    when new.revoked_at is not null and old.revoked_at is null then 'delete'
    when new.hash <> old.hash then 'rotate'
    else 'update'
    end, new.id,
    jsonb_build_object('id', new.id, 'name', new.app_name, 'permission', new.permission, 'base', place.name,
      'base_uuid', place.uuid),
    case when tg_op = 'UPDATE' then audited(old) end, audited(new));
  return null;
end $$;

create trigger b_audit_made after insert on api_token for each row execute function audit_api_token();
create trigger b_audit_changed after update on api_token
for each row when (
  (old.app_name, old.permission, old.hash, old.revoked_at, old.refused_at)
  is distinct from (new.app_name, new.permission, new.hash, new.revoked_at, new.refused_at)
) execute function audit_api_token();

-- MARK: Logins

create table login_log (
  id         bigint generated always as identity primary key,
  at         timestamptz not null default now(),
  account_id bigint references account,      -- null: nobody has that name
  team_id    bigint not null,                -- his team then, or 0
  address    text not null,
  succeeded  boolean not null
);

create index login_log_account_index on login_log (account_id, at, id);
create index login_log_team_index on login_log (team_id, at, id);
create index login_log_time_index on login_log (at, id);

-- How many logins each team has: too many to be counted for every page of a list.
create table login_tally (
  team_id bigint primary key,
  logins  bigint not null
);

create function tally_logins() returns trigger language plpgsql as $$
begin
  insert into login_tally as tally (team_id, logins)
  select team_id, count(*) from added group by team_id order by team_id
  on conflict (team_id) do update set logins = tally.logins + excluded.logins;
  return null;
end $$;

create trigger tally after insert on login_log
referencing new table as added for each statement execute function tally_logins();
