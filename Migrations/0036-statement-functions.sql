-- The functions of clients' SQL, by which statements are compiled. All are immutable, so that updates of tables that are
-- spread over several servers may have them, and none ends in an error, whatever it is given: what cannot be calculated is
-- null. Texts that they give are never empty but null.

-- Numbers.

create function bk_float(value numeric) returns float8 language sql immutable parallel safe as $$
  select case
    when abs(value) < 5e-324 then 0
    when abs(value) <= 1.7976931348623157e308 then value::float8
  end
$$;

create function bk_number(value text) returns float8 language sql immutable parallel safe as $$
  select case
    when length(value) <= 400
      and value ~ '^[ \t\n\v\f\r]*[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,4})?[ \t\n\v\f\r]*$'
    then bk_float(btrim(value, E' \t\n\v\f\r')::numeric)
  end
$$;

create function bk_text(value float8) returns text language sql immutable parallel safe as $$
  select case
    when value = 0 then '0'
    when abs(value) >= 1e-6 and abs(value) < 1e21 then trim_scale(value::text::numeric)::text
    else value::text
  end
$$;

-- A count or a position: cut to whole numbers, and to what counts can be.
create function bk_count(value float8) returns integer language sql immutable parallel safe as $$
  select trunc(least(greatest(value, -1e9), 1e9))::integer
$$;

create function bk_add(a float8, b float8) returns float8 language sql immutable parallel safe as $$
  select case when abs(a) < 8e307 and abs(b) < 8e307 then a + b + 0 end
$$;

create function bk_subtract(a float8, b float8) returns float8 language sql immutable parallel safe as $$
  select case when abs(a) < 8e307 and abs(b) < 8e307 then a - b + 0 end
$$;

create function bk_multiply(a float8, b float8) returns float8 language sql immutable parallel safe as $$
  select case
    when a is null or b is null then null
    when a = 0 or b = 0 then 0
    when abs(a) between 1e-150 and 1e150 and abs(b) between 1e-150 and 1e150 then a * b
    when ln(abs(a)) + ln(abs(b)) > 709 then null
    when ln(abs(a)) + ln(abs(b)) < -708 then 0
    else a * b
  end
$$;

create function bk_divide(a float8, b float8) returns float8 language sql immutable parallel safe as $$
  select case
    when b = 0 or b is null then null
    when a = 0 then 0
    when abs(a) between 1e-150 and 1e150 and abs(b) between 1e-150 and 1e150 then a / b
    when ln(abs(a)) - ln(abs(b)) > 709 then null
    when ln(abs(a)) - ln(abs(b)) < -708 then 0
    else a / b
  end
$$;

create function bk_mod(a float8, b float8) returns float8 language sql immutable parallel safe as $$
  select bk_subtract(a, bk_multiply(b, floor(bk_divide(a, b))))
$$;

create function bk_power(a float8, b float8) returns float8 language sql immutable parallel safe as $$
  select case
    when b = 0 then 1
    when a = 0 then case when b > 0 then 0 end
    when a < 0 and b <> trunc(b) then null
    when sign(b) * least(abs(b), 1e300) * ln(abs(a)) > 709 then null
    when sign(b) * least(abs(b), 1e300) * ln(abs(a)) < -708 then 0
    else power(a, b)
  end
$$;

create function bk_exp(a float8) returns float8 language sql immutable parallel safe as $$
  select case when a > 709 then null when a < -708 then 0 else exp(a) end
$$;

create function bk_sqrt(a float8) returns float8 language sql immutable parallel safe as $$
  select case when a >= 0 then sqrt(a) end
$$;

create function bk_log(a float8, base float8) returns float8 language sql immutable parallel safe as $$
  select case
    when a > 0 and base = 10 then log(a)
    when a > 0 and base > 0 and base <> 1 then bk_divide(ln(a), ln(base))
  end
$$;

create function bk_ceiling(a float8, step float8) returns float8 language sql immutable parallel safe as $$
  select case when step = 0 then 0 else bk_multiply(ceil(bk_divide(a, abs(step))), abs(step)) end
$$;

create function bk_floor(a float8, step float8) returns float8 language sql immutable parallel safe as $$
  select case when step = 0 then 0 else bk_multiply(floor(bk_divide(a, abs(step))), abs(step)) end
$$;

create function bk_even(a float8) returns float8 language sql immutable parallel safe as $$
  select bk_add(ceil(a), ceil(a) - 2 * floor(ceil(a) / 2)) where abs(a) < 8e307
$$;

create function bk_odd(a float8) returns float8 language sql immutable parallel safe as $$
  select bk_add(ceil(a), 1 - (ceil(a) - 2 * floor(ceil(a) / 2))) where abs(a) < 8e307
$$;

create function bk_round(a float8, digits float8) returns float8 language sql immutable parallel safe as $$
  select bk_float(round(a::text::numeric, least(greatest(bk_count(digits), -300), 300)))
$$;

create function bk_rounddown(a float8, digits float8) returns float8 language sql immutable parallel safe as $$
  select bk_float(trunc(a::text::numeric, least(greatest(bk_count(digits), -300), 300)))
$$;

create function bk_roundup(a float8, digits float8) returns float8 language sql immutable parallel safe as $$
  select bk_float(
    case when down = exact then exact else down + sign(exact) * ('1e' || -places)::numeric end)
  from (
    select a::text::numeric as exact, trunc(a::text::numeric, places) as down, places
    from (select least(greatest(bk_count(digits), -300), 300) as places) as place
  ) as number
$$;

-- The mean of those that are not null.
create function bk_average(variadic numbers float8[]) returns float8 language sql immutable parallel safe as $$
  select bk_float(avg(n::text::numeric)) from unnest(numbers) as n
$$;

create function bk_boolean(value text) returns boolean language sql immutable parallel safe as $$
  select case lower(value) when 'true' then true when 'false' then false end
$$;

-- Dates, which are timestamps in UTC.

create function bk_in_range(value timestamp) returns timestamp language sql immutable parallel safe as $$
  select case when value >= make_timestamp(1, 1, 1, 0, 0, 0) and value < make_timestamp(10000, 1, 1, 0, 0, 0) then value end
$$;

-- A stored cell: YYYY-MM-DD or YYYY-MM-DD HH:mm.
create function bk_date(cell text) returns timestamp language sql immutable parallel safe as $$
  select make_timestamp(
    left(cell, 4)::integer, substr(cell, 6, 2)::integer, substr(cell, 9, 2)::integer,
    coalesce(nullif(substr(cell, 12, 2), '')::integer, 0), coalesce(nullif(substr(cell, 15, 2), '')::integer, 0), 0)
$$;

-- Year, month and day, with months and days that are too large or too small carried over.
create function bk_day_of(year float8, month float8, day float8) returns timestamp language sql immutable parallel safe as $$
  select case
    when months between 12 and 120011 and abs(trunc(day)) < 4000000 then bk_in_range(
      make_timestamp((months / 12)::integer, (months % 12)::integer + 1, 1, 0, 0, 0)
        + make_interval(days => trunc(day)::integer - 1))
  end
  from (
    select case
      when abs(year) < 100000 and abs(month) < 2000000
      then (case when trunc(year) between 0 and 99 then 1900 else 0 end + trunc(year))::bigint * 12 + trunc(month)::bigint - 1
    end as months
  ) as number
$$;

create function bk_moment_of(part text[]) returns timestamp language sql immutable parallel safe as $$
  select case
    when part[1]::integer > 0 and part[3]::integer between 1 and 12
      and coalesce(part[5]::integer < 24 and part[6]::integer < 60 and coalesce(part[7], '0')::integer < 60, true)
      and coalesce(part[11]::integer < 24 and part[12]::integer < 60, true)
    then case
      when part[4]::integer between 1 and extract(
        day from make_timestamp(part[1]::integer, part[3]::integer, 1, 0, 0, 0) + interval '1 month' - interval '1 day')
      then bk_in_range(
        make_timestamp(
          part[1]::integer, part[3]::integer, part[4]::integer, coalesce(part[5], '0')::integer,
          coalesce(part[6], '0')::integer, (coalesce(part[7], '0') || '.' || left(coalesce(part[8], '0'), 6))::float8)
        - make_interval(
            mins => coalesce((part[10] || '1')::integer * (part[11]::integer * 60 + part[12]::integer), 0)))
    end
  end
$$;

-- A text of a client: see docs of the dialect for what is a date.
create function bk_moment(value text) returns timestamp language sql immutable parallel safe as $$
  select case
    when length(value) <= 80 then bk_moment_of(regexp_match(
      value,
      '^[ \t\n\v\f\r]*([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})'
      '(?:[ Tt]([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:[.]([0-9]+))?)?'
      '(?:([Zz])|([+-])([0-9][0-9]):?([0-9][0-9]))?)?[ \t\n\v\f\r]*$'))
  end
$$;

create function bk_date_text(value timestamp) returns text language sql immutable parallel safe as $$
  select to_char(value, case
    when value = date_trunc('day', value) then 'YYYY-MM-DD'
    when value = date_trunc('minute', value) then 'YYYY-MM-DD HH24:MI'
    else 'YYYY-MM-DD HH24:MI:SS'
  end)
$$;

create function bk_date_form(value timestamp, form text) returns text language sql immutable parallel safe as $$
  select to_char(value, form)
$$;

create function bk_dateadd(value timestamp, count float8, unit text) returns timestamp language sql immutable parallel safe as $$
  select bk_in_range(value + case
    when unit in ('years', 'year') and abs(count) < 10000 then make_interval(years => trunc(count)::integer)
    when unit in ('months', 'month') and abs(count) < 120000 then make_interval(months => trunc(count)::integer)
    when unit in ('weeks', 'week') and abs(count) < 530000 then make_interval(days => 7 * trunc(count)::integer)
    when unit in ('days', 'day') and abs(count) < 3700000 then make_interval(days => trunc(count)::integer)
    when unit in ('hours', 'hour') and abs(count) < 8.9e7 then make_interval(secs => 3600 * trunc(count))
    when unit in ('minutes', 'minute') and abs(count) < 5.3e9 then make_interval(secs => 60 * trunc(count))
    when unit in ('seconds', 'second') and abs(count) < 3.2e11 then make_interval(secs => trunc(count))
  end)
$$;

create function bk_months(a timestamp, b timestamp) returns float8 language sql immutable parallel safe as $$
  select (extract(year from b) * 12 + extract(month from b) - extract(year from a) * 12 - extract(month from a))::float8
$$;

-- The full months from a day to one that is not before it.
create function bk_full_months(a timestamp, b timestamp) returns integer language sql immutable parallel safe as $$
  select bk_months(a, b)::integer - case when extract(day from b) < extract(day from a) then 1 else 0 end
$$;

create function bk_datedif_after(a timestamp, b timestamp, unit text) returns float8 language sql immutable parallel safe as $$
  select (case unit
    when 'M' then months
    when 'Y' then months / 12
    when 'YM' then months % 12
    when 'YD' then b::date - (a::date + make_interval(months => months / 12 * 12))::date
    when 'MD' then b::date - (a::date + make_interval(months => months))::date
  end)::float8
  from (select bk_full_months(a, b) as months) as number
$$;

create function bk_datedif(a timestamp, b timestamp, unit text) returns float8 language sql immutable parallel safe as $$
  select case
    when unit = 'S' then trunc(extract(epoch from b - a))::float8
    when unit = 'D' then (b::date - a::date)::float8
    when b < a then 0 - bk_datedif_after(b, a, unit)
    else bk_datedif_after(a, b, unit)
  end
$$;

create function bk_eomonth(value timestamp, count float8) returns timestamp language sql immutable parallel safe as $$
  select case
    when abs(count) < 120000 then bk_in_range(
      date_trunc('month', value) + make_interval(months => trunc(count)::integer + 1) - interval '1 day')
  end
$$;

-- Mondays to Fridays before a day.
create function bk_weekdays_before(day date) returns integer language sql immutable parallel safe as $$
  select 5 * ((day - make_date(1, 1, 1)) / 7) + least((day - make_date(1, 1, 1)) % 7, 5)
$$;

create function bk_networkdays(a timestamp, b timestamp, variadic holidays timestamp[]) returns float8
language sql immutable parallel safe as $$
  select (case when b < a then -1 else 1 end * (
    bk_weekdays_before(greatest(a, b)::date + 1) - bk_weekdays_before(least(a, b)::date)
    - (select count(distinct day::date) from unnest(holidays) as day
       where day::date between least(a, b)::date and greatest(a, b)::date and extract(isodow from day) < 6)::integer))::float8
  where a is not null and b is not null
$$;

create function bk_startofweek(value timestamp, start text) returns timestamp language sql immutable parallel safe as $$
  select bk_in_range(case
    when lower(start) = 'monday' then date_trunc('week', value)
    else date_trunc('day', value) - make_interval(days => extract(dow from value)::integer)
  end)
$$;

create function bk_weekday(value timestamp, start text) returns float8 language sql immutable parallel safe as $$
  select case
    when lower(start) = 'monday' then extract(isodow from value)::float8
    else (extract(dow from value) + 1)::float8
  end
$$;

create function bk_weeknum(value timestamp, type float8) returns float8 language sql immutable parallel safe as $$
  select case
    when trunc(type) = 21 then extract(week from value)::float8
    else floor((extract(doy from value) - 1
      + (extract(dow from date_trunc('year', value))::integer - first + 7) % 7) / 7)::float8 + 1
  end
  from (
    select case trunc(type)
      when 1 then 0 when 17 then 0 when 2 then 1 when 11 then 1 when 12 then 2 when 13 then 3 when 14 then 4 when 15 then 5
      when 16 then 6
    end as first
  ) as day
$$;

-- Texts.

create function bk_concatenate(variadic parts text[]) returns text language sql immutable parallel safe as $$
  select case
    when (select sum(length(part)) from unnest(parts) as part) between 1 and 1000000 then array_to_string(parts, '')
  end
$$;

create function bk_find(needle text, hay text, start float8) returns float8 language sql immutable parallel safe as $$
  select case
    when bk_count(start) between 1 and length(hay) then case
      when needle = '' then bk_count(start)
      when strpos(substr(hay, bk_count(start)), needle) = 0 then 0
      else strpos(substr(hay, bk_count(start)), needle) + bk_count(start) - 1
    end::float8
  end
$$;

create function bk_left(value text, count float8) returns text language sql immutable parallel safe as $$
  select nullif(left(value, greatest(bk_count(count), 0)), '')
$$;

create function bk_right(value text, count float8) returns text language sql immutable parallel safe as $$
  select nullif(right(value, greatest(bk_count(count), 0)), '')
$$;

create function bk_trim(value text) returns text language sql immutable parallel safe as $$
  select nullif(btrim(value, E' \t\n\v\f\r\u00a0'), '')
$$;

create function bk_mid(value text, start float8, count float8) returns text language sql immutable parallel safe as $$
  select case
    when bk_count(start) >= 1 then nullif(substr(value, bk_count(start), greatest(bk_count(count), 0)), '')
  end
$$;

create function bk_replace(value text, start float8, count float8, new text) returns text
language sql immutable parallel safe as $$
  select case
    when bk_count(start) >= 1 and length(value) + length(new) <= 1000000 then nullif(
      left(value, bk_count(start) - 1) || new || substr(value, bk_count(start) + greatest(bk_count(count), 0)), '')
  end
$$;

create function bk_rept(value text, count float8) returns text language sql immutable parallel safe as $$
  select case
    when length(value)::bigint * greatest(bk_count(count), 0) between 1 and 65536 then repeat(value, bk_count(count))
  end
$$;

create function bk_substitute(value text, old text, new text) returns text language sql immutable parallel safe as $$
  select case
    when old = '' then nullif(value, '')
    when length(value) + (length(value) - length(replace(value, old, ''))) / length(old) * (length(new) - length(old))::bigint
      <= 1000000
    then nullif(replace(value, old, new), '')
  end
$$;

create function bk_substitute(value text, old text, new text, which float8) returns text
language sql immutable parallel safe as $$
  select case
    when bk_count(which) < 1 or length(value) + length(new) > 1000000 then null
    when old = '' or cardinality(parts) <= bk_count(which) then nullif(value, '')
    else nullif(
      array_to_string(parts[1:bk_count(which)], old) || new || array_to_string(parts[bk_count(which) + 1:], old), '')
  end
  from (select string_to_array(value, nullif(old, '')) as parts) as piece
$$;

create function bk_number_form(value float8, form text) returns text language sql immutable parallel safe as $$
  select case lower(form)
    when 'number' then bk_text(value)
    when 'dollar' then '$' || bk_text(value)
    when 'euro' then '€' || bk_text(value)
    when 'yuan' then '¥' || bk_text(value)
    when 'percent' then bk_text(bk_multiply(value, 100)) || '%'
  end
$$;

-- Lists, which are JSON arrays, and the rows' ids.

create function bk_only(list jsonb) returns jsonb language sql immutable parallel safe as $$
  select case when jsonb_array_length(list) = 1 then list -> 0 end
$$;

-- An element in text form.
create function bk_element(element jsonb) returns text language sql immutable parallel safe as $$
  select nullif(
    case jsonb_typeof(element) when 'number' then bk_text(element::float8) else element #>> '{}' end, '')
$$;

create function bk_join(list jsonb) returns text language sql immutable parallel safe as $$
  select string_agg(bk_element(element), ', ' order by place)
  from jsonb_array_elements(list) with ordinality as item(element, place)
$$;

create function bk_elements(list jsonb) returns jsonb language sql immutable parallel safe as $$
  select jsonb_agg(bk_element(element) order by place)
  from jsonb_array_elements(list) with ordinality as item(element, place)
$$;

-- The names of options; what is no option any more is left out.
create function bk_names(ids jsonb, names jsonb) returns jsonb language sql immutable parallel safe as $$
  select jsonb_agg(names -> (id #>> '{}') order by place)
  from jsonb_array_elements(ids) with ordinality as item(id, place)
  where names ? (id #>> '{}')
$$;

create function bk_sorted_texts(list jsonb) returns text[] language sql immutable parallel safe as $$
  select array_agg(bk_element(element) order by bk_element(element) collate "C") from jsonb_array_elements(list) as element
$$;

create function bk_sorted_numbers(list jsonb) returns float8[] language sql immutable parallel safe as $$
  select array_agg(element::float8 order by element::float8) from jsonb_array_elements(list) as element
$$;

-- A row's id as clients have it.
create function bk_row_text(id uuid) returns text language sql immutable parallel safe as $$
  select translate(encode(uuid_send(id), 'base64'), '+/=', '-_')
$$;
