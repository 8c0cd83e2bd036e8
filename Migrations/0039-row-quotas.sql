-- How many rows the bases of a team may have together.

alter table team add column row_quota bigint check (row_quota >= 0);

comment on column team.row_quota is 'The most rows that its bases may have together; null for as many as they like.';
