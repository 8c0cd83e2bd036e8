-- Passwords that somebody else has given to their person, who is to change them.

alter table account add column password_given_at timestamptz;  -- null: chosen by its person, or older than this column

-- Whoever else sets it gives it: an administrator, or nobody in particular, at the machine and at the first start.
create function keep_whose_password() returns trigger language plpgsql as $$
declare
  actor bigint := nullif(current_setting('basekeeper.actor', true), '')::jsonb ->> 'account';
begin
  new.password_given_at := case when actor is distinct from new.id then now() end;
  return new;
end $$;

create trigger a_keep_whose_password before insert on account
for each row when (new.password_hash is not null) execute function keep_whose_password();
-- Not where the statement itself says so.
create trigger a_keep_whose_new_password before update on account
for each row when (
  old.password_hash is distinct from new.password_hash
  and old.password_given_at is not distinct from new.password_given_at
) execute function keep_whose_password();

-- As before, and what the duties depend on that keep somebody from everything else.
create or replace view live_account as
  select account.id, account.uid, account.team_id, account.email, account.login_id, account.name,
         account.is_team_admin and account.team_id is not null as is_team_admin, account.is_system_admin,
         account.totp_confirmed_at is null and (account.forces_2fa or coalesce(team.forces_2fa, false)) as must_enrol,
         account.generation || '.' ||
           case when account.totp_confirmed_at is null then coalesce(team.generation, 0) else 0 end as generation,
         account.password_given_at is not null as has_first_password,
         account.totp_confirmed_at is not null as has_second_factor
  from account
  left join team on team.id = account.team_id
  where account.is_active and account.deleted_at is null;
