-- What somebody writes is written while they may: nothing of theirs comes to be after what has ended their access.

-- Whoever writes holds their access, and shares it with what else they write at that moment. What ends it holds it alone:
-- it waits for what is being written, and what comes later waits for it. These locks are asked for in turn, so that no
-- crowd of writers keeps out what ends their access, as it could by the locks of a row.
create function hold_access(person bigint, is_alone boolean) returns void language plpgsql as $$
begin
  if is_alone then
    perform pg_advisory_xact_lock(x'6b656570'::int, (person % 2147483647)::int);
  else
    perform pg_advisory_xact_lock_shared(x'6b656570'::int, (person % 2147483647)::int);
  end if;
end $$;

-- The people of a team that is deleted may be too many for a lock each; their team holds them.
create or replace function raise_generation() returns trigger language plpgsql as $$
begin
  new.generation := old.generation + 1;
  if tg_table_name = 'account' and nullif(current_setting('basekeeper.ending_team', true), '') is null then
    perform hold_access(new.id, true);
  end if;
  return new;
end $$;

-- Holds a caller's access until the transaction ends, and asks once more for what they were let in by: their account
-- token, or the generation of their account and the account token that a derived token was made from, if any.
create function hold_caller(caller bigint, seen_generation text, seen_token bigint, is_ending boolean) returns void
language plpgsql as $$
begin
  perform hold_access(caller, is_ending);
  if not exists (
    select from live_account as account
    where account.id = caller and (seen_generation is null or account.generation = seen_generation))
    or seen_token is not null and not exists (
      select from account_token as token
      where token.id = seen_token and token.account_id = caller
        and (token.expires_at is null or token.expires_at > now()))
  then
    raise exception 'the access of account % has ended', caller
      using errcode = 'insufficient_privilege', constraint = 'caller_lasts';
  end if;
end $$;
