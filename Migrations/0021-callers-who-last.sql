-- What somebody writes is written while they may: nothing of theirs comes to be after what has ended their access.

-- An update of the generation counts as one of a key, so it waits for whoever holds the row as foreign keys do (for key
-- share), and they for it; any other update, like that of the last sign-in, does not.
create unique index account_generation_key on account (id, generation);

-- Holds a caller until the transaction ends, and asks once more for what they were let in by: their account token, or the
-- generation of their account and the account token that a derived token was made from, if any. Whoever ends their own
-- access holds the row alone.
create function hold_caller(caller bigint, seen_generation text, seen_token bigint, is_ending boolean) returns void
language plpgsql as $$
begin
  if is_ending then
    perform from account where id = caller for update;
  else
    perform from account where id = caller for key share;
  end if;
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
