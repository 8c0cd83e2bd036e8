-- Account tokens and API tokens. A token has at least 128 random bits, so its plain SHA-256 is all that is kept.

create table account_token (
  id         bigint generated always as identity primary key,
  account_id bigint not null references account,
  hash       bytea not null check (octet_length(hash) = 32),
  created_at timestamptz not null default now(),
  constraint account_token_hash_key unique (hash)
);

create index account_token_account_index on account_token (account_id, id);

create table api_token (
  id           bigint generated always as identity primary key,
  base_id      bigint not null references base on delete cascade,
  team_id      bigint,
  app_name     text not null check (app_name <> '' and char_length(app_name) <= 255),
  hash         bytea not null check (octet_length(hash) = 32),
  hint         text not null check (char_length(hint) = 4),  -- the first characters, to tell tokens apart in lists
  permission   text not null check (permission in ('r', 'rw')),
  created_by   bigint not null references account,
  created_at   timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at   timestamptz,                                  -- not null: refused, and its name is free again
  constraint api_token_hash_key unique (hash),
  constraint api_token_base_team_fkey foreign key (base_id, team_id)
    references base (id, team_id) on update cascade
);

create unique index api_token_app_name_key on api_token (base_id, app_name) where revoked_at is null;
create index api_token_team_index on api_token (team_id, id) where revoked_at is null;
