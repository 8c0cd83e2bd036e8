-- What team admins and system administrators keep, and the rules that hold however two requests meet.

-- One row, which whoever changes what concerns the whole installation locks first.
create table installation (
  single boolean primary key default true check (single)
);
insert into installation default values;

-- What is done from time to time, by whichever replica comes first.
create table job (
  name       text primary key,
  started_at timestamptz not null
);

alter table team
  add column creator_id            bigint references account,
  add column forces_2fa            boolean not null default false,
  add column forces_sso            boolean not null default false,
  add column welcomes_by_email     boolean not null default true,
  add column allows_external_links boolean not null default true,
  add column lets_members_rename   boolean not null default true;

alter table account
  add column id_in_org   text not null default '' check (char_length(id_in_org) <= 255),
  add column unit        text not null default '' check (char_length(unit) <= 255),
  add column role        text not null default 'default' check (role <> '' and char_length(role) <= 255),
  add column admin_role  text not null default 'default_admin' check (admin_role <> '' and char_length(admin_role) <= 255),
  add column quota_total bigint check (quota_total > 0),  -- bytes; kept and shown, there is nothing to count
  add column forces_2fa  boolean not null default false;

-- Where a person wants his groups: by this, then by the group's age.
alter table group_member add column position bigint not null default 0;

-- Deleting a team leaves its people, their groups and their bases.
alter table user_group
  drop constraint user_group_team_id_fkey,
  add constraint user_group_team_fkey foreign key (team_id) references team on delete set null;

-- What deletes and updates along foreign keys, and lists, look up by. The lists that grow without end are not sorted by
-- the primary key: for a team that has much of a table it would be read in place of the team's own index.
create index workspace_team_index on workspace (team_id);
create index base_workspace_index on base (workspace_id, id);
create index base_creator_index on base (creator_id);
create index base_modifier_index on base (modifier_id);
create index api_token_base_index on api_token (base_id, team_id);
create index api_token_creator_index on api_token (created_by);
drop index api_token_team_index;
create index api_token_age_index on api_token (team_id, created_at, id) where revoked_at is null;
create index api_token_use_index on api_token (team_id, coalesce(last_used_at, created_at), id) where revoked_at is null;
create index api_token_name_index on api_token (team_id, app_name, id) where revoked_at is null;
create index base_team_trash_index on base (team_id, deleted_at desc, id desc) where deleted_at is not null;
create index base_live_index on base (team_id, id) where deleted_at is null;
create index base_all_trash_index on base (deleted_at desc, id desc) where deleted_at is not null;
create index account_member_index on account (team_id, id) where deleted_at is null;
create index account_active_index on account (team_id) where is_active and deleted_at is null;
create index account_admin_index on account (team_id) where is_team_admin and is_active and deleted_at is null;
create index account_system_admin_index on account (id) where is_system_admin;
create index account_live_index on account (id) where deleted_at is null;

-- MARK: Rules

-- A team has an active admin as long as it has ever had one; the lock on the team lets one change at a time decide.
create function keep_team_admin() returns trigger language plpgsql as $$
begin
  perform from team where id = old.team_id for no key update;
  if found and not exists (
    select from account where team_id = old.team_id and is_team_admin and is_active and deleted_at is null
  ) then
    raise exception 'the last active admin of team %', old.team_id
      using errcode = 'check_violation', constraint = 'team_last_admin';
  end if;
  return null;
end $$;

create trigger a_keep_team_admin after update on account
for each row when (
  old.team_id is not null and old.is_team_admin and old.is_active and old.deleted_at is null
  and not (new.team_id is not distinct from old.team_id and new.is_team_admin and new.is_active
           and new.deleted_at is null)
) execute function keep_team_admin();

create function keep_system_admin() returns trigger language plpgsql as $$
begin
  perform from installation for update;
  if not exists (select from account where is_system_admin and is_active and deleted_at is null) then
    raise exception 'the last active system administrator'
      using errcode = 'check_violation', constraint = 'system_last_admin';
  end if;
  return null;
end $$;

create trigger a_keep_system_admin after update on account
for each row when (
  old.is_system_admin and old.is_active and old.deleted_at is null
  and not (new.is_system_admin and new.is_active and new.deleted_at is null)
) execute function keep_system_admin();

-- Active members count; so who is activated again may find the team full.
create function keep_member_quota() returns trigger language plpgsql as $$
declare
  quota integer;
begin
  select member_quota into quota from team where id = new.team_id for no key update;
  if quota is not null and quota < (
    select count(*) from account where team_id = new.team_id and is_active and deleted_at is null
  ) then
    raise exception 'team % is full', new.team_id using errcode = 'check_violation', constraint = 'team_member_quota';
  end if;
  return null;
end $$;

create trigger a_keep_member_quota_of_new after insert on account
for each row when (new.team_id is not null and new.is_active and new.deleted_at is null)
execute function keep_member_quota();

create trigger a_keep_member_quota after update on account
for each row when (
  new.team_id is not null and new.is_active and new.deleted_at is null
  and not (old.team_id is not distinct from new.team_id and old.is_active and old.deleted_at is null)
) execute function keep_member_quota();

-- MARK: Counting

-- How many live API tokens a team has: too many to be counted for every page of a list.
create table api_token_tally (
  team_id bigint primary key references team on delete cascade,
  live    bigint not null
);

create function tally_new_api_tokens() returns trigger language plpgsql as $$
begin
  insert into api_token_tally as tally (team_id, live)
  select team_id, count(*) from added where revoked_at is null and team_id is not null group by team_id order by team_id
  on conflict (team_id) do update set live = tally.live + excluded.live;
  return null;
end $$;

create function tally_changed_api_tokens() returns trigger language plpgsql as $$
begin
  insert into api_token_tally as tally (team_id, live)
  select team_id, sum(one) from (
    select team_id, 1 as one from added where revoked_at is null
    union all
    select team_id, -1 from removed where revoked_at is null
  ) as change
  where exists (select from team where team.id = change.team_id)
  group by team_id having sum(one) <> 0 order by team_id
  on conflict (team_id) do update set live = tally.live + excluded.live;
  return null;
end $$;

create function tally_deleted_api_tokens() returns trigger language plpgsql as $$
begin
  update api_token_tally as tally set live = tally.live - gone.count
  from (select team_id, count(*) from removed where revoked_at is null group by team_id) as gone
  where tally.team_id = gone.team_id;
  return null;
end $$;

create trigger b_tally_new after insert on api_token
referencing new table as added for each statement execute function tally_new_api_tokens();
create trigger b_tally_changed after update on api_token
referencing old table as removed new table as added for each statement execute function tally_changed_api_tokens();
create trigger b_tally_deleted after delete on api_token
referencing old table as removed for each statement execute function tally_deleted_api_tokens();

insert into api_token_tally (team_id, live)
select team_id, count(*) from api_token where revoked_at is null and team_id is not null group by team_id;
