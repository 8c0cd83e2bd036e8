-- One trigger writes the audit log for all tables. It takes rows as they are: a column that is added later is in the
-- log without anything being declared again, and without its value if its name says that it is a secret.
--
-- Four things make a table audited:
--   audit_operation  names its changes; audit_change those of single columns
--   audited(row)     is what entries show of a row: all of it, except what they say in other words
--   audit_place(…)   says in whose log an entry stands and what it is about; no row: there is none
--   audit_table(…)   makes the triggers, and knows which columns are not worth an entry
-- A table that is not audited says why in its comment.

-- All at once, in the order in which the service takes them: what refers to others before these.
lock table retired_secret, api_token, account_token, revoked_base_token, invite_link_guest, base_link, group_link,
  user_share, group_share, folder, base, group_member, user_group, team_invitation, account, team
in access exclusive mode;

-- MARK: Operations

-- What it is called that a thing is made, changed or deleted.
create table audit_operation (
  thing   text primary key,
  made    text,
  changed text not null,
  deleted text
);

insert into audit_operation (thing, made, changed, deleted) values
  ('team', 'team_add', 'team_update', 'team_delete'),
  ('team_invitation', 'team_invitation_create', 'team_invitation_update', 'team_invitation_delete'),
  ('user', 'user_add', 'user_update', null),
  ('account_token', 'account_token_create', 'account_token_update', 'account_token_delete'),
  ('group', 'group_create', 'group_update', 'group_delete'),
  ('group_member', 'group_member_add', 'group_member_update', 'group_member_remove'),
  ('group_owner', 'group_transfer', 'group_transfer', null),
  ('group_invite_link', 'group_invite_link_create', 'group_invite_link_update', 'group_invite_link_delete'),
  ('folder', 'folder_create', 'folder_update', 'folder_delete'),
  ('base', 'base_create', 'base_update', 'base_clear'),
  ('group_base', 'group_base_create', 'group_base_update', 'group_base_clear'),
  ('base_share', 'base_share_create', 'base_share_update', 'base_share_delete'),
  ('base_group_share', 'base_group_share_create', 'base_group_share_update', 'base_group_share_delete'),
  ('base_external_link', 'base_external_link_create', 'base_external_link_update', 'base_external_link_delete'),
  ('base_invite_link', 'base_invite_link_create', 'base_invite_link_update', 'base_invite_link_delete'),
  ('base_invite_link_guest', 'base_invite_link_accept', 'base_invite_link_guest_update', 'base_invite_link_remove'),
  ('base_token', 'base_token_revoke', 'base_token_update', null),
  ('api_token', 'api_token_create', 'api_token_update', null),
  ('retired_secret', null, 'api_token_update', null);

-- Changes of some columns that have a name of their own: the first that fits.
create table audit_change (
  thing       text not null references audit_operation,
  rank        integer not null,
  column_name text not null,  -- fits if this was changed
  becomes     text,           -- to this; 'set': and was null; 'null': and was not; null: to whatever
  operation   text not null,
  primary key (thing, rank)
);

insert into audit_change (thing, rank, column_name, becomes, operation) values
  ('team', 1, 'name', null, 'team_rename'),
  ('user', 1, 'deleted_at', 'set', 'user_delete'),
  ('user', 2, 'team_id', 'null', 'team_user_remove'),
  ('user', 3, 'team_id', null, 'team_user_add'),
  ('user', 4, 'is_active', 'true', 'user_activate'),
  ('user', 5, 'is_active', 'false', 'user_deactivate'),
  ('user', 6, 'is_team_admin', 'true', 'team_admin_add'),
  ('user', 7, 'is_team_admin', 'false', 'team_admin_remove'),
  ('user', 8, 'is_system_admin', 'true', 'system_admin_add'),
  ('user', 9, 'is_system_admin', 'false', 'system_admin_remove'),
  ('user', 10, 'password_hash', null, 'user_password_set'),
  ('group', 1, 'name', null, 'group_rename'),
  ('folder', 1, 'name', null, 'folder_rename'),
  ('base', 1, 'deleted_at', 'set', 'base_delete'),
  ('base', 2, 'deleted_at', 'null', 'base_restore'),
  ('base', 3, 'name', null, 'base_rename'),
  ('group_base', 1, 'deleted_at', 'set', 'group_base_delete'),
  ('group_base', 2, 'deleted_at', 'null', 'group_base_restore'),
  ('group_base', 3, 'name', null, 'group_base_rename'),
  ('api_token', 1, 'refused_at', null, 'api_token_refuse'),
  ('api_token', 2, 'revoked_at', 'set', 'api_token_delete'),
  ('api_token', 3, 'hash', null, 'api_token_rotate'),
  ('retired_secret', 1, 'reused_at', null, 'api_token_reuse');

-- MARK: Entries

-- As before, and says who acts.
create or replace function chain_audit_entry() returns trigger language plpgsql as $$
declare
  actor jsonb := coalesce(nullif(current_setting('basekeeper.actor', true), ''), '{}');
  head audit_chain;
begin
  select * into head from audit_chain where chain = new.chain for update;
  if not found then
    insert into audit_chain (chain, number, hash) values (new.chain, 0, '') on conflict (chain) do nothing;
    select * into head from audit_chain where chain = new.chain for update;
  end if;
  new.actor_id := (actor ->> 'account')::bigint;
  new.address := actor ->> 'address';
  new.request_id := actor ->> 'request';
  new.id := nextval('audit_log_id');
  new.detail := new.detail || jsonb_build_object('entry', new.id);
  new.number := head.number + 1;
  new.previous_hash := head.hash;
  new.hash := sha256(new.previous_hash || convert_to(audit_content(new), 'UTF8'));
  update audit_chain set number = new.number, hash = new.hash where chain = new.chain;
  return new;
end $$;

-- Writes an entry of what is no change of a row.
create or replace function audit(
  team bigint, kind text, operation text, target bigint, detail jsonb, was jsonb, became jsonb,
  subject bigint default null
) returns void language plpgsql as $$
begin
  insert into audit_log (chain, kind, operation, target_id, subject_id, detail, was, became)
  values (coalesce(team, 0), kind, operation, target, subject, detail, was, became);
end $$;

-- Where the entry of a row stands, and what it is about: the form of what audit_place(…) gives. It has no rows. It is
-- a view, and no type, since the version before cannot empty a schema of types when it restores a backup.
create view audit_place as
select
  null::bigint as team,           -- in whose log; null: in that of what belongs to no team
  null::text   as kind,           -- of audit_log
  null::text   as thing,          -- of audit_operation
  null::bigint as target,         -- of the kind's table
  null::bigint as subject,        -- of audit_log
  null::jsonb  as detail,
  null::jsonb  as instead_before, -- what is shown in place of the row's own; null: that
  null::jsonb  as instead_after
where false;

-- Whether the value of a column is left out of the log because of its name. That it was changed is not.
create function is_secret(name text) returns boolean language sql immutable parallel safe as $$
  select name like any ('{%hash%,%password%,%secret%,%sealed%,%totp%,%salt%,%key%}')
$$;

-- The name of its own that a change of a row has, if it has one.
create function audit_change(thing text, before jsonb, after jsonb) returns text language plpgsql stable as $$
begin
  return (
    select own.operation from audit_change as own
    where own.thing = audit_change.thing and before -> own.column_name is distinct from after -> own.column_name
      and case own.becomes
        when 'set' then before ->> own.column_name is null
        when 'null' then after ->> own.column_name is null
        else own.becomes is null or after ->> own.column_name = own.becomes
      end
    order by own.rank
    limit 1);
end $$;

-- Writes the entry of a row that was made, deleted or changed: of that, what differs.
create function audit_row() returns trigger language plpgsql as $$
declare
  it     record;
  before jsonb := case when tg_op <> 'INSERT' then audited(old) end;
  after  jsonb := case when tg_op <> 'DELETE' then audited(new) end;
  empty  jsonb := case when tg_op = 'UPDATE' then '{}' end;
begin
  if tg_op = 'DELETE' then it := old; else it := new; end if;
  insert into audit_log (chain, kind, operation, target_id, subject_id, detail, was, became)
  select
    coalesce(place.team, 0), place.kind,
    coalesce(
      case tg_op
        when 'INSERT' then name.made
        when 'DELETE' then name.deleted
        else coalesce(audit_change(place.thing, to_jsonb(old), to_jsonb(new)), name.changed)
      end, place.thing || '_' || lower(tg_op)),
    place.target, place.subject, place.detail,
    coalesce(place.instead_before, nullif(before - left_out.keys, empty)),
    coalesce(place.instead_after, nullif(after - left_out.keys, empty))
  from audit_place(tg_op, it, old) as place
  left join audit_operation as name on name.thing = place.thing
  cross join (
    select array(
      select key from jsonb_object_keys(coalesce(before, after)) as own (key)
      where is_secret(key) or before -> key is not distinct from after -> key)
    offset 0  -- once for both
  ) as left_out (keys);
  return it;
end $$;

-- Puts a table under the audit log, also in place of a former call. Rows have an entry at these events, if the
-- condition holds, and when they change; not if only unnoted columns do: what the service itself counts and dates, and
-- the number of the team.
-- By default the condition is that no team is being deleted: its entry says it for whatever belongs to it. Of tokens it
-- may have very many, so triggers ask before they call the function.
create function audit_table(
  relation regclass, events text default 'insert or delete', unnoted text[] default '{}',
  condition text default $text$nullif(current_setting('basekeeper.ending_team', true), '') is null$text$
) returns void language plpgsql as $$
declare
  blank text := (select jsonb_object_agg(name, null::text) from unnest(unnoted) as own (name));
  former name;
begin
  for former in
    select tgname from pg_trigger where tgrelid = relation and tgname in ('b_audit', 'b_audit_changed')
  loop
    execute format('drop trigger %I on %s', former, relation);
  end loop;
  if events is not null then
    execute format(
      'create trigger b_audit after %s on %s for each row when (%s) execute function audit_row()',
      events, relation, condition);
  end if;
  execute format(
    'create trigger b_audit_changed after update on %s for each row when (%s and %s) execute function audit_row()',
    relation, condition, case when blank is null then 'old.* *<> new.*' else format(
      'jsonb_populate_record(old.*, %1$L) *<> jsonb_populate_record(new.*, %1$L)', blank) end);
end $$;

-- MARK: Teams

create function audited(team) returns jsonb language sql stable as $$ select to_jsonb($1) $$;

create function audit_place(event text, it team, before team) returns setof audit_place language sql stable as $$
  select it.id, 'team', 'team', it.id, null::bigint, jsonb_build_object('id', it.id, 'name', it.name),
         null::jsonb, null::jsonb
$$;

drop trigger b_audit_made_or_deleted on team;
drop trigger b_audit_changed on team;
drop function audit_team();
select audit_table('team', condition => 'true');

create function audited(team_invitation) returns jsonb language sql stable as $$
  select nullif(to_jsonb($1) - '{id, team_id, account_id, created_by, created_at, expires_at}'::text[], '{}')
$$;

-- The entries of a team that is deleted, and of who has come into one, say it for this.
create function audit_place(event text, it team_invitation, before team_invitation) returns setof audit_place
language sql stable as $$
  select team.id, 'team', 'team_invitation', team.id, null::bigint,
         jsonb_build_object('id', team.id, 'name', team.name, 'user', user_id(person.uid)), null::jsonb, null::jsonb
  from team
  join account as person on person.id = it.account_id and person.team_id is null
  where team.id = it.team_id
$$;

drop trigger b_audit_made_or_deleted on team_invitation;
drop trigger b_audit_changed on team_invitation;
drop function audit_team_invitation();
select audit_table('team_invitation');

-- MARK: People

create or replace function audited(account) returns jsonb language sql stable as $$
  select to_jsonb($1) - '{
      id, uid, email, created_at, last_login_at, deleted_at, generation,
      totp_sealed, totp_confirmed_at, totp_last_step, totp_used_steps
    }'::text[] || jsonb_build_object(
      'contact_email', $1.email, 'has_2fa', $1.totp_confirmed_at is not null, 'is_deleted', $1.deleted_at is not null)
$$;

create function person_detail(account) returns jsonb language sql stable as $$
  select jsonb_build_object('id', $1.id, 'email', $1.email, 'username', user_id($1.uid), 'nickname', $1.name)
$$;

-- Who leaves a team because it is deleted is in that one's entry.
create function audit_place(event text, it account, before account) returns setof audit_place language sql stable as $$
  select coalesce(it.team_id, before.team_id), 'user', 'user', it.id, null::bigint, person_detail(it), null::jsonb,
         null::jsonb
  where it.team_id is not null or before.team_id is null or exists (select from team where id = before.team_id)
$$;

drop trigger b_audit_made on account;
drop trigger b_audit_changed on account;
drop function audit_account();
select audit_table('account', 'insert', '{last_login_at, generation, totp_sealed, totp_last_step, totp_used_steps}');

create function audited(account_token) returns jsonb language sql stable as $$
  select nullif(to_jsonb($1) - '{
    id, account_id, hash, created_at, name, expires_at, last_used_at, last_address, last_client
  }'::text[], '{}')
$$;

create function audit_place(event text, it account_token, before account_token) returns setof audit_place
language sql stable as $$
  select person.team_id, 'user', 'account_token', person.id, null::bigint,
         person_detail(person) || jsonb_build_object('token_id', it.id, 'token_name', it.name), null::jsonb, null::jsonb
  from account as person where person.id = it.account_id
$$;

drop trigger b_audit_made on account_token;
drop trigger b_audit_deleted on account_token;
drop function audit_account_token();
select audit_table('account_token', 'delete', '{last_used_at, last_address, last_client}');
-- Those that are made at a login are in the login log.
create trigger b_audit_made after insert on account_token
for each row when (nullif(current_setting('basekeeper.actor', true), '') is not null) execute function audit_row();

-- MARK: Groups

create function audited(user_group) returns jsonb language sql stable as $$
  select to_jsonb($1) - '{id, team_id, created_at}'::text[]
$$;

create function audit_place(event text, it user_group, before user_group) returns setof audit_place
language sql stable as $$
  select it.team_id, 'group', 'group', it.id, null::bigint, group_detail(it), null::jsonb, null::jsonb
$$;

drop trigger b_audit_made on user_group;
drop trigger b_audit_deleted on user_group;
drop trigger b_audit_changed on user_group;
drop function audit_group();
select audit_table('user_group', 'insert', '{team_id}');
create trigger b_audit_deleted before delete on user_group  -- while it has an owner
for each row execute function audit_row();

create function audited(group_member) returns jsonb language sql stable as $$
  select to_jsonb($1) - '{group_id, account_id, joined_at, position, link_id}'::text[]
$$;

-- A group that is handed over has one entry: whose it was, and whose it is. The owner of before steps down or leaves
-- first, which is kept in a setting until the transaction ends. The entry of a deleted group says it for its members.
create function audit_place(event text, it group_member, before group_member) returns setof audit_place
language plpgsql as $$
declare
  place user_group;
  person text := (select user_id(uid) from account where id = it.account_id);
  handed text[] := string_to_array(current_setting('basekeeper.handed_over', true), ' ');
begin
  select * into place from user_group where id = it.group_id;
  if not found then
    return;
  end if;
  if before.role = 'owner' and (event = 'DELETE' or it.role <> 'owner') then
    perform set_config('basekeeper.handed_over', place.id || ' ' || person, true);
  end if;
  if event = 'UPDATE' and before.role = 'owner' and it.role <> 'owner' then
    return;
  end if;
  handed := case when handed[1] = place.id::text then handed end;
  if it.role = 'owner' and (event = 'UPDATE' and before.role <> 'owner' or event = 'INSERT' and handed is not null) then
    return next row(
      place.team_id, 'group', 'group_owner', place.id, it.account_id,
      group_detail(place) || jsonb_build_object('member', person),
      jsonb_build_object('owner', handed[2]), jsonb_build_object('owner', person))::audit_place;
  else
    return next row(
      place.team_id, 'group', 'group_member', place.id, it.account_id,
      group_detail(place) || jsonb_build_object('member', person), null, null)::audit_place;
  end if;
end $$;

drop trigger b_audit_made_or_deleted on group_member;
drop trigger b_audit_changed on group_member;
drop function audit_group_member();
select audit_table('group_member', unnoted => '{position}');

create function audited(group_link) returns jsonb language sql stable as $$
  select to_jsonb($1) - '{id, group_id, handle, hash, created_by, created_at, expires_at}'::text[]
$$;

-- The entry of a deleted group says it for its links.
create function audit_place(event text, it group_link, before group_link) returns setof audit_place
language sql stable as $$
  select user_group.team_id, 'group', 'group_invite_link', user_group.id, null::bigint,
         group_detail(user_group) || jsonb_build_object('link', it.handle), null::jsonb, null::jsonb
  from user_group where user_group.id = it.group_id
$$;

drop trigger b_audit_made_or_deleted on group_link;
drop function audit_group_link();
select audit_table('group_link');

create function audited(folder) returns jsonb language sql stable as $$
  select to_jsonb($1) - '{id, workspace_id, created_at}'::text[]
$$;

-- The entry of a deleted group says it for its folders.
create function audit_place(event text, it folder, before folder) returns setof audit_place language sql stable as $$
  select workspace.team_id, 'folder', 'folder', it.id, null::bigint,
         jsonb_build_object('id', it.id, 'name', it.name, 'workspace_id', workspace.id, 'group_id', workspace.group_id),
         null::jsonb, null::jsonb
  from workspace where workspace.id = it.workspace_id
$$;

drop trigger b_audit_made_or_deleted on folder;
drop trigger b_audit_changed on folder;
drop function audit_folder();
select audit_table('folder');

-- MARK: Bases

create or replace function audited(base) returns jsonb language sql stable as $$
  select to_jsonb($1) - '{
      id, uuid, team_id, creator_id, modifier_id, created_at, updated_at, deleted_at
    }'::text[] || jsonb_build_object('is_deleted', $1.deleted_at is not null)
$$;

create function base_detail(base) returns jsonb language sql stable as $$
  select jsonb_build_object('id', $1.id, 'uuid', $1.uuid, 'name', $1.name)
$$;

create function audit_place(event text, it base, before base) returns setof audit_place language sql stable as $$
  select it.team_id, 'base', case when place.group_id is null then 'base' else 'group_base' end, it.id, null::bigint,
         base_detail(it) || jsonb_build_object('workspace_id', it.workspace_id, 'group_id', place.group_id),
         null::jsonb, null::jsonb
  from (select (select group_id from workspace where id = it.workspace_id)) as place (group_id)
$$;

drop trigger b_audit_made_or_deleted on base;
drop trigger b_audit_changed on base;
drop function audit_base();
select audit_table('base', unnoted => '{team_id, modifier_id, updated_at}');

-- What leads into a base: nothing is said of it where the base is gone, whose own entry says it for all.

create function audited(user_share) returns jsonb language sql stable as $$
  select to_jsonb($1) - '{id, base_id, team_id, account_id, created_by, created_at}'::text[]
$$;

create function audit_place(event text, it user_share, before user_share) returns setof audit_place
language sql stable as $$
  select base.team_id, 'base', 'base_share', base.id, null::bigint,
         base_detail(base) || jsonb_build_object('user', (select user_id(uid) from account where id = it.account_id)),
         null::jsonb, null::jsonb
  from base where base.id = it.base_id
$$;

drop trigger b_audit_made_or_deleted on user_share;
drop trigger b_audit_changed on user_share;
drop function audit_user_share();
select audit_table('user_share', unnoted => '{team_id}');

create function audited(group_share) returns jsonb language sql stable as $$
  select to_jsonb($1) - '{id, base_id, team_id, group_id, created_by, created_at}'::text[]
$$;

create function audit_place(event text, it group_share, before group_share) returns setof audit_place
language sql stable as $$
  select base.team_id, 'base', 'base_group_share', base.id, null::bigint,
         base_detail(base) || jsonb_build_object('group_id', it.group_id), null::jsonb, null::jsonb
  from base where base.id = it.base_id
$$;

drop trigger b_audit_made_or_deleted on group_share;
drop trigger b_audit_changed on group_share;
drop function audit_group_share();
select audit_table('group_share', unnoted => '{team_id}');

create or replace function audited(base_link) returns jsonb language sql stable as $$
  select to_jsonb($1) - '{
      id, kind, base_id, team_id, handle, hash, password_hash, view_count, created_by, created_at
    }'::text[] || jsonb_build_object(
      'expires_at', extract(epoch from $1.expires_at)::bigint, 'is_protected', $1.password_hash is not null)
$$;

create function audit_place(event text, it base_link, before base_link) returns setof audit_place
language sql stable as $$
  select base.team_id, 'base', 'base_' || it.kind || '_link', base.id, null::bigint,
         base_detail(base) || jsonb_build_object('link', it.handle), null::jsonb, null::jsonb
  from base where base.id = it.base_id
$$;

drop trigger b_audit_made_or_deleted on base_link;
drop trigger b_audit_changed on base_link;
drop function audit_base_link();
select audit_table('base_link', unnoted => '{team_id, view_count}');

create function audited(invite_link_guest) returns jsonb language sql stable as $$
  select to_jsonb($1) - '{link_id, account_id, accepted_at}'::text[]
    || (select jsonb_build_object('permission', permission) from base_link where id = $1.link_id)
$$;

create function audit_place(event text, it invite_link_guest, before invite_link_guest) returns setof audit_place
language sql stable as $$
  select base.team_id, 'base', 'base_invite_link_guest', base.id, null::bigint,
         base_detail(base) || jsonb_build_object(
           'link', link.handle, 'user', (select user_id(uid) from account where id = it.account_id)),
         null::jsonb, null::jsonb
  from base_link as link
  join base on base.id = link.base_id
  where link.id = it.link_id
$$;

drop trigger b_audit_made on invite_link_guest;
drop trigger b_audit_deleted on invite_link_guest;
drop function audit_invite_link_guest();
drop function audit_former_guest();
select audit_table('invite_link_guest');

-- MARK: Tokens

create or replace function audited(api_token) returns jsonb language sql stable as $$
  select to_jsonb($1) - '{
      id, base_id, team_id, hash, created_by, created_at, revoked_at, refused_at, rotated_at, generation,
      last_used_at, use_count, last_client, last_addresses
    }'::text[] || jsonb_build_object(
      'expires_at', extract(epoch from $1.expires_at)::bigint, 'is_deleted', $1.revoked_at is not null)
$$;

create function token_detail(api_token, base) returns jsonb language sql stable as $$
  select jsonb_build_object(
    'id', $1.id, 'name', $1.app_name, 'permission', $1.permission, 'base', $2.name, 'base_uuid', $2.uuid)
$$;

create function audit_place(event text, it api_token, before api_token) returns setof audit_place
language sql stable as $$
  select it.team_id, 'token', 'api_token', it.id, null::bigint, token_detail(it, base), null::jsonb, null::jsonb
  from base where base.id = it.base_id
$$;

drop trigger b_audit_made on api_token;
drop trigger b_audit_changed on api_token;
drop function audit_api_token();
select audit_table('api_token', 'insert', '{team_id, last_used_at, use_count, last_client, last_addresses}');

-- A rotated secret that is shown after its time.
create function audited(retired_secret) returns jsonb language sql stable as $$
  select nullif(to_jsonb($1) - '{hash, token_id, generation, valid_until, reused_at}'::text[], '{}')
$$;

create function audit_place(event text, it retired_secret, before retired_secret) returns setof audit_place
language sql stable as $$
  select token.team_id, 'token', 'retired_secret', token.id, null::bigint,
         token_detail(token, base) || jsonb_build_object('generation', it.generation), null::jsonb, null::jsonb
  from api_token as token
  join base on base.id = token.base_id
  where token.id = it.token_id
$$;

drop trigger b_audit_reused on retired_secret;
drop function audit_reused_secret();
select audit_table('retired_secret', null, '{valid_until}');

create function audited(revoked_base_token) returns jsonb language sql stable as $$
  select nullif(to_jsonb($1) - '{jti, expires_at, base_uuid, holder}'::text[], '{}')
$$;

create function audit_place(event text, it revoked_base_token, before revoked_base_token) returns setof audit_place
language sql stable as $$
  select base.team_id, 'base', 'base_token', base.id, null::bigint,
         base_detail(base) || jsonb_build_object('workspace_id', base.workspace_id) || coalesce(it.holder, '{}'),
         null::jsonb, null::jsonb
  from base where base.uuid = it.base_uuid
$$;

drop trigger b_audit_made on revoked_base_token;
drop function audit_revoked_base_token();
select audit_table('revoked_base_token', 'insert');

drop function audit_of_base(bigint, text, jsonb, jsonb, jsonb);
drop function change_name(text);

-- MARK: What is where

comment on view live_account is
  'Who may act: people who are active and not deleted. Whatever asks who is calling joins this view.';
comment on view workspace_role is
  'Who may do what in a workspace: its person as its owner, or a group''s members by their roles.';
comment on view base_way is
  'Every way in which somebody comes into a base: a workspace, a group, a share, an invite link.';
comment on view base_permission is
  'What everybody may do in every base, r or rw: the highest of base_way. Whatever asks for a permission asks here.';

comment on view audit_place is 'The form of what the functions of that name give. It has no rows.';

comment on table team is 'Teams. What belongs to one carries its number.';
comment on table team_invitation is 'Lets a person without a team come into one.';
comment on table account is
  'People. Those that are deleted stay, since what they did refers to them; see live_account.';
comment on table account_token is 'With these, people''s programs sign in as them.';
comment on table user_group is 'Groups of people, of a team or of none.';
comment on table group_member is 'Who is in a group, and as what.';
comment on table group_link is 'Makes whoever accepts it a member of a group.';
comment on table folder is 'Folders of a workspace, in which bases lie.';
comment on table base is 'Bases, live and in the trash.';
comment on table user_share is 'A base that was shared with a person.';
comment on table group_share is 'A base that was shared with a group.';
comment on table base_link is 'Links into a base: external ones, which anybody reads by, and invite links.';
comment on table invite_link_guest is 'Who has accepted an invite link.';
comment on table api_token is 'With these, programs come into one base. Those that are revoked stay, to be recognised.';
comment on table retired_secret is 'Secrets that API tokens had before they were rotated.';
comment on table revoked_base_token is 'Base tokens that were ended one by one, until they expire.';

comment on table audit_log is 'Who changed what. Not audited: it is the log, and takes neither updates nor deletions.';
comment on table audit_chain is 'The last entry of each team''s log. Not audited: it is proved with the log.';
comment on table audit_operation is 'What changes are called in the log. Not audited: only migrations write it.';
comment on table audit_change is
  'What changes of some columns are called in the log. Not audited: only migrations write it.';
comment on table workspace is
  'Where bases lie: with a person or in a group. Not audited: it comes and goes with these, which are.';
comment on table sign_in_name is
  'Every name to sign in with, and whose it is. Not audited: it is made of account, which is.';
comment on table recovery_code is
  'Codes in place of a second factor. Not audited: they come and go with it, and use_recovery_code notes their use.';
comment on table barred_guest is
  'Who does not come back by an invite link. Not audited: it follows from who was taken out, which is.';
comment on table barred_member is
  'Who does not come back by a group''s link. Not audited: it follows from who was taken out, which is.';
comment on table favorite is
  'Which bases people have starred. Not audited: it lets nobody in or out, and is theirs alone.';
comment on table login_log is 'Who signed in, or failed to. Not audited: it is a log.';
comment on table login_tally is 'How many logins each team has. Not audited: it is counted by a trigger.';
comment on table api_token_tally is 'How many live API tokens each team has. Not audited: it is counted by triggers.';
comment on table failed_attempt is 'What was guessed wrong, and how often. Not audited: it is forgotten by itself.';
comment on table familiar_place is 'From where somebody has got in. Not audited: it is forgotten by itself.';
comment on table idempotent_answer is
  'What requests with an Idempotency-Key were answered. Not audited: what they made is.';
comment on table answer_secret is 'What a stored answer reveals, by hashes. Not audited: it comes and goes with that.';
comment on table installation is
  'One row, locked by whoever changes what concerns the whole installation. Not audited: the service alone writes it.';
comment on table signing_key is
  'Keys that sign base tokens. Not audited: they belong to no team, and each row says when it came and went.';
comment on table seed is 'What was seeded, so that it is seeded once. Not audited: the service alone writes it.';
comment on table job is 'What is done from time to time. Not audited: the service alone writes it.';
comment on table schema_migration is 'Which migrations were applied. Not audited: it is itself a record.';
