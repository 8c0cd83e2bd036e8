-- How tokens live and end: expiry, rotation, limits, use; second factors; policies; answers that are given once.

-- MARK: Keys

-- What tells whether the master key, which is nowhere in the database, is the one that sealed what is in it.
alter table installation add column master_key_check bytea;

-- Keys that sign base tokens, sealed. A key signs from `activates_at` until a younger one does, and is accepted until it
-- is retired. A `secret` in clear is one of before, which the service seals at its next start.
drop index signing_key_single;
alter table signing_key
  alter column secret drop not null,
  add column kid text,
  add column algorithm text not null default 'HS256' check (algorithm in ('HS256', 'EdDSA')),
  add column sealed bytea,
  add column activates_at timestamptz not null default now(),
  add column retired_at timestamptz,
  add constraint signing_key_kid_key unique (kid),
  add constraint signing_key_has_one check (num_nonnulls(secret, sealed) = 1),
  add constraint signing_key_named check (sealed is null or kid is not null);

-- Base tokens that were ended one by one, until they end by themselves.
create table revoked_base_token (
  jti        text primary key check (char_length(jti) <= 64),
  expires_at timestamptz not null
);

create index revoked_base_token_age_index on revoked_base_token (expires_at);

-- MARK: API tokens

alter table api_token
  add column expires_at     timestamptz,                    -- null: never
  add column note           text not null default '' check (char_length(note) <= 1000),
  add column networks       cidr[] not null default '{}',   -- from where it may be used; none: from everywhere
  add column rate_limit     integer check (rate_limit > 0),  -- exchanges a minute; null: what holds for all
  add column generation     integer not null default 1,      -- counts the secrets that it has had
  add column rotated_at     timestamptz,
  add column use_count      bigint not null default 0,
  add column last_client    text check (char_length(last_client) <= 255),
  add column last_addresses inet[] not null default '{}';    -- five at most, the last first

-- Secrets that were rotated away: both work until `valid_until`, and one that is shown later is noted.
create table retired_secret (
  hash        bytea primary key check (octet_length(hash) = 32),
  token_id    bigint not null references api_token on delete cascade,
  generation  integer not null,
  valid_until timestamptz not null,
  reused_at   timestamptz,
  constraint retired_secret_generation_key unique (token_id, generation)
);

-- MARK: Team policies

alter table team
  add column requires_token_expiry boolean not null default false,
  add column longest_token_days    integer check (longest_token_days between 1 and 36500),
  add column longest_base_token    integer check (longest_base_token between 60 and 259200),  -- seconds
  add column forbids_member_rw     boolean not null default false,
  add column ends_reused_tokens    boolean not null default false;

-- What a policy forbids of a token; null for what it does not. One expression for what is made and for what is there.
create function token_policy_violation(
  expires_at timestamptz, created_at timestamptz, permission text, made_by_member boolean,
  requires_expiry boolean, longest_days integer, forbids_member_rw boolean
) returns text language sql immutable as $$
  select case
    when (requires_expiry or longest_days is not null) and expires_at is null then 'token_expiry_required'
    when expires_at > created_at + make_interval(days => longest_days) then 'token_lifetime_too_long'
    when forbids_member_rw and permission = 'rw' and made_by_member then 'token_rw_forbidden'
  end
$$;

-- Who makes a token, or changes what it may do, keeps to the policy that his team has then.
create function keep_token_policy() returns trigger language plpgsql as $$
declare
  policy team;
  actor  bigint := (coalesce(nullif(current_setting('basekeeper.actor', true), ''), '{}')::jsonb ->> 'account')::bigint;
  broken text;
begin
  -- Not while somebody changes it.
  select * into policy from team where id = new.team_id for share;
  if not found then
    return null;
  end if;
  broken := token_policy_violation(
    new.expires_at, new.created_at, new.permission,
    not exists (select from live_account where id = coalesce(actor, new.created_by) and is_team_admin),
    policy.requires_token_expiry, policy.longest_token_days, policy.forbids_member_rw);
  if broken is not null then
    raise exception 'the policy of team % forbids it', new.team_id using errcode = 'check_violation', constraint = broken;
  end if;
  return null;
end $$;

create trigger a_keep_token_policy_of_new after insert on api_token
for each row when (new.team_id is not null) execute function keep_token_policy();
create trigger a_keep_token_policy after update on api_token
for each row when (
  new.team_id is not null and new.revoked_at is null
  and ((old.permission, old.expires_at) is distinct from (new.permission, new.expires_at))
) execute function keep_token_policy();

-- MARK: Account tokens

alter table account_token
  add column name         text not null default '' check (char_length(name) <= 255),
  add column expires_at   timestamptz,
  add column last_used_at timestamptz,
  add column last_address inet,
  add column last_client  text check (char_length(last_client) <= 255);

-- MARK: Second factors

alter table account
  add column totp_sealed       bytea,        -- the shared secret (RFC 6238), sealed
  add column totp_confirmed_at timestamptz,  -- null: not asked for yet
  add column totp_last_step    bigint;       -- of the last code that was taken; none is taken twice

create table recovery_code (
  account_id bigint not null references account,
  hash       bytea not null check (octet_length(hash) = 32),
  primary key (account_id, hash)
);

-- The same as before, and whether somebody has to enrol a second factor before he may do anything else.
create or replace view live_account as
  select account.id, account.uid, account.team_id, account.email, account.login_id, account.name,
         account.is_team_admin and account.team_id is not null as is_team_admin, account.is_system_admin,
         account.totp_confirmed_at is null and (account.forces_2fa or coalesce(team.forces_2fa, false)) as must_enrol
  from account
  left join team on team.id = account.team_id
  where account.is_active and account.deleted_at is null;

-- MARK: Answers that are given once

-- What a creating request with an Idempotency-Key was answered, for a day. The answer is sealed under a key that is made
-- of the one in the request, so that the table alone opens none.
create table idempotent_answer (
  key        bytea primary key check (octet_length(key) = 32),
  request    bytea not null check (octet_length(request) = 32),  -- SHA-256 of what was asked for
  sealed     bytea,                                              -- null while the request runs
  created_at timestamptz not null default now()
);

create index idempotent_answer_age_index on idempotent_answer (created_at);

-- MARK: The audit log

create or replace function audited(api_token) returns jsonb language sql immutable as $$
  select jsonb_build_object(
    'app_name', $1.app_name, 'permission', $1.permission, 'hint', $1.hint, 'is_deleted', $1.revoked_at is not null,
    'expires_at', extract(epoch from $1.expires_at)::bigint, 'note', $1.note, 'networks', $1.networks::text[],
    'rate_limit', $1.rate_limit)
$$;

create or replace function audit_api_token() returns trigger language plpgsql as $$
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

drop trigger b_audit_changed on api_token;
create trigger b_audit_changed after update on api_token
for each row when (
  (old.app_name, old.permission, old.hash, old.revoked_at, old.refused_at, old.expires_at, old.note, old.networks,
   old.rate_limit)
  is distinct from
  (new.app_name, new.permission, new.hash, new.revoked_at, new.refused_at, new.expires_at, new.note, new.networks,
   new.rate_limit)
) execute function audit_api_token();

-- A rotated secret that is shown after its time.
create function audit_reused_secret() returns trigger language plpgsql as $$
declare
  token api_token;
  place base;
begin
  select * into token from api_token where id = new.token_id;
  select * into place from base where id = token.base_id;
  perform audit(token.team_id, 'token', 'api_token_reuse', token.id,
    jsonb_build_object('id', token.id, 'name', token.app_name, 'permission', token.permission, 'base', place.name,
      'base_uuid', place.uuid, 'generation', new.generation), null, null);
  return null;
end $$;

create trigger b_audit_reused after update on retired_secret
for each row when (old.reused_at is distinct from new.reused_at) execute function audit_reused_secret();

-- Second factors and account tokens are a person's own; that one was made or taken away is worth an entry.
create or replace function audited(account) returns jsonb language sql immutable as $$
  select jsonb_build_object(
    'team_id', $1.team_id, 'contact_email', $1.email, 'login_id', $1.login_id, 'name', $1.name, 'unit', $1.unit,
    'id_in_org', $1.id_in_org, 'role', $1.role, 'admin_role', $1.admin_role, 'quota_total', $1.quota_total,
    'forces_2fa', $1.forces_2fa, 'has_2fa', $1.totp_confirmed_at is not null, 'is_team_admin', $1.is_team_admin,
    'is_system_admin', $1.is_system_admin, 'is_active', $1.is_active, 'is_deleted', $1.deleted_at is not null)
$$;

create function audit_account_token() returns trigger language plpgsql as $$
declare
  token account_token := case when tg_op = 'DELETE' then old else new end;
  person account;
begin
  select * into person from account where id = token.account_id;
  perform audit(person.team_id, 'user', 'account_token_' || change_name(tg_op), person.id,
    jsonb_build_object('id', person.id, 'email', person.email, 'username', user_id(person.uid), 'nickname', person.name,
      'token_id', token.id, 'token_name', token.name),
    null, null);
  return null;
end $$;

create trigger b_audit_deleted after delete on account_token for each row execute function audit_account_token();
-- Those that are made at a login are in the login log.
create trigger b_audit_made after insert on account_token
for each row when (nullif(current_setting('basekeeper.actor', true), '') is not null)
execute function audit_account_token();
