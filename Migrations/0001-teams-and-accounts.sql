-- People and the teams they belong to.

create table team (
  id           bigint generated always as identity primary key,
  name         text not null check (name <> '' and char_length(name) <= 255),
  role         text not null default 'org_default',
  member_quota integer check (member_quota >= 0),  -- null: as many as they like
  created_at   timestamptz not null default now()
);

create table account (
  id              bigint generated always as identity primary key,
  -- The wire's user id is "<uid>@auth.local"; unlike the e-mail address it never changes.
  uid             text not null default replace(gen_random_uuid()::text, '-', '')
                  check (uid ~ '^[0-9a-f]{32}$'),
  team_id         bigint references team on delete set null,  -- at most one; null: no team
  email           text not null check (char_length(email) <= 254),
  login_id        text check (login_id <> '' and char_length(login_id) <= 255),
  name            text not null check (char_length(name) <= 255),
  password_hash   text,                                       -- argon2id, as a PHC string; null: cannot sign in
  is_team_admin   boolean not null default false,
  is_system_admin boolean not null default false,
  is_active       boolean not null default true,
  created_at      timestamptz not null default now(),
  last_login_at   timestamptz,
  deleted_at      timestamptz,                                -- the row stays: the address remains taken
  constraint account_uid_key unique (uid)
);

-- One address, one account, whatever its case, and for ever.
create unique index account_email_key on account (lower(email));
create unique index account_login_id_key on account (login_id);
create index account_team_index on account (team_id, id);

-- Who may act: everything that asks "who is calling" joins this view.
create view live_account as
  select id, uid, team_id, email, login_id, name, is_team_admin and team_id is not null as is_team_admin,
         is_system_admin
  from account
  where is_active and deleted_at is null;
