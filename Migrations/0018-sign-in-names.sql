-- One name to sign in with is one person's, be it an address or a login id; and how people without a team come into one.

-- MARK: Names to sign in with

-- Every address and every login id, as they look and without regard to case. User ids are apart from them: what ends like
-- one is nobody's. Those of deleted people stay taken.
create table sign_in_name (
  name       text primary key,
  account_id bigint not null references account
);

create index sign_in_name_account_index on sign_in_name (account_id);

create function sign_in_key(name text) returns text language sql stable as $$ select lower(name_look(name)) $$;

create function is_reserved(name text) returns boolean language sql immutable parallel safe as $$
  select btrim(name) ~* '@auth\.local$'
$$;

-- Addresses from before that are a user id, or look like an older one's, give way to their person's own user id. Whoever
-- had such a one signs in by that, or by the login id.
drop index account_email_key;
update account set email = user_id(uid)
where is_reserved(email) and lower(email) <> user_id(uid)
  or id in (
    select id from (
      select id, row_number() over (partition by sign_in_key(email) order by deleted_at is not null, id) as number
      from account
    ) as own
    where number > 1);
create unique index account_email_key on account (lower(email));

insert into sign_in_name (name, account_id) select sign_in_key(email), id from account;

-- Login ids from before that are somebody's address, or another's login id in another case, get a number behind them: by
-- the former name the address' owner was signed in as it is.
do $$
declare
  person    account;
  candidate text;
  number    integer;
begin
  for person in select * from account where login_id is not null order by deleted_at is not null, id loop
    candidate := person.login_id;
    number := 1;
    while is_reserved(candidate) or exists (
      select from sign_in_name as taken where taken.name = sign_in_key(candidate) and taken.account_id <> person.id
    ) loop
      number := number + 1;
      candidate := left(person.login_id, 240) || ' ' || number;
    end loop;
    if number > 1 then
      update account set login_id = candidate where id = person.id;
    end if;
    insert into sign_in_name (name, account_id) values (sign_in_key(candidate), person.id) on conflict do nothing;
  end loop;
end $$;

alter table account
  add constraint account_email_not_reserved check (not is_reserved(email) or lower(email) = uid || '@auth.local'),
  add constraint account_login_id_not_reserved check (not is_reserved(login_id));

-- Takes a name for a person; whoever takes it at the same moment waits for the other.
create function take_sign_in_name(wanted text, person bigint, rule text) returns void language plpgsql as $$
declare
  owner bigint;
begin
  loop
    insert into sign_in_name (name, account_id) values (sign_in_key(wanted), person) on conflict (name) do nothing;
    select account_id into owner from sign_in_name where name = sign_in_key(wanted);
    exit when owner = person;
    if owner is not null then
      raise exception 'the name % is taken', wanted using errcode = 'unique_violation', constraint = rule;
    end if;
  end loop;
end $$;

create function keep_sign_in_names() returns trigger language plpgsql as $$
begin
  delete from sign_in_name
  where account_id = new.id and name <> sign_in_key(new.email) and name is distinct from sign_in_key(new.login_id);
  perform take_sign_in_name(new.email, new.id, 'account_email_key');
  if new.login_id is not null then
    perform take_sign_in_name(new.login_id, new.id, 'account_login_id_key');
  end if;
  return null;
end $$;

create trigger a_keep_sign_in_names_of_new after insert on account
for each row execute function keep_sign_in_names();
create trigger a_keep_sign_in_names after update on account
for each row when ((old.email, old.login_id) is distinct from (new.email, new.login_id))
execute function keep_sign_in_names();

-- MARK: Invitations

-- Lets a person without a team come into one, for thirty days.
create table team_invitation (
  id         bigint generated always as identity primary key,
  team_id    bigint not null references team on delete cascade,
  account_id bigint not null references account,
  created_by bigint not null references account,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '30 days',
  constraint team_invitation_key unique (team_id, account_id)
);

create index team_invitation_account_index on team_invitation (account_id, id);
create index team_invitation_creator_index on team_invitation (created_by);

create function audit_team_invitation() returns trigger language plpgsql as $$
declare
  invitation team_invitation := case when tg_op = 'DELETE' then old else new end;
  place team;
  person account;
begin
  select * into place from team where id = invitation.team_id;
  select * into person from account where id = invitation.account_id;
  -- The entries of a team that is deleted, and of who has come into one, say it for this.
  if place.id is null or person.team_id is not null then
    return null;
  end if;
  perform audit(place.id, 'team', 'team_invitation_' || change_name(tg_op), place.id,
    jsonb_build_object('id', place.id, 'name', place.name, 'user', user_id(person.uid)), null, null);
  return null;
end $$;

create trigger b_audit_made_or_deleted after insert or delete on team_invitation
for each row execute function audit_team_invitation();
create trigger b_audit_changed after update on team_invitation
for each row when (old.* is distinct from new.*) execute function audit_team_invitation();

-- MARK: Groups that are handed over

-- One entry for the whole of it: whose it was, and whose it is.
create or replace function audit_group_member() returns trigger language plpgsql as $$
declare
  member group_member := case when tg_op = 'DELETE' then old else new end;
  place user_group;
  person text := (select user_id(uid) from account where id = member.account_id);
  handed text[] := string_to_array(current_setting('basekeeper.handed_over', true), ' ');
begin
  select * into place from user_group where id = member.group_id;
  if not found then  -- the group's own entry says it for all
    return null;
  end if;
  -- The owner of before steps down or leaves first.
  if tg_op <> 'INSERT' and old.role = 'owner' then
    perform set_config('basekeeper.handed_over', place.id || ' ' || person, true);
  end if;
  if tg_op = 'UPDATE' and old.role = 'owner' then
    return null;
  end if;
  if tg_op <> 'DELETE' and new.role = 'owner' and (tg_op = 'UPDATE' or handed[1] = place.id::text) then
    perform audit(place.team_id, 'group', 'group_transfer', place.id,
      group_detail(place) || jsonb_build_object('member', person),
      jsonb_build_object('owner', case when handed[1] = place.id::text then handed[2] end),
      jsonb_build_object('owner', person), member.account_id);
    return null;
  end if;
  perform audit(place.team_id, 'group',
    case tg_op when 'INSERT' then 'group_member_add' when 'DELETE' then 'group_member_remove' else 'group_member_update' end,
    place.id, group_detail(place) || jsonb_build_object('member', person),
    case when tg_op <> 'INSERT' then jsonb_build_object('role', old.role) end,
    case when tg_op <> 'DELETE' then jsonb_build_object('role', new.role) end, member.account_id);
  return null;
end $$;
