-- Whether a team lets anybody read its bases by external links.

alter table team add column allows_public_links boolean not null default true;

-- What a team has forbidden is not made; what is there opens nothing, which is asked when it is used.
create function keep_link_policy() returns trigger language plpgsql as $$
begin
  if exists (select from team where id = new.team_id and not allows_public_links) then
    raise exception 'team % lets nobody in by external links', new.team_id
      using errcode = 'check_violation', constraint = 'team_public_links';
  end if;
  return null;
end $$;

create trigger a_keep_link_policy after insert on base_link
for each row when (new.kind = 'external' and new.team_id is not null) execute function keep_link_policy();
