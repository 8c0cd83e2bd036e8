-- What is refused leaves nothing behind, what is counted is bounded, and addresses have one form.

-- MARK: Guessing

-- So many rows of each kind are kept; the ones that were touched last.
create function forget_attempts(attempts integer default 100000, places integer default 1000000) returns void
language plpgsql as $$
declare
  surplus bytea[];
begin
  -- Rows that somebody else holds are left for the next time, so that nobody waits for each other.
  surplus := array(select key from failed_attempt order by last_at desc offset attempts);
  delete from failed_attempt where key in (
    select key from failed_attempt
    where last_at < now() - interval '1 day' or key = any(surplus)
    for update skip locked);
  surplus := array(select key from familiar_place order by seen_at desc offset places);
  delete from familiar_place where key in (
    select key from familiar_place
    where seen_at < now() - interval '90 days' or key = any(surplus)
    for update skip locked);
end $$;

-- Lets one transaction at a time count what these keys stand for, in one order, so that nobody waits for each other. A
-- row would have to be written to be locked.
create function lock_attempts(keys bytea[]) returns void language plpgsql as $$
declare
  key bytea;
begin
  foreach key in array array(select distinct own from unnest(keys) as own order by own) loop
    perform pg_advisory_xact_lock(('x' || encode(substring(key from 1 for 8), 'hex'))::bit(64)::bigint);
  end loop;
end $$;

-- As in 0008, but that an attempt that is refused writes nothing.
create or replace function begin_attempt(keys bytea[], free integer[], longest integer[], memory interval[])
returns integer language plpgsql as $$
declare
  time timestamptz := clock_timestamp();
  wait interval;
begin
  select max(next_at) - time into wait from failed_attempt where key = any(keys);
  if wait > interval '0' then
    return ceil(extract(epoch from wait));
  end if;
  -- Once more, when nobody else counts: many may come at once.
  perform lock_attempts(keys);
  time := clock_timestamp();
  select max(next_at) - time into wait from failed_attempt where key = any(keys);
  if wait > interval '0' then
    return ceil(extract(epoch from wait));
  end if;
  insert into failed_attempt as past (key, failures, last_at, next_at)
  select rule.key, count.failures, time,
         case when count.failures <= rule.free then time
         else time + make_interval(
           secs => least(power(2, least(count.failures - rule.free - 1, 20)), rule.longest)) end
  from unnest(keys, free, longest, memory) as rule (key, free, longest, memory)
  left join failed_attempt as before on before.key = rule.key
  cross join lateral (
    select case when before.last_at >= time - rule.memory then before.failures + 1 else 1 end
  ) as count (failures)
  on conflict (key) do update
  set failures = excluded.failures, last_at = excluded.last_at, next_at = excluded.next_at;
  -- Now and then, so that no flood fills the table between two tidyings.
  if random() < 0.001 then
    perform forget_attempts();
  end if;
  return 0;
end $$;

-- Ends an attempt: forgets all failures of some keys, takes one back of others, and notes a place from where somebody has
-- got in, where there is one.
create function end_attempt(forgotten bytea[], forgiven bytea[], place bytea) returns void language plpgsql as $$
begin
  perform lock_attempts(forgotten || forgiven);
  delete from failed_attempt where key = any(forgotten) or key = any(forgiven) and failures <= 1;
  update failed_attempt set failures = failures - 1, next_at = last_at where key = any(forgiven);
  if place is not null then
    insert into familiar_place (key, seen_at) values (place, now())
    on conflict (key) do update set seen_at = now() where familiar_place.seen_at < now() - interval '1 day';
  end if;
end $$;

-- MARK: Networks

-- Networks of IPv4 in the clothes of IPv6 let nobody in: callers are compared as what they are.
update api_token as token
set networks = array(
  select case
    when family(network) = 6 and masklen(network) >= 96 and network <<= '::ffff:0:0/96'::cidr
    then (regexp_replace(host(network), '^::ffff:', '') || '/' || (masklen(network) - 96))::cidr
    else network end
  from unnest(token.networks) with ordinality as given (network, place)
  order by place)
where exists (
  select from unnest(token.networks) as given (network)
  where family(network) = 6 and masklen(network) >= 96 and network <<= '::ffff:0:0/96'::cidr);
