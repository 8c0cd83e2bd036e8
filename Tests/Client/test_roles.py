"""The role that serves may do nothing that serving does not take."""

import secrets

import pytest

from support.http import place
from support.postgres import Postgres, psql
from support.rows import Program
from support.service import Service
from support.team import new_team

pytestmark = pytest.mark.apart

# What changes the past, takes over, or looks beyond the schema. Each is tried alone.
FORBIDDEN = [
    # The log and what proves it.
    "insert into audit_log (chain, kind, operation, target_id, detail, number, previous_hash, hash, id)"
    " values (0, 'team', 'x', 1, '{}', 1, '', '', 1)",
    "update audit_log set operation = 'x'",
    "delete from audit_log",
    "truncate audit_log",
    "insert into audit_chain values (99, 0, '')",
    "update audit_chain set hash = ''",
    "delete from audit_chain",
    "update audit_operation set made = 'x'",
    "insert into audit_change values ('team', 1, 'name', null, 'x')",
    "select audit(1, 'team', 'x', 1, '{}', null, null)",
    "select audit_table('team')",
    "select nextval('audit_log_id')",
    "select setval('audit_log_id', 1)",
    "update login_log set succeeded = true",
    "delete from login_log",
    "truncate login_log",
    "update login_tally set logins = 0",
    "delete from api_token_tally",
    "delete from api_token_use",
    "insert into api_token_use (token_id, created_at) values (0, now())",
    "truncate api_token_use",
    "delete from audit_shipment",
    "truncate audit_shipment",
    # The rules, which are triggers, constraints and functions.
    "alter table audit_log disable trigger refuse_change",
    "alter table team disable trigger all",
    "drop trigger b_audit on team",
    "set session_replication_role = replica",
    "alter table account drop constraint account_pkey",
    "alter table account add column x int",
    "drop table team",
    "truncate team cascade",
    "create or replace function refuse_change() returns trigger language plpgsql as $$ begin return new; end $$",
    "alter function audit_row() security invoker",
    "drop function audit_row() cascade",
    "create trigger x after insert on account execute function audit_row()",
    "alter table account enable row level security",
    "create view x as select 1",
    "create table x ()",
    "create temporary table audit_log ()",
    "create schema x",
    "create function x() returns int language sql as 'select 1'",
    "alter schema public rename to x",
    # Records that outlive what they tell of.
    "delete from account",
    "delete from signing_key",
    "delete from installation",
    "delete from workspace",
    "delete from seed",
    "delete from job",
    "update api_token_tally set live = 0",
    "update data_operation set author = 'x'",
    "update data_content_piece set start = start + 1",
    "update file_link set base_id = base_id",
    "truncate data_row",
    "insert into login_tally values (1, 1)",
    "update audit_change set operation = 'x'",
    "delete from schema_migration",
    "update schema_migration set checksum = ''",
    "insert into schema_migration values ('9999-x.sql', '')",
    # Other rights, and what is beyond the database.
    "select let_serve('basekeeper_service')",
    "select let_query('basekeeper_service')",
    "select keep_public_out()",
    "alter default privileges for role {owner} grant all on tables to {service}",
    "set role {owner}",
    "set session authorization {owner}",
    "create role x",
    "alter role {service} superuser",
    "grant {owner} to {service}",
    "create database x",
    "create extension pg_stat_statements",
    "copy team to '/tmp/x'",
    "copy team from program 'id'",
    "select pg_read_file('/etc/passwd')",
    "select lo_import('/etc/passwd')",
    "select rolpassword from pg_authid",
    "alter system set fsync = off",
    "select pg_reload_conf()",
    "create publication x for all tables",
    "create server x foreign data wrapper y",
    "do language plpython3u $$ pass $$",
]


# What the role for clients' SQL may not do besides.
FORBIDDEN_TO_STATEMENTS = [
    *(f"select * from {table}" for table in [
        "account", "api_token", "base", "base_link", "workspace", "team", "signing_key", "audit_log", "login_log",
        "data_row", "data_link", "data_base", "data_table", "data_operation", "base_permission", "live_account",
        "schema_migration", "idempotent_answer"]),
    "insert into queried_row select * from queried_row",
    "update queried_row set cells = '{}'",
    "delete from queried_row",
    "delete from queried_link",
    "select let_query('{reader}')",
    "select audit_table('team')",
    "set role {service}",
]


@pytest.fixture(scope="module")
def separated():
    """A service with two roles, of which the one that serves was created by it, and a team that it has."""
    postgres = Postgres()
    service = None
    try:
        owner = postgres.database("roles")
        postgres.psql("alter role roles createrole", database="postgres")
        password = secrets.token_hex(16)
        serving = owner.replace("//roles", f"//roles_service:{password}", 1)
        reading = owner.replace("//roles", f"//roles_reader:{password}", 1)
        service = Service(DATABASE_URL=serving, DATABASE_OWNER_URL=owner, DATABASE_SQL_URL=reading)
        service.reading = reading
        service.seed()
        service.start()
        new_team(service, address="roles@example.com")
        yield postgres, service, owner, serving
    finally:
        if service:
            service.delete()
        postgres.delete()


def test_the_serving_role_has_all_that_it_needs_and_is_said_to_be_apart(separated):
    _, service, _, _ = separated
    team = new_team(service, address="apart@example.com")
    base = team.base("Orders")
    assert base
    assert not [event for event in service.events() if event["message"].startswith("serves as")]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_what_serving_does_not_take_is_refused(separated, statement):
    postgres, _, _, serving = separated
    before = fingerprint(postgres)
    said = postgres.refusal(statement.replace("{owner}", "roles").replace("{service}", "roles_service"), serving)
    assert said in {"42501", "42704", "0A000", "42883", "55000"}, said
    assert fingerprint(postgres) == before


@pytest.mark.parametrize("statement", [*FORBIDDEN, *FORBIDDEN_TO_STATEMENTS])
def test_the_role_for_clients_sql_may_do_nothing_else(separated, statement):
    postgres, service, _, _ = separated
    before = fingerprint(postgres)
    names = {"{owner}": "roles", "{service}": "roles_service", "{reader}": "roles_reader"}
    for name, role in names.items():
        statement = statement.replace(name, role)
    said = postgres.refusal(statement, service.reading)
    assert said in {"42501", "42704", "0A000", "42883", "55000"}, said
    assert fingerprint(postgres) == before


def test_the_role_for_clients_sql_sees_one_base_at_a_time(separated):
    postgres, service, _, _ = separated
    bases = [Program(service, person=new_team(service, address=f"{name}@example.com")) for name in ("one", "two")]
    for program in bases:
        program.append("Table1", {"Name": program.uuid}, {"Name": "more"})
        assert program.select("SELECT COUNT(*) AS n FROM Table1") == [{"n": 2}]
    ids = postgres.rows("select id from base order by id desc limit 2", database="roles")
    read = "select count(*), count(distinct base_id) from queried_row"
    assert asked(service, read) == "0|0"
    for (base,) in ids:
        assert asked(service, f"set basekeeper.base = '{base}'; {read}") == "2|1"
        assert asked(service, f"set basekeeper.base = '{base}'; {read} where base_id <> {base}") == "0|0"
    assert postgres.rows(
        "select count(*) from pg_stat_activity where usename = 'roles_reader'", database="roles") != [["0"]]


def asked(service, script):
    return psql(service.reading, script)


def fingerprint(postgres):
    return postgres.psql(
        "select count(*), max(number), md5(string_agg(audit_log::text, '' order by id)) from audit_log;"
        " select count(*) from login_log; select count(*) from account; select count(*) from pg_class;"
        " select count(*) from pg_trigger where tgenabled <> 'D'; select count(*) from pg_roles", database="roles")


def test_an_installation_of_before_is_moved_over(separated):
    """One role did everything; then there are two, and nothing is lost."""
    postgres, _, _, _ = separated
    owner = postgres.database("moved")
    before = Service(DATABASE_URL=owner)
    try:
        before.seed()
        before.start()
        team = new_team(before, address="moved@example.com")
        base = team.base("Orders")
        assert before.events("serves as the owner of the database's tables")
        before.stop()
        serving = owner.replace("//moved", "//moved_service:one", 1)
        before.environment |= {"DATABASE_URL": serving, "DATABASE_OWNER_URL": owner}
        # Its owner may not create roles.
        failed = before.run("migrate")
        assert failed.returncode == 1 and "create role moved_service login" in failed.stderr
        postgres.psql("create role moved_service login password 'one'", database="postgres")
        migrated = before.run("migrate")
        assert migrated.returncode == 0, migrated.stderr
        before.start()
        assert team.call("GET", place(base, "api-tokens/")).status_code == 200
        # The owner's URL is not needed to serve.
        before.stop()
        del before.environment["DATABASE_OWNER_URL"]
        before.start()
        assert team.base("More")
        # It may not migrate, and says who may.
        before.stop()
        postgres.psql("delete from schema_migration where name = (select max(name) from schema_migration)", database="moved")
        failed = before.run("migrate")
        assert failed.returncode == 1 and "migrate as the role that owns the schema" in failed.stderr
    finally:
        before.delete()


def test_an_embedded_server_of_before_is_moved_over():
    """Its superuser owned all and served; there were no other roles."""
    service = Service()
    try:
        service.seed()
        service.start()
        team = new_team(service, address="embedded@example.com")
        base = team.base("Orders")
        # Its PostgreSQL goes on.
        service.kill()
        roles = "basekeeper_owner, basekeeper_service, basekeeper_sql"
        service.psql(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename like 'basekeeper\\_%'",
            "drop owned by basekeeper_service, basekeeper_sql", "reassign owned by basekeeper_owner to basekeeper",
            "drop owned by basekeeper_owner", f"drop role {roles}")
        entries = service.psql("select count(*) from audit_log")
        service.start()
        assert team.call("GET", place(base, "api-tokens/")).status_code == 200
        assert team.base("More")
        assert service.psql("select distinct tableowner from pg_tables where schemaname = 'public'") == "basekeeper_owner"
        assert service.psql("select distinct usename from pg_stat_activity where usename like '%service'") == (
            "basekeeper_service")
        assert int(service.psql("select count(*) from audit_log")) > int(entries)
        assert not [event for event in service.events() if event["message"].startswith("serves as")]
    finally:
        service.delete()
