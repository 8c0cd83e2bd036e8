-- What the audit log did not say: that a base token was ended alone, and that a recovery code was used; and the number of
-- an entry, which could be changed without a trace.

-- The hash is taken of the same as before, so that the version before verifies what is written now: the entry's id stands
-- in its detail. `basekeeper audit verify` compares the two; those of before have none there.
create or replace function chain_audit_entry() returns trigger language plpgsql as $$
declare
  head audit_chain;
begin
  insert into audit_chain (chain, number, hash) values (new.chain, 0, '') on conflict (chain) do nothing;
  select * into head from audit_chain where chain = new.chain for update;
  new.id := nextval('audit_log_id');
  new.detail := new.detail || jsonb_build_object('entry', new.id);
  new.number := head.number + 1;
  new.previous_hash := head.hash;
  new.hash := sha256(new.previous_hash || convert_to(audit_content(new), 'UTF8'));
  update audit_chain set number = new.number, hash = new.hash where chain = new.chain;
  return new;
end $$;

-- MARK: Base tokens

alter table revoked_base_token
  add column base_uuid uuid,    -- null: ended by the version before
  add column holder    jsonb;   -- who had it, as it said itself

create function audit_revoked_base_token() returns trigger language plpgsql as $$
declare
  place base;
begin
  select * into place from base where uuid = new.base_uuid;
  if found then
    perform audit(place.team_id, 'base', 'base_token_revoke', place.id,
      jsonb_build_object('id', place.id, 'uuid', place.uuid, 'name', place.name, 'workspace_id', place.workspace_id)
        || coalesce(new.holder, '{}'), null, null);
  end if;
  return null;
end $$;

create trigger b_audit_made after insert on revoked_base_token
for each row when (new.base_uuid is not null) execute function audit_revoked_base_token();

-- MARK: Recovery codes

-- Takes a recovery code once, and puts that down to the person; false where there is none such.
create function use_recovery_code(person bigint, code bytea) returns boolean language plpgsql as $$
declare
  place account;
begin
  delete from recovery_code where account_id = person and hash = code;
  if not found then
    return false;
  end if;
  select * into place from account where id = person;
  perform set_config('basekeeper.actor', (
    coalesce(nullif(current_setting('basekeeper.actor', true), ''), '{}')::jsonb
    || jsonb_build_object('account', person))::text, true);
  perform audit(place.team_id, 'user', 'recovery_code_use', person,
    jsonb_build_object('id', person, 'email', place.email, 'username', user_id(place.uid), 'nickname', place.name,
      'recovery_codes_left', (select count(*) from recovery_code where account_id = person)), null, null);
  return true;
end $$;
