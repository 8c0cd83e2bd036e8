-- What belongs to this installation as a whole.

-- The secret that signs base tokens where the operator has set none. It must be the same for all replicas.
create table signing_key (
  id         bigint generated always as identity primary key,
  secret     text not null check (octet_length(secret) >= 32),
  created_at timestamptz not null default now()
);

-- At most one row.
create unique index signing_key_single on signing_key ((true));

-- What was seeded, so that it is seeded once: also after somebody has deleted or renamed it.
create table seed (
  name      text primary key,
  seeded_at timestamptz not null default now()
);
