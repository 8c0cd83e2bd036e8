-- A password whose hash is made anew, by stronger parameters, stays the same password: nobody has set one, and nothing
-- that was made with it ends. The service says so for the one statement.
create function is_rehashing() returns boolean language sql stable as $$
  select nullif(current_setting('basekeeper.rehashing', true), '') is not null
$$;

create or replace function raise_generation() returns trigger language plpgsql as $$
begin
  if is_rehashing() then
    return new;
  end if;
  new.generation := old.generation + 1;
  if tg_table_name = 'account' and nullif(current_setting('basekeeper.ending_team', true), '') is null then
    perform hold_access(new.id, true);
  end if;
  return new;
end $$;

create or replace function keep_whose_password() returns trigger language plpgsql as $$
declare
  actor bigint := nullif(current_setting('basekeeper.actor', true), '')::jsonb ->> 'account';
begin
  if not is_rehashing() then
    new.password_given_at := case when actor is distinct from new.id then now() end;
  end if;
  return new;
end $$;

create or replace function end_answers() returns trigger language plpgsql as $$
begin
  if is_rehashing() then
    return null;
  end if;
  update idempotent_answer as answer set sealed = null, ended_at = now()
  from answer_secret as revealed
  where revealed.hash = secret_of(old) and answer.key = revealed.key and answer.ended_at is null;
  return null;
end $$;

select audit_table(
  'account', 'insert', '{last_login_at, generation, totp_sealed, totp_last_step, totp_used_steps}',
  'nullif(current_setting(''basekeeper.ending_team'', true), '''') is null and not is_rehashing()');

-- Second factors are sealed for one account from then on. For a week copies of the version before may still run, and
-- somebody may go back to it: it opens only what is sealed for all.
alter table installation add column binds_factors_from timestamptz not null default now();
update installation set binds_factors_from = now() + interval '7 days' where exists (select from account);
