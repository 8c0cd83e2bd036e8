"""A copy whose database a newer version has migrated: it keeps running, and starts again unless it cannot."""

import pytest
import requests

from support.http import EXCHANGE, exchange, get
from support.postgres import Postgres, psql
from support.process import ROOT
from support.rows import Program
from support.service import Service
from support.threads import Workers

pytestmark = pytest.mark.apart

ADDED = """
begin;
alter table team add column later text;
alter table api_token add column later bigint;
create table later (id bigint primary key);
insert into schema_migration (name, checksum) values ('9998-later.sql', sha256('later'));
commit;
"""


@pytest.fixture
def database():
    database = Postgres()
    yield database
    database.delete()


@pytest.fixture
def older(database):
    service = Service(DATABASE_URL=database.url)
    service.secret = service.seed()["demo"]["api_tokens"][0]["api_token"]
    service.start()
    yield service
    service.delete()


def add(database):
    """Migrates as the program does: what cannot have a lock lets go of all it has, and is tried again."""
    for _ in range(60):
        try:
            return database.psql("set lock_timeout = '1s'", ADDED)
        except AssertionError as error:
            if not any(reason in str(error) for reason in ("deadlock detected", "due to lock timeout")):
                raise
    raise AssertionError("the locks were never free")


def readiness(service):
    answer = requests.get(service.url + "/readyz", timeout=30)
    return answer.status_code, answer.json().get("reason")


def test_an_older_copy_goes_on_while_a_newer_one_adds_to_the_schema_and_starts_again_after_that(database, older):
    statuses = []

    def ask(session):
        statuses.append(exchange(older, older.secret, session=session).status_code)

    with Workers(*[ask] * 4) as load:
        load.wait_until(lambda: len(statuses) > 100)
        add(database)
        after = len(statuses)
        load.wait_until(lambda: len(statuses) > after + 100)
    assert set(statuses) == {200}
    assert '"failure"' not in older.log.read_text()
    assert readiness(older) == (200, None)

    # To go back to the earlier version, just start it.
    assert "9998-later.sql is a newer version's" in older.run("migrate").stdout
    assert older.stop() == 0
    older.start()
    assert '"message":"migration of a newer version","name":"9998-later.sql"' in older.log.read_text()
    assert exchange(older, older.secret).status_code == 200


def test_an_older_copy_gets_no_more_requests_when_a_newer_one_has_taken_something_away(database, older):
    database.psql("insert into schema_migration (name, checksum) values ('9999-gone.contract.sql', sha256('gone'))")
    assert readiness(older) == (503, "database not migrated")
    assert older.stop() == 0
    refused = older.run("serve")
    assert refused.returncode == 1
    assert "9999-gone.contract.sql" in refused.stderr and "newer" in refused.stderr


def test_a_database_without_a_migration_of_the_copy_s_own_is_not_ready(database, older):
    database.psql("delete from schema_migration where name = (select max(name) from schema_migration)")
    assert readiness(older) == (503, "database not migrated")


# MARK: Before there were rows

# What migrations fill by themselves.
FILLED = {"schema_migration", "audit_operation", "audit_change"}
WITHOUT_ROWS = "0034"


def of_before(server, service, name):
    """A database of the last version without rows that has what a service's database has; returns its URL."""
    url = server.database(name)
    psql(url, "create table schema_migration (name text primary key, checksum bytea not null,"
              " applied_at timestamptz not null default now())")
    for file in sorted((ROOT / "Migrations").glob("[0-9]*.sql")):
        if file.name[:4] <= WITHOUT_ROWS:
            psql(url, file.read_text(), "insert into schema_migration (name, checksum) values"
                                        f" ('{file.name}', sha256(convert_to($file${file.read_text()}$file$, 'UTF8')))")
    here = server.url_of(name, user="postgres")
    for table, columns in server.rows(
            """
            select relname, string_agg(quote_ident(attname), ',' order by attnum) from pg_class
            join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped and attgenerated = ''
            where relnamespace = 'public'::regnamespace and relkind = 'r' group by relname
            """, database=name):
        if table not in FILLED:
            copied = psql(service.database_url, f"copy {table} ({columns}) to stdout")
            psql(here, "set session_replication_role = replica", f"delete from {table}",
                 f"copy {table} ({columns}) from stdin", input=copied + "\n" if copied else "")
    for sequence, in server.rows("select sequencename from pg_sequences where schemaname = 'public'", database=name):
        last = service.psql(f"select last_value || ',' || is_called from {sequence}")
        psql(here, f"select setval('{sequence}', {last})")
    return url


def test_the_bases_of_before_show_their_table_and_take_rows(database):
    newer = Service()
    upgraded = None
    try:
        seeded = newer.seed()
        newer.start()
        url = of_before(database, newer, "before")
        upgraded = Service(DATABASE_URL=url)
        upgraded.seeded = seeded
        found = upgraded.run("migrate").stdout
        assert all(file.name in found for file in (ROOT / "Migrations").glob("[0-9]*.sql") if file.name[:4] > WITHOUT_ROWS)
        upgraded.start()
        assert "logs are unchanged" in upgraded.run("audit", "verify").stdout
        for one in seeded["demo"]["api_tokens"]:
            answer = get(upgraded, EXCHANGE, one["api_token"])
            assert answer.status_code == 200, answer.text
            path = f"/api-gateway/api/v2/dtables/{answer.json()['dtable_uuid']}/"
            metadata = get(upgraded, path + "metadata/", answer.json()["access_token"]).json()["metadata"]
            assert [table["name"] for table in metadata["tables"]] == ["Table1"]
            rows = get(upgraded, path + "rows/?table_name=Table1", answer.json()["access_token"])
            assert (rows.status_code, rows.json()) == (200, {"rows": []})
        assert database.psql("select count(*) from data_base", database="before") == "0"
        # One that was there, and one that is new.
        person = Program(upgraded).person
        base = person.get("/api/v2.1/workspaces/")["workspace_list"]
        base = next(one for place in base for one in place.get("table_list", []) if one["name"] == "Customers")
        program = Program(upgraded, base=base)
        program.append("Table1", {"Name": "first"})
        assert [row["Name"] for row in program.rows("Table1")] == ["first"]
        assert "logs are unchanged" in upgraded.run("audit", "verify").stdout
        assert upgraded.stop() == 0
    finally:
        newer.delete()
        if upgraded:
            upgraded.delete()
