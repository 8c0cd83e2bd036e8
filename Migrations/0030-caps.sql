-- How much there may be of what somebody or something has. The service says the caps in basekeeper.caps with each change,
-- as it says in basekeeper.actor who makes it; what is not there is not capped.
--
-- Whatever makes one more counts, whoever does it: making, copying, restoring from the trash, moving to another workspace,
-- and becoming the owner of a group. What was there before stays, even above a cap. Not capped, since they must not fail,
-- are groups that pass on when their owner is deleted, people who bring what they have into a team, and what is written
-- without the service: the changes say no caps then.

create index group_member_owned_index on group_member (account_id) where role = 'owner';

-- Whether somebody or something has all it may have of a kind. Whoever asks has to wait for others who make one more, so
-- that all of them together stay below the cap. It counts no further than that.
create function is_full(kind text, owner bigint) returns boolean language plpgsql as $$
declare
  most bigint := nullif(current_setting('basekeeper.caps', true), '')::jsonb ->> kind;
begin
  if most is null then
    return false;
  end if;
  perform pg_advisory_xact_lock(hashtextextended(format('cap %s %s', kind, owner), 0));
  return most <= case
    when kind in ('bases_per_person', 'bases_per_group') then (
      select count(*) from (
        select from base where workspace_id = owner and deleted_at is null limit most) as own)
    when kind = 'groups_per_person' then (
      select count(*) from (select from group_member where account_id = owner and role = 'owner' limit most) as own)
    when kind = 'folders_per_workspace' then (
      select count(*) from (select from folder where workspace_id = owner limit most) as own)
    when kind = 'tokens_per_base' then (
      select count(*) from (
        select from api_token where base_id = owner and revoked_at is null limit most) as own)
    when kind = 'shares_per_base' then (
      select count(*) from (
        select from user_share where base_id = owner
        union all
        select from group_share where base_id = owner
        limit most) as own)
    when kind = 'links_per_base' then (
      select count(*) from (select from base_link where base_id = owner limit most) as own)
    when kind = 'links_per_group' then (
      select count(*) from (select from group_link where group_id = owner limit most) as own)
    when kind = 'links_per_person' then (
      select count(*) from (
        select from base_link where created_by = owner
        union all
        select from group_link where created_by = owner
        limit most) as own)
  end;
end $$;

-- Refuses one more of a kind, of which the second argument names the column with whose it is. A workspace has bases as its
-- person or its group does. It runs before the row is there, and so before anything takes the team's lock.
create function keep_within_cap() returns trigger language plpgsql as $$
declare
  kind  text   := tg_argv[0];
  owner bigint := to_jsonb(new) ->> tg_argv[1];
begin
  if kind = 'bases' then
    select case when account_id is null then 'bases_per_group' else 'bases_per_person' end into kind
    from workspace where id = owner;
  end if;
  if is_full(kind, owner) then
    raise exception 'there are as many % of % as there may be', kind, owner
      using errcode = 'check_violation', constraint = 'cap_' || kind;
  end if;
  return new;
end $$;

create trigger a_keep_within_cap before insert on base
for each row when (new.deleted_at is null) execute function keep_within_cap('bases', 'workspace_id');
create trigger a_keep_within_cap_again before update on base
for each row when (
  new.deleted_at is null and (old.deleted_at is not null or old.workspace_id <> new.workspace_id)
) execute function keep_within_cap('bases', 'workspace_id');

create trigger a_keep_within_cap before insert on group_member
for each row when (new.role = 'owner') execute function keep_within_cap('groups_per_person', 'account_id');
create trigger a_keep_within_cap_again before update on group_member
for each row when (new.role = 'owner' and old.role <> 'owner')
execute function keep_within_cap('groups_per_person', 'account_id');

create trigger a_keep_within_cap before insert on folder
for each row execute function keep_within_cap('folders_per_workspace', 'workspace_id');

create trigger a_keep_within_cap before insert on api_token
for each row execute function keep_within_cap('tokens_per_base', 'base_id');

create trigger a_keep_within_cap before insert on user_share
for each row execute function keep_within_cap('shares_per_base', 'base_id');
create trigger a_keep_within_cap before insert on group_share
for each row execute function keep_within_cap('shares_per_base', 'base_id');

create trigger a_keep_within_cap before insert on base_link
for each row execute function keep_within_cap('links_per_base', 'base_id');
create trigger a_keep_within_cap_of_maker before insert on base_link
for each row execute function keep_within_cap('links_per_person', 'created_by');
create trigger a_keep_within_cap before insert on group_link
for each row execute function keep_within_cap('links_per_group', 'group_id');
create trigger a_keep_within_cap_of_maker before insert on group_link
for each row execute function keep_within_cap('links_per_person', 'created_by');
