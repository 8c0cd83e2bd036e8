-- How account tokens end by themselves, beyond the end that they were given.

alter table team
  add column longest_account_token_days integer check (longest_account_token_days between 1 and 36500),
  add column longest_account_token_idle integer check (longest_account_token_idle between 300 and 31536000);  -- seconds

-- Since when its life counts: since its person last gave the password for it, or for the token that it was made with.
alter table account_token add column proved_at timestamptz;  -- null: when it was made

-- As before, without what the service itself dates.
create or replace function audited(account_token) returns jsonb language sql stable as $$
  select nullif(to_jsonb($1) - '{
    id, account_id, hash, created_at, name, expires_at, last_used_at, last_address, last_client, proved_at
  }'::text[], '{}')
$$;

-- When a token ends however much it is used: at the end that it was given, or when it is as old as its team or the operator
-- lets tokens be; null: never.
create function account_token_end(
  expires_at timestamptz, proved_at timestamptz, created_at timestamptz, team_days integer, days integer
) returns timestamptz language sql stable as $$
  select least(expires_at, coalesce(proved_at, created_at) + make_interval(days => least(team_days, days)))
$$;

-- Whether a token still counts: it has not ended, and was used, or made, not too many seconds ago. Uses are written a little
-- later, see LastUse: a token may end as much earlier, and never later.
create function account_token_lasts(
  token account_token, team_days integer, days integer, team_idle integer, idle integer
) returns boolean language sql stable as $$
  select coalesce(
    least(
      account_token_end(token.expires_at, token.proved_at, token.created_at, team_days, days),
      coalesce(token.last_used_at, token.created_at) + make_interval(secs => least(team_idle, idle))
    ) > now(), true)
$$;

-- As before, and how long the team lets account tokens last.
create or replace view live_account as
  select account.id, account.uid, account.team_id, account.email, account.login_id, account.name,
         account.is_team_admin and account.team_id is not null as is_team_admin, account.is_system_admin,
         account.totp_confirmed_at is null and (account.forces_2fa or coalesce(team.forces_2fa, false)) as must_enrol,
         account.generation || '.' ||
           case when account.totp_confirmed_at is null then coalesce(team.generation, 0) else 0 end as generation,
         account.password_given_at is not null as has_first_password,
         account.totp_confirmed_at is not null as has_second_factor,
         team.longest_account_token_days as account_token_days, team.longest_account_token_idle as account_token_idle
  from account
  left join team on team.id = account.team_id
  where account.is_active and account.deleted_at is null;

-- As before, with what the operator lets account tokens last.
create function hold_caller(
  caller bigint, seen_generation text, seen_token bigint, is_ending boolean, days integer, idle integer
) returns void language plpgsql as $$
begin
  perform hold_access(caller, is_ending);
  if not exists (
    select from live_account as account
    where account.id = caller and (seen_generation is null or account.generation = seen_generation)
      and (seen_token is null or exists (
        select from account_token as token
        where token.id = seen_token and token.account_id = account.id
          and account_token_lasts(token, account.account_token_days, days, account.account_token_idle, idle))))
  then
    raise exception 'the access of account % has ended', caller
      using errcode = 'insufficient_privilege', constraint = 'caller_lasts';
  end if;
end $$;

-- For the version before.
create or replace function hold_caller(caller bigint, seen_generation text, seen_token bigint, is_ending boolean)
returns void language plpgsql as $$
begin
  perform hold_caller(caller, seen_generation, seen_token, is_ending, null, null);
end $$;

-- Keeps a person's account tokens to so many: those that are too many end, first those that do not count any more, then
-- those that have lain unused longest. The one that was made just now stays, and so does the one that it was made with.
create function keep_account_tokens(
  person bigint, most integer, made bigint, shown bigint, days integer, idle integer
) returns void language plpgsql as $$
declare
  kept bigint[] := array_remove(array[made, shown], null);
begin
  -- One after the other: each sees what those before it have made.
  perform from account where id = person for no key update;
  delete from account_token where id in (
    select token.id
    from account_token as token
    left join live_account as account on account.id = token.account_id
    where token.account_id = person and token.id <> all(kept)
    order by account_token_lasts(token, account.account_token_days, days, account.account_token_idle, idle) desc,
             coalesce(token.last_used_at, token.created_at) desc, token.id desc
    offset greatest(most - cardinality(kept), 0));
end $$;
