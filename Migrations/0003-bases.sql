-- Bases, live and in the trash.

create table base (
  id           bigint generated always as identity primary key,
  uuid         uuid not null default gen_random_uuid(),
  workspace_id bigint not null references workspace,
  team_id      bigint,
  name         text not null check (name <> '' and char_length(name) <= 255),
  color        text check (char_length(color) <= 20),
  icon         text check (char_length(icon) <= 50),
  creator_id   bigint not null references account,
  modifier_id  bigint not null references account,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  deleted_at   timestamptz,                            -- not null: in the trash
  constraint base_uuid_key unique (uuid),
  constraint base_team_key unique (id, team_id),
  constraint base_workspace_team_fkey foreign key (workspace_id, team_id)
    references workspace (id, team_id) on update cascade
);

-- A name is taken by a live base only; the trash may hold it many times.
create unique index base_name_key on base (workspace_id, name) where deleted_at is null;
create index base_trash_index on base (workspace_id, deleted_at desc, id desc) where deleted_at is not null;
create index base_team_index on base (team_id, id);
