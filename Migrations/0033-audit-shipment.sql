-- The audit log is also written to the service's output, if the operator wants that, by whichever replica comes first.

-- How far that has come. A chain without a row begins with its first entry, but where the table is empty, all chains begin
-- after their last one.
create table audit_shipment (
  chain   bigint primary key,
  number  bigint not null,
  hash    bytea not null,
  head_at timestamptz not null
);

comment on table audit_shipment is
  'How far the log of each team has been written to the output. Not audited: it says nothing that the log does not.';
comment on column audit_shipment.number is 'The last entry that was written.';
comment on column audit_shipment.hash is 'Its hash.';
comment on column audit_shipment.head_at is 'When the head of the log was written last.';
