"""Nothing is acknowledged that the synchronous standby does not have, even if the wait for it is cancelled."""

import contextlib
import os
import signal
import uuid

import pytest

from support.postgres import url_of_either
from support.process import wait_until
from support.service import Service
from support.team import new_team
from support.threads import beside

pytestmark = pytest.mark.apart


@pytest.fixture
def service(servers):
    service = Service(
        DATABASE_URL=url_of_either(*servers), BASEKEEPER_STATEMENT_TIMEOUT="1", BASEKEEPER_LOOPS="1")
    service.seed()
    service.start()
    yield service
    service.delete()


def create(team, name, key):
    return team.call(
        "POST", "groups/", json={"group_name": name, "group_owner": team.creator}, headers={"Idempotency-Key": key})


def waiting(primary):
    """The process whose commit waits for the standby; None if there is none."""
    return primary.psql(
        "select pid from pg_stat_activity where wait_event = 'SyncRep' and query in ('commit', 'COMMIT') limit 1") or None


def is_seen(server, name):
    """False as well while the server starts again after one of its processes was killed."""
    with contextlib.suppress(AssertionError):
        return server.psql(f"select count(*) from user_group where name = '{name}'") == "1"
    return False


WAYS = {
    "cancelled": lambda primary, pid: primary.psql(f"select pg_cancel_backend({pid})"),
    "terminated": lambda primary, pid: primary.psql(f"select pg_terminate_backend({pid})"),
    "killed": lambda primary, pid: os.kill(int(pid), signal.SIGKILL),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_commit_that_no_standby_has_is_acknowledged_neither_at_once_nor_when_it_is_asked_for_again(
        servers, service, way):
    primary, standby = servers
    team = new_team(service)
    key = str(uuid.uuid4())
    standby.pause()
    with beside(lambda: create(team, "Cut off", key)) as answers:
        WAYS[way](primary, wait_until(lambda: waiting(primary)))
    assert [answer.status_code for answer in answers] == [503], answers[0].text

    # Now it is visible, but the standby does not have it. The request is sent again.
    wait_until(lambda: is_seen(primary, "Cut off"))
    wait_until(lambda: service.answers("/healthz"))
    assert create(team, "Cut off", key).status_code == 503

    # The primary is lost with it; the request is carried out on the standby.
    primary.crash()
    standby.resume()
    standby.promote()

    def is_made():
        answer = create(team, "Cut off", key)
        assert answer.status_code in (200, 503), answer.text
        return answer.status_code == 200

    wait_until(is_made, service.process)
    assert is_seen(standby, "Cut off")
    again = create(team, "Cut off", key)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")


def test_a_replay_is_answered_as_soon_as_the_standby_has_what_it_tells_of(servers, service):
    primary, standby = servers
    team = new_team(service)
    key = str(uuid.uuid4())
    first = create(team, "Kept", key)
    standby.pause()
    with beside(lambda: create(team, "Kept", key)) as answers:
        wait_until(lambda: primary.psql("select count(*) from pg_stat_activity where wait_event = 'SyncRep'") != "0")
        assert not answers
        standby.resume()
    # The connection may have been given up while it waited: then the request is sent once more.
    answer = answers[0] if answers[0].status_code == 200 else create(team, "Kept", key)
    assert (answer.status_code, answer.json()) == (200, first.json())
