-- Who was taken out of a base or a group does not come back by a link that was there then. An admin who adds them, a new
-- share and a new link let them in again.

create table barred_guest (
  link_id    bigint not null references base_link on delete cascade,
  account_id bigint not null references account,
  barred_at  timestamptz not null default now(),
  primary key (link_id, account_id)
);

create index barred_guest_account_index on barred_guest (account_id);

create table barred_member (
  link_id    bigint not null references group_link on delete cascade,
  account_id bigint not null references account,
  barred_at  timestamptz not null default now(),
  primary key (link_id, account_id)
);

create index barred_member_account_index on barred_member (account_id);

-- The group_link that somebody has come by, which may be gone; null where an admin has put them in.
alter table group_member add column link_id bigint;

-- Takes from somebody what invite links have given them in bases, and bars them from those that are there. Gives for how
-- many links they were guests.
create function bar_guest(account bigint, bases bigint[]) returns bigint language plpgsql as $$
declare
  links  bigint[];
  guests bigint;
begin
  -- In one order. Whoever is being let in by one of them is there then, or finds themselves barred.
  select array_agg(id) into links from (
    select id from base_link where base_id = any(bases) and kind = 'invite' order by id for no key update
  ) as link;
  delete from invite_link_guest where account_id = bar_guest.account and link_id = any(links);
  get diagnostics guests = row_count;
  insert into barred_guest (link_id, account_id) select link, bar_guest.account from unnest(links) as link on conflict do nothing;
  return guests;
end $$;

create function keep_guest_out() returns trigger language plpgsql as $$
begin
  perform from base_link where id = new.link_id for share;
  if exists (select from barred_guest where link_id = new.link_id and account_id = new.account_id) then
    raise exception 'account % is barred from link %', new.account_id, new.link_id
      using errcode = 'check_violation', constraint = 'barred_guest';
  end if;
  return null;
end $$;

create trigger a_keep_guest_out after insert on invite_link_guest for each row execute function keep_guest_out();

create function let_guest_in_again() returns trigger language plpgsql as $$
begin
  delete from barred_guest using base_link as link
  where link.base_id = new.base_id and barred_guest.link_id = link.id and barred_guest.account_id = new.account_id;
  return null;
end $$;

create trigger a_let_guest_in_again after insert on user_share for each row execute function let_guest_in_again();

-- Of a group, and of its bases. Whoever leaves by themselves may come back.
create function bar_member() returns trigger language plpgsql as $$
declare
  actor jsonb := coalesce(nullif(current_setting('basekeeper.actor', true), ''), '{}');
begin
  if (actor ->> 'account')::bigint is not distinct from old.account_id
    or not exists (select from user_group where id = old.group_id)
    or not exists (select from account where id = old.account_id and deleted_at is null)
  then
    return null;
  end if;
  insert into barred_member (link_id, account_id)
  select id, old.account_id from group_link where group_id = old.group_id
  on conflict do nothing;
  perform bar_guest(old.account_id, array(
    select base.id from base join workspace on workspace.id = base.workspace_id where workspace.group_id = old.group_id));
  return null;
end $$;

create trigger a_bar_member after delete on group_member for each row execute function bar_member();

create function keep_member_out() returns trigger language plpgsql as $$
begin
  if new.link_id is null then
    delete from barred_member using group_link as link
    where link.group_id = new.group_id and barred_member.link_id = link.id and barred_member.account_id = new.account_id;
    delete from barred_guest using base_link as link, base, workspace
    where workspace.group_id = new.group_id and base.workspace_id = workspace.id and link.base_id = base.id
      and barred_guest.link_id = link.id and barred_guest.account_id = new.account_id;
  elsif exists (select from barred_member where link_id = new.link_id and account_id = new.account_id) then
    raise exception 'account % is barred from link %', new.account_id, new.link_id
      using errcode = 'check_violation', constraint = 'barred_member';
  end if;
  return null;
end $$;

create trigger a_keep_member_out after insert on group_member for each row execute function keep_member_out();

-- That somebody is a guest no more; nothing where the link is gone, whose own entry says it for all.
create function audit_former_guest() returns trigger language plpgsql as $$
declare
  link base_link;
begin
  select * into link from base_link where id = old.link_id;
  if found then
    perform audit_of_base(link.base_id, 'base_invite_link_remove',
      jsonb_build_object('link', link.handle, 'user', (select user_id(uid) from account where id = old.account_id)),
      jsonb_build_object('permission', link.permission), null);
  end if;
  return null;
end $$;

create trigger b_audit_deleted after delete on invite_link_guest for each row execute function audit_former_guest();
