-- Master keys that were replaced lately, sealed with the present one. What was derived from them lasts for up to a day:
-- stored answers, and temporary tokens.
alter table installation
  add column former_master_keys bytea,
  add column former_master_keys_until timestamptz,
  add constraint installation_former_master_keys_check
    check ((former_master_keys is null) = (former_master_keys_until is null));
