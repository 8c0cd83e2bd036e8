"""Administrators' lists are read from a streaming standby while it keeps up; nothing else is."""

import re

import pytest
import requests

from support.generate import LISTS
from support.growth import Growth
from support.http import EXCHANGE, PING, get
from support.postgres import Postgres
from support.process import wait_until
from support.service import Service
from support.team import new_team, root_token

pytestmark = pytest.mark.apart

# Statements that measure the standby's lag, and those that a loop or a connection runs by itself.
OWN = re.compile("pg_last_wal_replay_lsn|pg_current_wal_flush_lsn|from schema_migration|from signing_key|^select true")


@pytest.fixture(scope="module")
def servers():
    """A primary and its standby, which both log their statements."""
    log = {"log_statement": "all", "log_line_prefix": "@ "}
    primary = Postgres(**log)
    standby = Postgres(primary, **log)
    yield primary, standby
    standby.delete()
    primary.delete()


@pytest.fixture(scope="module")
def service(servers):
    primary, standby = servers
    service = Service(
        DATABASE_URL=primary.url, DATABASE_READ_URL=standby.url, BASEKEEPER_READ_LAG="3",
        BASEKEEPER_STATEMENT_TIMEOUT="1", BASEKEEPER_LOOPS="1")
    service.secrets = service.seed()["demo"]["api_tokens"]
    service.start()
    service.root = root_token(service)
    service.team = new_team(service, service.root)
    yield service
    assert service.stop() == 0
    service.delete()


def statements(log):
    """A server's statements, from what was appended to its log."""
    found = re.findall(r"^@ LOG:  execute [^:]*: (.*?)(?=^@ |\Z)", log, re.DOTALL | re.MULTILINE)
    return [one for one in found if not OWN.search(one)]


def asked(servers, work):
    """The statements of both servers for a piece of work."""
    logs = [Growth(server.log) for server in servers]
    answer = work()
    return answer, *(statements(str(log)) for log in logs)


def comes_from_standby(servers, service, path=None):
    answer, _, there = asked(
        servers, lambda: get(service, path or service.team.path + "users/", service.team.admin))
    assert answer.status_code == 200
    return bool(there)


@pytest.fixture
def near(servers, service):
    wait_until(lambda: comes_from_standby(servers, service))


@pytest.mark.parametrize("path", [path for path in LISTS if "admin/" in path])
def test_a_list_of_an_administrator_comes_from_it(servers, service, near, path):
    caller = service.root if path.startswith("admin/") else service.team.admin
    answer, here, there = asked(
        servers, lambda: get(service, "/api/v2.1/" + path.format(team=service.team.id), caller))
    assert answer.status_code == 200
    assert there
    # The primary says who is calling, in one statement.
    assert len(here) == 1 and "live_account" in here[0], here


def test_the_metrics_say_that_it_is_used(service, near):
    metrics = requests.get(service.url + "/metrics", timeout=10).text
    assert "\nbasekeeper_standby_loops 1\n" in metrics
    assert 'basekeeper_db_connects_total{database="standby",result="succeeded"}' in metrics


def test_nothing_else_comes_from_it(servers, service, near):
    team, secret = service.team, service.secrets[0]["api_token"]

    def others():
        assert get(service, EXCHANGE, secret).status_code == 200
        assert get(service, PING, team.admin).status_code == 200
        assert get(service, "/api/v2.1/workspaces/", team.admin).status_code == 200
        assert get(service, f"{team.path}users/{team.creator}/", team.admin).status_code == 200
        team.add("Somebody")
        team.base("Something")

    _, here, there = asked(servers, others)
    assert here and not there


def test_what_is_ended_is_ended_at_once_though_the_standby_stands_still(servers, service, near):
    primary, standby = servers
    team = service.team
    base = team.base("Frozen")
    path = f"/api/v2.1/workspace/{base['workspace_id']}/dtable/Frozen/api-tokens/"
    secret = team.call("POST", path, data={"app_name": "frozen", "permission": "rw"}).json()["api_token"]
    deputy = team.person("Deputy")
    assert team.call("PUT", f"users/{deputy.id}/", data={"is_staff": "true"}).status_code == 200
    wait_until(
        lambda: standby.psql("select count(*) from api_token where app_name = 'frozen' and revoked_at is null") == "1"
        and standby.psql(f"select is_team_admin from account where email = '{deputy.address}'") == "t")
    standby.psql("select pg_wal_replay_pause()")
    wait_until(lambda: standby.psql("select pg_get_wal_replay_pause_state()") == "paused")
    try:
        assert get(service, EXCHANGE, secret).status_code == 200
        assert get(service, team.path + "users/", deputy.token).status_code == 200
        assert team.call("DELETE", path + "frozen/").status_code == 200
        assert team.call("PUT", f"users/{deputy.id}/", data={"is_staff": "false"}).status_code == 200
        assert get(service, EXCHANGE, secret).status_code == 403
        assert get(service, team.path + "users/", deputy.token).status_code == 403
        # The standby was not asked.
        assert standby.psql("select count(*) from api_token where app_name = 'frozen' and revoked_at is null") == "1"
        # Soon it lags too much, and lists are right again.
        wait_until(lambda: not comes_from_standby(servers, service))
        listed = team.call("GET", "api-tokens/").json()["api_tokens"]
        assert "frozen" not in [one["app_name"] for one in listed]
    finally:
        standby.psql("select pg_wal_replay_resume()")
    wait_until(lambda: comes_from_standby(servers, service))


def test_one_that_has_lost_its_primary_is_left(servers, service, near):
    """It answers, and its own figures say that it has replayed everything it received."""
    primary, standby = servers
    way = standby.psql("show primary_conninfo")
    standby.set(primary_conninfo="")
    try:
        service.team.add("Missing there")
        wait_until(lambda: not comes_from_standby(servers, service))
    finally:
        standby.set(primary_conninfo=way)
    wait_until(lambda: comes_from_standby(servers, service))


def test_lists_go_on_when_it_hangs(servers, service, near):
    _, standby = servers
    standby.pause()
    try:
        for _ in range(3):
            assert get(service, service.team.path + "users/", service.team.admin).status_code == 200
    finally:
        standby.resume()
    wait_until(lambda: comes_from_standby(servers, service))


def test_lists_go_on_when_it_is_killed(servers, service, near):
    _, standby = servers
    standby.crash()
    for _ in range(20):
        assert get(service, service.team.path + "users/", service.team.admin).status_code == 200
    assert service.answers("/readyz")
    standby.start()
    wait_until(lambda: comes_from_standby(servers, service))


def test_another_database_is_not_taken_for_it(servers, service):
    """A primary of any database is not a standby."""
    primary, _ = servers
    mistaken = Service(DATABASE_URL=primary.url, DATABASE_READ_URL=primary.url, BASEKEEPER_LOOPS="1")
    mistaken.start()
    wait_until(lambda: "lists come from the primary" in mistaken.log.read_text())
    assert get(mistaken, service.team.path + "users/", service.team.admin).status_code == 200
    assert "lists come from the standby" not in mistaken.log.read_text()
    assert mistaken.stop() == 0
    mistaken.delete()
