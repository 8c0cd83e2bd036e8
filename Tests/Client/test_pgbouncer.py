"""The service behind PgBouncer, which gives a connection another server for each transaction."""

import collections
import contextlib
import itertools

import pytest

from support.http import EXCHANGE, call
from support.postgres import Postgres, psql
from support.program import Program
from support.service import Service, running
from support.team import new_team
from support.threads import Workers

pytestmark = pytest.mark.apart

# The pooler's server connections. The two services keep up to 24 connections to the pooler.
POOL = 3
CONFIGURATION = f"""
[databases]
basekeeper = host=127.0.0.1 port={{server}} user=basekeeper dbname=basekeeper

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {{port}}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {POOL}
max_client_conn = 500
ignore_startup_parameters = options
"""


@pytest.fixture(scope="module")
def server():
    server = Postgres()
    # The pooler's settings from docs/scale.md.
    server.psql(
        """
        alter role basekeeper set statement_timeout = '5s';
        alter role basekeeper set lock_timeout = '2s';
        alter role basekeeper set idle_in_transaction_session_timeout = '10s';
        alter role basekeeper set timezone = 'UTC';
        alter role basekeeper set random_page_cost = 1.1;
        alter role basekeeper set jit = off;
        alter role basekeeper set plan_cache_mode = force_generic_plan
        """)
    yield server
    server.delete()


@pytest.fixture(scope="module")
def pooler(server):
    pooler = Program("pgbouncer", CONFIGURATION, "{file}", server=server.port)
    yield pooler
    pooler.delete()


def url(pooler):
    return f"postgresql://basekeeper@127.0.0.1:{pooler.port}/basekeeper"


@contextlib.contextmanager
def services(pooler, **settings):
    """Two services that know only the pooler."""
    settings = {"DATABASE_URL": url(pooler), "BASEKEEPER_LOOPS": "2", **settings}
    with running(**settings) as one, running(**settings) as other:
        yield one, other


@pytest.fixture(scope="module")
def secrets(pooler):
    """API tokens that were seeded through the pooler."""
    one = Service(DATABASE_URL=url(pooler), BASEKEEPER_PREPARED_STATEMENTS="0")
    seeded = one.seed()
    one.delete()
    return seeded["demo"]["api_tokens"]


@pytest.fixture(scope="module")
def pair(pooler, secrets):
    with services(pooler, BASEKEEPER_PREPARED_STATEMENTS="0") as made:
        yield made


class Load(Workers):
    """Clients that do different things at both services, and fail if an answer is wrong."""

    def __init__(self, pair, team, secrets):
        self.pair, self.team, self.secrets = pair, team, secrets
        self.statuses, self.numbers, self.made = collections.Counter(), itertools.count(), []
        super().__init__(*[
            self.exchange, self.exchange, self.list_users, self.make_group, self.list_tokens, self.exchange] * 2)

    def run(self, enough):
        with self:
            self.wait_until(lambda: enough(self))
        return self

    def call(self, session, method, number, path, token, **options):
        answer = call(self.pair[number % 2], method, path, token, session=session, **options)
        self.statuses[work_of(path), answer.status_code] += 1
        return answer

    def exchange(self, session):
        """A look-up, which shares a batch with others."""
        number = next(self.numbers)
        one = self.secrets[number % len(self.secrets)]
        answer = self.call(session, "GET", number, EXCHANGE, one["api_token"])
        if answer.status_code == 200:
            assert answer.json()["app_name"] == one["app_name"], f"an answer for somebody else: {answer.text}"

    def list_users(self, session):
        answer = self.call(session, "GET", next(self.numbers), self.team.path + "users/", self.team.admin)
        if answer.status_code == 200:
            assert len(answer.json()["user_list"]) == 1, f"other people: {answer.text}"

    def list_tokens(self, session):
        answer = self.call(session, "GET", next(self.numbers), self.team.path + "api-tokens/", self.team.admin)
        if answer.status_code == 200:
            assert answer.json()["api_tokens"] == [], f"other tokens: {answer.text}"

    def make_group(self, session):
        """A transaction of several statements."""
        number = next(self.numbers)
        name = f"Group {number}"
        answer = self.call(session, "POST", number, self.team.path + "groups/", self.team.admin,
                           json={"group_name": name, "group_owner": self.team.creator})
        if answer.status_code == 200:
            self.made.append(name)
            assert answer.json()["group_name"] == name, f"another group: {answer.text}"


def work_of(path):
    return path.rstrip("/").rpartition("/")[2]


def groups(server, team):
    return server.psql(f"select name from user_group where team_id = {team.id} order by id").splitlines()


def test_all_of_it_works_through_a_pool_that_is_smaller_than_the_services(server, pair, secrets):
    team = new_team(pair[0])
    load = Load(pair, team, secrets).run(
        lambda load: load.statuses["app-access-token", 200] >= 1000 and load.statuses["groups", 200] >= 100)
    assert {status for _, status in load.statuses} == {200}, load.statuses
    assert sorted(groups(server, team)) == sorted(load.made)
    backends = server.psql("select count(*) from pg_stat_activity where application_name = 'basekeeper'")
    assert 1 <= int(backends) <= POOL
    # The audit log names who made each change: the setting that says so was local to the transaction.
    assert server.psql(
        f"select count(*) from audit_log where chain = {team.id} and operation = 'group_create' and actor_id = "
        f"(select id from account where email = (select email from account where team_id = {team.id}))"
    ) == str(len(load.made))
    assert pair[0].run("audit", "verify").returncode == 0


def test_nothing_is_left_in_the_servers_sessions(server, pooler, pair):
    """Otherwise another client would get it."""
    assert server.psql("select count(*) from pg_locks where locktype = 'advisory'") == "0"
    assert server.psql("select count(*) from pg_stat_activity where state like 'idle in transaction%'") == "0"
    # Another client of the pooler sees what a session has kept: no statement, no setting, no lock.
    for question in (
            "select count(*) from pg_prepared_statements",
            "select coalesce(string_agg(name || '=' || setting, ' '), '0') from pg_settings "
            "where source = 'session' and name not in "
            "('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings') "
            "and name not like 'transaction%'",
            "select count(*) from pg_cursors",
            "select coalesce(nullif(current_setting('basekeeper.actor', true), ''), '0')"):
        assert psql(url(pooler), question) == "0", question


def test_prepared_statements_are_found_and_none_is_another_one(server, pooler, secrets):
    """Without the setting: if a server does not know a statement, or already does, it is sent again."""
    with services(pooler) as pair:
        team = new_team(pair[0])
        load = Load(pair, team, secrets).run(
            lambda load: load.statuses["app-access-token", 200] >= 300 and load.statuses["groups", 200] >= 30)
        assert {status for _, status in load.statuses} == {200}, load.statuses
        assert sorted(groups(server, team)) == sorted(load.made)
        # In each server, a name stands for the same text.
        seen = set()
        for _ in range(20):
            seen |= set(psql(url(pooler), "select name || ' ' || md5(statement) from pg_prepared_statements").splitlines())
        assert len(seen) > 10
        assert len({one.split()[0] for one in seen}) == len(seen)
