-- What a role that serves may do with a table or view of ours. It notes how far the audit log was written to the output,
-- and deletes none of that: without it, everything up to now would be passed over.
create or replace function serving_rights(relation text, kind "char") returns text[] language sql immutable as $$
  select case
    when kind = 'v' then '{SELECT}'
    when relation in (
      'schema_migration', 'audit_log', 'audit_chain', 'audit_operation', 'audit_change', 'login_tally', 'api_token_tally'
    ) then '{SELECT}'
    when relation = 'login_log' then '{SELECT,INSERT}'
    when relation in (
      'account', 'workspace', 'installation', 'seed', 'signing_key', 'job', 'audit_shipment'
    ) then '{SELECT,INSERT,UPDATE}'
    else '{SELECT,INSERT,UPDATE,DELETE}'
  end::text[]
$$;
