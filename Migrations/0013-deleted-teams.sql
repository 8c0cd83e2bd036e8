-- What ends with its team is in that one's entry of the audit log: the service names the team by the setting
-- basekeeper.ending_team, in a transaction that does nothing else.

create or replace function audit(
  team bigint, kind text, operation text, target bigint, detail jsonb, was jsonb, became jsonb,
  subject bigint default null
) returns void language plpgsql as $$
declare
  actor jsonb := coalesce(nullif(current_setting('basekeeper.actor', true), ''), '{}');
  whole jsonb := was;
begin
  if kind <> 'team' and nullif(current_setting('basekeeper.ending_team', true), '') is not null then
    return;
  end if;
  if was is not null and became is not null then
    was := (select jsonb_object_agg(key, value) from jsonb_each(was) where value is distinct from became -> key);
    became := (select jsonb_object_agg(key, value) from jsonb_each(became) where value is distinct from whole -> key);
  end if;
  insert into audit_log (
    chain, actor_id, address, request_id, kind, operation, target_id, subject_id, detail, was, became, number,
    previous_hash, hash)
  values (
    coalesce(team, 0), (actor ->> 'account')::bigint, actor ->> 'address', actor ->> 'request', kind, operation,
    target, subject, detail, was, became, 0, '', '');
end $$;

-- Of tokens, of which a team may have very many, it is not even asked.
drop trigger b_audit_changed on api_token;
create trigger b_audit_changed after update on api_token
for each row when (
  (old.app_name, old.permission, old.hash, old.revoked_at, old.refused_at, old.expires_at, old.note, old.networks,
   old.rate_limit)
  is distinct from
  (new.app_name, new.permission, new.hash, new.revoked_at, new.refused_at, new.expires_at, new.note, new.networks,
   new.rate_limit)
  and nullif(current_setting('basekeeper.ending_team', true), '') is null
) execute function audit_api_token();
