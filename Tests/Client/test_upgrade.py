"""A copy whose database a newer version has migrated: it keeps running, and starts again unless it cannot."""

import pytest
import requests

from support.http import exchange
from support.postgres import Postgres
from support.service import Service
from support.threads import Workers

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
