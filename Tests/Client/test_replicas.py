"""Several copies of the service on one database: background jobs run once, and counts are right."""

import uuid

import pytest
import requests

from support.http import call, exchange
from support.postgres import Postgres
from support.process import wait_until
from support.service import Service
from support.team import new_team
from support.threads import at_once

COPIES = 3

pytestmark = [pytest.mark.apart, pytest.mark.in_order]


@pytest.fixture(scope="module")
def database():
    database = Postgres()
    yield database
    database.delete()


@pytest.fixture(scope="module")
def copies(database):
    """Three copies that started at the same moment on an empty database, and the output of their seeds."""
    copies = [Service(DATABASE_URL=database.url) for _ in range(COPIES)]
    copies[0].seeds = at_once(lambda copy: copy.seed(), copies)
    copies[0].demo = next(one["demo"] for one in copies[0].seeds if one["demo"])  # perhaps without the administrator
    grow_old(database)
    at_once(lambda copy: copy.start(), copies)
    yield copies
    for copy in copies:
        if copy.process.poll() is None:
            assert copy.stop() == 0
        copy.delete()


def grow_old(database):
    """Makes old data, which the copies clear away when they start."""
    database.psql(
        """
        insert into base (workspace_id, team_id, name, creator_id, modifier_id, deleted_at)
          select workspace.id, team_id, 'Old ' || n, account_id, account_id, now() - interval '40 days'
          from generate_series(1, 350) n,
               (select * from workspace where account_id is not null order by id limit 1) as workspace;
        insert into failed_attempt (key, failures, last_at, next_at)
          select sha256(n::text::bytea), 3, now() - interval '2 days', now() - interval '2 days'
          from generate_series(1, 100) n;
        insert into idempotent_answer (key, request, created_at)
          select sha256(n::text::bytea), sha256(n::text::bytea), now() - interval '2 days'
          from generate_series(1, 100) n;
        """)


def test_migrations_and_seeds_are_done_once_between_them(copies, database):
    assert sum(one["administrator"] is not None for one in copies[0].seeds) == 1
    assert sum(one["demo"] is not None for one in copies[0].seeds) == 1
    assert database.psql("select count(*) from account where is_system_admin") == "1"
    assert database.psql("select count(*) from team") == "1"
    assert database.psql("select count(*) from signing_key") == "0"  # the tests set the secret


def test_the_trash_is_cleared_by_one_of_them_and_what_is_old_is_forgotten(copies, database):
    wait_until(lambda: database.psql("select count(*) from base where deleted_at is not null") == "0")
    wait_until(lambda: database.psql("select count(*) from idempotent_answer") == "0")
    wait_until(lambda: database.psql("select count(*) from failed_attempt") == "0")
    # One copy reports it, after the last base; none of them got in another's way.
    wait_until(lambda: any(copy.events("trash cleared") for copy in copies))
    cleared = [one for copy in copies for one in copy.events("trash cleared")]
    assert [one["bases"] for one in cleared] == [350]
    assert not [one for copy in copies for one in copy.events("job failed")]
    assert database.psql(
        "select count(*), count(distinct target_id) from audit_log where operation = 'base_clear'") == "350|350"


def test_a_use_is_counted_once_whichever_copy_was_asked(copies, database):
    secret = copies[0].demo["api_tokens"][0]["api_token"]
    name = copies[0].demo["api_tokens"][0]["app_name"]

    def use(copy):
        with requests.Session() as session:
            for _ in range(100):
                assert exchange(copy, secret, session=session).status_code == 200

    at_once(use, copies)
    at_once(lambda copy: copy.stop(), copies)
    counted = database.psql(f"""
        select used.use_count from api_token_use as used join api_token on id = token_id where app_name = '{name}'""")
    assert counted == str(100 * COPIES)
    at_once(lambda copy: copy.start(), copies)


def test_of_requests_with_one_key_at_all_copies_one_is_done(copies, database):
    team = new_team(copies[0])
    key = str(uuid.uuid4())

    def make(copy):
        for _ in range(20):
            answer = call(
                copy, "POST", team.path + "groups/", team.admin, headers={"Idempotency-Key": key},
                json={"group_name": "Once", "group_owner": team.creator})
            if answer.status_code != 409:  # another copy is doing it
                return answer
        raise AssertionError("it went on running")

    answers = at_once(make, copies * 3)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert database.psql("select count(*) from user_group where name = 'Once'") == "1"


def test_when_one_is_killed_the_others_go_on_and_it_comes_back(copies):
    secret = copies[0].demo["api_tokens"][0]["api_token"]
    killed, *others = copies
    killed.kill()
    for copy in others:
        assert exchange(copy, secret).status_code == 200 and copy.answers("/readyz")
    killed.start()
    assert killed.answers("/readyz")
