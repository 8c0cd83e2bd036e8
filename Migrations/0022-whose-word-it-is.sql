-- Rights that are asked for once more where they are used, and addresses that somebody has given as their own.

-- MARK: Addresses

-- Whose word an address is: nobody sends anything to it. One that its person gave (self) leads that account into no team,
-- and one that an administrator of a team gave (team) leads it to the head of none.
alter table account add column email_given_by text not null default 'system'
  constraint account_email_given_by check (email_given_by in ('self', 'team', 'system'));

-- As before, without what says nothing to a reader of the audit log.
create or replace function audited(account) returns jsonb language sql stable as $$
  select to_jsonb($1) - '{
      id, uid, email, email_given_by, created_at, last_login_at, deleted_at, generation,
      totp_sealed, totp_confirmed_at, totp_last_step, totp_used_steps
    }'::text[] || jsonb_build_object(
      'contact_email', $1.email, 'has_2fa', $1.totp_confirmed_at is not null, 'is_deleted', $1.deleted_at is not null)
$$;

update account set email_given_by = case
    when exists (
      select from audit_log
      where kind = 'user' and target_id = account.id and actor_id = account.id and became ? 'contact_email')
    then 'self' else 'team' end
where not is_system_admin and (not is_team_admin and team_id is not null or exists (
  select from audit_log
  where kind = 'user' and target_id = account.id and actor_id = account.id and became ? 'contact_email'));

create function keep_whose_email() returns trigger language plpgsql as $$
declare
  actor bigint := nullif(current_setting('basekeeper.actor', true), '')::jsonb ->> 'account';
begin
  new.email_given_by := case
    when actor is null or exists (select from account where id = actor and id <> new.id and is_system_admin) then 'system'
    when actor = new.id then 'self'
    else 'team' end;
  return new;
end $$;

create trigger a_keep_whose_email before insert on account for each row execute function keep_whose_email();
create trigger a_keep_whose_new_email before update on account
  for each row when (lower(old.email) is distinct from lower(new.email)) execute function keep_whose_email();

-- Also with blanks of other scripts at its ends.
create or replace function is_reserved(name text) returns boolean language sql immutable parallel safe as $$
  select name ~* '@auth\.local[\s\u00a0\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff]*$'
$$;

-- MARK: Rights

-- Whoever writes has been let in by a statement before, and may have been taken out since. What opens a base or a group to
-- others, or has a new secret, is written while its maker administers that. The maker holds their access, and whoever
-- changes what they may waits for it, see `hold_access`: a lock of the membership's row could be held on and on.
create function administers_workspace(person bigint, place bigint) returns boolean language sql stable as $$
  select exists (select from workspace_role where account_id = person and workspace_id = place and role in ('owner', 'admin'))
    or exists (
      select from live_account as account
      where account.id = person and (account.is_system_admin or account.is_team_admin and account.team_id = (
        select team_id from workspace where workspace.id = place)))
$$;

create function keep_to_makers() returns trigger language plpgsql as $$
declare
  actor bigint := nullif(current_setting('basekeeper.actor', true), '')::jsonb ->> 'account';
  place bigint;
begin
  if tg_table_name = 'group_link' then
    select id into place from workspace where group_id = new.group_id;
  else
    select workspace_id into place from base where id = new.base_id;
  end if;
  if actor is not null and not administers_workspace(actor, place) then
    raise exception 'account % does not administer workspace %', actor, place
      using errcode = 'insufficient_privilege', constraint = 'maker_administers';
  end if;
  return new;
end $$;

create trigger a_keep_to_makers before insert on group_link for each row execute function keep_to_makers();
create trigger a_keep_to_makers before insert on base_link for each row execute function keep_to_makers();
create trigger a_keep_to_makers before insert on user_share for each row execute function keep_to_makers();
create trigger a_keep_to_makers before insert on group_share for each row execute function keep_to_makers();
create trigger a_keep_to_makers before insert on api_token for each row execute function keep_to_makers();
create trigger a_keep_new_secrets_to_makers before update on api_token
  for each row when (old.hash is distinct from new.hash) execute function keep_to_makers();
