-- The activities of a base are the rows of its operations: how many each has is known without reading their keys.

alter table data_operation add column row_count integer generated always as (cardinality(row_ids)) stored;

comment on column data_operation.row_count is 'How many rows row_ids has.';
