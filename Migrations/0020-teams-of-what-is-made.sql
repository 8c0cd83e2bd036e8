-- What is made while its place comes into a team comes along.

-- A row without a team belongs to a workspace, a base, a person or a group without one. The foreign keys that hold a row to
-- its parent's team let those without a team pass (MATCH SIMPLE), so the parent is asked here, under a lock: whoever
-- brings it into a team has either not begun, and finds this row, or is waited for, and has its say. A lock of a key is
-- enough: a team is a part of the keys of workspaces and bases, and groups are locked for update. What people make
-- themselves while they come into a team waits for that, see `hold_access`.

create function keep_workspace_in_team() returns trigger language plpgsql as $$
begin
  if new.account_id is not null then
    select team_id into new.team_id from account where id = new.account_id;
  else
    select team_id into new.team_id from user_group where id = new.group_id for key share;
  end if;
  return new;
end $$;

create trigger a_keep_workspace_in_team before insert on workspace
  for each row when (new.team_id is null) execute function keep_workspace_in_team();

create function keep_base_in_team() returns trigger language plpgsql as $$
begin
  select team_id into new.team_id from workspace where id = new.workspace_id for key share;
  return new;
end $$;

create trigger a_keep_base_in_team before insert on base
  for each row when (new.team_id is null) execute function keep_base_in_team();

create function keep_part_in_team() returns trigger language plpgsql as $$
begin
  select team_id into new.team_id from base where id = new.base_id for key share;
  return new;
end $$;

create trigger a_keep_token_in_team before insert on api_token
  for each row when (new.team_id is null) execute function keep_part_in_team();
create trigger a_keep_user_share_in_team before insert on user_share
  for each row when (new.team_id is null) execute function keep_part_in_team();
create trigger a_keep_group_share_in_team before insert on group_share
  for each row when (new.team_id is null) execute function keep_part_in_team();
create trigger a_keep_link_in_team before insert on base_link
  for each row when (new.team_id is null) execute function keep_part_in_team();

-- Whoever comes into a group is of its team. A group without a team keeps those of its people who come into one.
create function keep_member_in_team() returns trigger language plpgsql as $$
declare
  team   bigint;
  theirs bigint;
begin
  select team_id into team from user_group where id = new.group_id for key share;
  select team_id into theirs from account where id = new.account_id;
  if team is distinct from theirs then
    raise exception 'account % is not of the team of group %', new.account_id, new.group_id
      using errcode = 'check_violation', constraint = 'group_member_of_team';
  end if;
  return new;
end $$;

create trigger a_keep_member_in_team before insert on group_member for each row execute function keep_member_in_team();

-- What has stayed behind so far.
update workspace set team_id = account.team_id
from account where account.id = workspace.account_id and workspace.team_id is null and account.team_id is not null;
update workspace set team_id = user_group.team_id
from user_group where user_group.id = workspace.group_id and workspace.team_id is null and user_group.team_id is not null;
update base set team_id = workspace.team_id
from workspace where workspace.id = base.workspace_id and base.team_id is null and workspace.team_id is not null;
update api_token set team_id = base.team_id
from base where base.id = api_token.base_id and api_token.team_id is null and base.team_id is not null;
update user_share set team_id = base.team_id
from base where base.id = user_share.base_id and user_share.team_id is null and base.team_id is not null;
update group_share set team_id = base.team_id
from base where base.id = group_share.base_id and group_share.team_id is null and base.team_id is not null;
update base_link set team_id = base.team_id
from base where base.id = base_link.base_id and base_link.team_id is null and base.team_id is not null;
