-- What is a name, and which names look the same.

-- Whether a text may be a name: something that is seen, and that leads nowhere else where it stands in a path. What is not
-- seen are controls, what Unicode shows as nothing (Default_Ignorable_Code_Point and Bidi_Control), and a few that are blank
-- beside these; not those that belong behind or between some letters, of which the service judges. What leads elsewhere
-- are the dot segments of RFC 3986, 5.2.4, and of the URL Standard of WHATWG.
create function is_name(name text) returns boolean language sql immutable parallel safe as $$
  select name !~ ('[\u0001-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f'
      || '\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffc'
      || '\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]')
    and name ~ '[^ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]'
    and name !~* '(^|[/\\]|%2f|%5c)(\.|%2e){1,2}($|[/\\]|%2f|%5c)'
$$;

-- What people see of a name: without what is not seen, and with one blank for each run of blanks, none at the ends.
create function name_look(name text) returns text language sql immutable parallel safe as $$
  select btrim(regexp_replace(
    regexp_replace(name, '[\u180b-\u180f\u200c\u200d\ufe0e\ufe0f\U000e0100-\U000e01ef]', '', 'g'),
    '[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+', ' ', 'g'))
$$;

alter table team add constraint team_name_is_name check (is_name(name)) not valid;
alter table account add constraint account_name_is_name check (name = '' or is_name(name)) not valid;
alter table user_group add constraint user_group_name_is_name check (is_name(name)) not valid;
alter table base add constraint base_name_is_name check (is_name(name)) not valid;
alter table folder add constraint folder_name_is_name check (is_name(name)) not valid;
alter table api_token add constraint api_token_app_name_is_name check (is_name(app_name)) not valid;
alter table base_link add constraint base_link_handle_is_plain check (handle ~ '^[0-9A-Za-z_-]+$') not valid;

-- MARK: Names from before

-- The name that comes nearest to one that is none: without what is not seen, and without dots where they lead elsewhere.
create function nearest_name(name text) returns text language plpgsql immutable as $$
declare
  nearest text := name;
begin
  if not is_name(nearest) then
    nearest := coalesce((
      select string_agg(letter, '' order by place)
      from unnest(string_to_array(name, null)) with ordinality as part (letter, place)
      where is_name('x' || letter || 'x')), '');
  end if;
  if not is_name(nearest) then
    nearest := regexp_replace(nearest, '\.|%2e', '_', 'gi');
  end if;
  return case when is_name(nearest) then nearest else 'unnamed' end;
end $$;

update team set name = nearest_name(name) where not is_name(name);
update account set name = nearest_name(name) where name <> '' and not is_name(name);
update base_link set handle = left(regexp_replace(handle, '[^0-9A-Za-z_-]', '_', 'g'), 80) || '_' || id
where handle !~ '^[0-9A-Za-z_-]+$';

-- What has to be told from others gets the first number behind its name that makes one which looks like no other's. In a
-- place of its own is what has a name for itself alone; what has none, because it is deleted, may be called as others are.
do $$
declare
  kind      record;
  bad       record;
  candidate text;
  is_taken  boolean;
begin
  for kind in
    select * from (values
      ('account', 'login_id', '0', 'login_id is not null'),
      ('user_group', 'name', 'team_id', 'team_id is not null'),
      ('base', 'name', 'workspace_id', 'deleted_at is null'),
      ('folder', 'name', 'workspace_id', 'true'),
      ('api_token', 'app_name', 'base_id', 'revoked_at is null')
    ) as kind (relation, field, place, counts)
  loop
    execute format('update %1$s set %2$s = nearest_name(%2$s) where not is_name(%2$s) and (%3$s) is not true',
      kind.relation, kind.field, kind.counts);
    for bad in execute format(
      'select id, place, name, nearest_name(name) as wanted, number from (
         select id, (%3$s)::bigint as place, %2$s as name,
                row_number() over (partition by %3$s, name_look(nearest_name(%2$s)) order by is_name(%2$s) desc, id) as number
         from %1$s where %4$s
       ) as own
       where number > 1 or not is_name(name) order by id', kind.relation, kind.field, kind.place, kind.counts)
    loop
      loop
        candidate := case when bad.number = 1 then bad.wanted else left(bad.wanted, 240) || ' ' || bad.number end;
        execute format(
          'select exists (select from %1$s
             where (%3$s) = $2 and (%4$s) and id <> $1 and name_look(%2$s) = name_look($3))',
          kind.relation, kind.field, kind.place, kind.counts)
        into is_taken using bad.id, bad.place, candidate;
        exit when not is_taken;
        bad.number := bad.number + 1;
      end loop;
      execute format('update %1$s set %2$s = $2 where id = $1', kind.relation, kind.field) using bad.id, candidate;
    end loop;
  end loop;
end $$;

drop function nearest_name(text);

alter table team validate constraint team_name_is_name;
alter table account
  validate constraint account_name_is_name,
  add constraint account_login_id_is_name check (is_name(login_id));
alter table user_group validate constraint user_group_name_is_name;
alter table base validate constraint base_name_is_name;
alter table folder validate constraint folder_name_is_name;
alter table api_token validate constraint api_token_app_name_is_name;
alter table base_link validate constraint base_link_handle_is_plain;

-- MARK: Looks

-- Beside the keys of the same places, by which things are found.
create unique index user_group_look_key on user_group (team_id, name_look(name)) where team_id is not null;
create unique index base_look_key on base (workspace_id, name_look(name)) where deleted_at is null;
create unique index folder_look_key on folder (workspace_id, name_look(name));
create unique index api_token_look_key on api_token (base_id, name_look(app_name)) where revoked_at is null;
