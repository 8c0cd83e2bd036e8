-- What the service signs base tokens with, for commands that may have been given other settings.
alter table installation add column signing_kid text;
