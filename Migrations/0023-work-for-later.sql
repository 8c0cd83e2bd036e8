-- What is done later, beside the requests: by whichever replica comes first, and again where that fails.

-- Until when a replica that has begun a job has it to itself; null: nobody has. A version that does not know this goes by
-- started_at alone, as before.
alter table job add column held_until timestamptz;

-- Nothing has gone out yet when a transaction that enqueues work is undone, and nothing is forgotten once it is committed.
create table deferred_work (
  id         bigint generated always as identity primary key,
  kind       text not null constraint deferred_work_kind check (kind ~ '^[a-z][a-z0-9-]{0,62}$'),
  payload    jsonb not null constraint deferred_work_payload check (octet_length(payload::text) <= 65536),
  created_at timestamptz not null default now(),
  due_at     timestamptz not null default now(),
  attempts   int not null default 0,
  failure    text constraint deferred_work_failure check (length(failure) <= 1000),
  dead_at    timestamptz
);

comment on table deferred_work is
  'What is yet to be done, and what was given up. Not audited: it follows from changes that are, and says no more.';
comment on column deferred_work.due_at is
  'Nobody takes it before: when it is to be tried next, or until when whoever has taken it is waited for.';
comment on column deferred_work.attempts is 'How often somebody has taken it.';
comment on column deferred_work.failure is 'Why the last attempt has failed.';
comment on column deferred_work.dead_at is 'When it was given up. It is kept for a while, and may be tried again by hand.';

create index deferred_work_due on deferred_work (due_at, id) where dead_at is null;
create index deferred_work_waiting on deferred_work (kind) where dead_at is null;
create index deferred_work_dead on deferred_work (dead_at) where dead_at is not null;
