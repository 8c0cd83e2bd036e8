#!/bin/sh
# Run once by the image of PostgreSQL, when its data are created: makes the database, the role that owns it, which is no
# superuser, and the role that serves. The superuser's password is in no file that the service can read.
set -eu
export SECRETS="${SECRETS:-/run/secrets}"
# psql reads the passwords itself, so that they are in no list of processes.
psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'END'
\set owner `cat "$SECRETS/owner-password"`
\set service `cat "$SECRETS/service-password"`
create role basekeeper login createdb password :'owner';
create role basekeeper_service login password :'service';
create database basekeeper owner basekeeper;
END
