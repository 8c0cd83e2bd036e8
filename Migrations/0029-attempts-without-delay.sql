-- An attempt that was counted without a delay keeps nobody waiting, not even those who read the clock before it did.

-- As before, but that only failures that are to be waited for count.
create or replace function begin_attempt(keys bytea[], free integer[], longest integer[], memory interval[])
returns integer language plpgsql as $$
declare
  time timestamptz := clock_timestamp();
  wait interval;
begin
  select max(next_at) - time into wait from failed_attempt where key = any(keys) and next_at > last_at;
  if wait > interval '0' then
    return ceil(extract(epoch from wait));
  end if;
  -- Once more, when nobody else counts: many may come at once.
  perform lock_attempts(keys);
  time := clock_timestamp();
  select max(next_at) - time into wait from failed_attempt where key = any(keys) and next_at > last_at;
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
