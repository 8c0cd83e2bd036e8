-- Groups of people, and the workspaces that hold bases: one for each person who needs it, one for each group.

create table user_group (
  id         bigint generated always as identity primary key,
  team_id    bigint references team on delete cascade,
  name       text not null check (name <> '' and char_length(name) <= 255),
  created_at timestamptz not null default now()
);

create index user_group_team_index on user_group (team_id, id);

create table group_member (
  group_id   bigint not null references user_group on delete cascade,
  account_id bigint not null references account,
  role       text not null check (role in ('owner', 'admin', 'member')),
  joined_at  timestamptz not null default now(),
  primary key (group_id, account_id)
);

create index group_member_account_index on group_member (account_id, group_id);
create unique index group_member_owner_key on group_member (group_id) where role = 'owner';

create table workspace (
  id         bigint generated always as identity primary key,
  team_id    bigint references team on delete set null,
  account_id bigint references account,
  group_id   bigint references user_group on delete cascade,
  constraint workspace_of_one_owner check (num_nonnulls(account_id, group_id) = 1),
  constraint workspace_account_key unique (account_id),
  constraint workspace_group_key unique (group_id),
  -- What lies in a workspace carries its team, and this key lets the database keep the two the same.
  constraint workspace_team_key unique (id, team_id)
);

-- Who may do what in a workspace: owner of a personal one, or the role in the group.
create view workspace_role as
  select id as workspace_id, account_id, 'owner' as role
  from workspace
  where account_id is not null
  union all
  select workspace.id, group_member.account_id, group_member.role
  from workspace
  join group_member on group_member.group_id = workspace.group_id;
