-- What ends somebody's access, and how the tokens end that no row stands for.

-- MARK: Generations

-- Base tokens and temporary API tokens of people say which generation of their account they were made in, and end with
-- it. It is raised by all that is to end what somebody has got in with before.
alter table account add column generation bigint not null default 1;
-- The same for a team's members without a second factor.
alter table team add column generation bigint not null default 0;

create function raise_generation() returns trigger language plpgsql as $$
begin
  new.generation := old.generation + 1;
  return new;
end $$;

create trigger a_raise_generation before update on account
for each row when (
  (old.password_hash, old.totp_confirmed_at, old.is_active, old.deleted_at, old.team_id)
  is distinct from (new.password_hash, new.totp_confirmed_at, new.is_active, new.deleted_at, new.team_id)
  or (new.forces_2fa and not old.forces_2fa)
) execute function raise_generation();

create trigger a_raise_generation before update on team
for each row when (new.forces_2fa and not old.forces_2fa) execute function raise_generation();

-- The same as before, and the generation of what is made now.
create or replace view live_account as
  select account.id, account.uid, account.team_id, account.email, account.login_id, account.name,
         account.is_team_admin and account.team_id is not null as is_team_admin, account.is_system_admin,
         account.totp_confirmed_at is null and (account.forces_2fa or coalesce(team.forces_2fa, false)) as must_enrol,
         account.generation || '.' ||
           case when account.totp_confirmed_at is null then coalesce(team.generation, 0) else 0 end as generation
  from account
  left join team on team.id = account.team_id
  where account.is_active and account.deleted_at is null;

-- MARK: Second factors

-- The steps whose codes were taken last: none is taken twice, whatever the clocks do.
alter table account add column totp_used_steps bigint[] not null default '{}';
update account set totp_used_steps = array[totp_last_step] where totp_last_step is not null;

-- MARK: Rotation

-- Whoever gives a token another secret keeps to the policy as who makes one does.
drop trigger a_keep_token_policy on api_token;
create trigger a_keep_token_policy after update on api_token
for each row when (
  new.team_id is not null and new.revoked_at is null
  and (old.permission, old.expires_at, old.hash) is distinct from (new.permission, new.expires_at, new.hash)
) execute function keep_token_policy();

-- MARK: Answers that are given once

-- What a stored answer reveals, by hashes: when that is ended, the answer is dropped, and never given again.
create table answer_secret (
  key  bytea not null references idempotent_answer on delete cascade,
  hash bytea not null check (octet_length(hash) = 32),
  primary key (hash, key)
);

create index answer_secret_answer_index on answer_secret (key);

alter table idempotent_answer add column ended_at timestamptz;

create function secret_of(api_token) returns bytea language sql immutable as $$ select $1.hash $$;
create function secret_of(account_token) returns bytea language sql immutable as $$ select $1.hash $$;
create function secret_of(group_link) returns bytea language sql immutable as $$ select $1.hash $$;
create function secret_of(base_link) returns bytea language sql stable as $$
  select coalesce($1.hash, sha256(convert_to($1.handle, 'UTF8')))
$$;
create function secret_of(account) returns bytea language sql stable as $$
  select sha256(convert_to('password of ' || $1.uid, 'UTF8'))
$$;

create function end_answers() returns trigger language plpgsql as $$
begin
  update idempotent_answer as answer set sealed = null, ended_at = now()
  from answer_secret as revealed
  where revealed.hash = secret_of(old) and answer.key = revealed.key and answer.ended_at is null;
  return null;
end $$;

create trigger b_end_answers_of_deleted after delete on api_token for each row execute function end_answers();
create trigger b_end_answers after update on api_token
for each row when (old.hash <> new.hash or (old.revoked_at is null and new.revoked_at is not null))
execute function end_answers();
create trigger b_end_answers_of_deleted after delete on account_token for each row execute function end_answers();
create trigger b_end_answers_of_deleted after delete on base_link for each row execute function end_answers();
create trigger b_end_answers_of_deleted after delete on group_link for each row execute function end_answers();
create trigger b_end_answers after update on account
for each row when (
  old.password_hash is distinct from new.password_hash or (old.deleted_at is null and new.deleted_at is not null)
) execute function end_answers();
