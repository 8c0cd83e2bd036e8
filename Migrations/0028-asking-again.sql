-- What asks for the password once more.

-- Whether the team's people give it to change the address that they sign in with.
alter table team add column confirms_email_change boolean not null default false;
