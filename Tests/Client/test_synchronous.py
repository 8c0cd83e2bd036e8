"""Nothing is acknowledged that a synchronous standby does not have, whatever becomes of the wait for it."""

import os
import signal
import threading
import uuid

import pytest
import requests

from support.cluster import Node
from support.service import Service, wait_until
from support.team import new_address, new_team, token


@pytest.fixture
def servers():
    """A primary that commits nothing before its standby has it, too."""
    primary = Node()
    standby = Node(primary)
    primary.set(synchronous_standby_names="*")
    wait_until(lambda: primary.psql("select sync_state from pg_stat_replication") == "sync")
    yield primary, standby
    primary.delete()
    standby.delete()


@pytest.fixture
def service(servers):
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in servers)
    service = Service(
        DATABASE_URL=f"postgresql://basekeeper@{hosts}/basekeeper?target_session_attrs=read-write",
        BASEKEEPER_STATEMENT_TIMEOUT="1", BASEKEEPER_LOOPS="1")
    service.seed()
    service.start()
    yield service
    service.process.kill()
    service.process.wait()
    service.delete()


def create(service, team, name, key):
    return requests.post(
        service.url + team.path + "groups/", json={"group_name": name, "group_owner": team.creator}, timeout=120,
        headers={"Authorization": f"Token {team.admin}", "Idempotency-Key": key})


def waiting(primary):
    """The process that waits for the standby with the request's commit; None while there is none."""
    return primary.psql(
        "select pid from pg_stat_activity where wait_event = 'SyncRep' and query in ('commit', 'COMMIT') limit 1") or None


def is_seen(primary, name):
    return primary.psql(f"select count(*) from user_group where name = '{name}'") == "1"


WAYS = {
    "cancelled": lambda primary, pid: primary.psql(f"select pg_cancel_backend({pid})"),
    "terminated": lambda primary, pid: primary.psql(f"select pg_terminate_backend({pid})"),
    "killed": lambda primary, pid: os.kill(int(pid), signal.SIGKILL),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_commit_that_no_standby_has_is_acknowledged_neither_at_once_nor_when_it_is_asked_for_again(
        servers, service, way):
    primary, standby = servers
    team = new_team(service, token(service, "root@example.com", "correct horse battery"), new_address())
    key, answers = str(uuid.uuid4()), []
    standby.pause()
    request = threading.Thread(target=lambda: answers.append(create(service, team, "Cut off", key)))
    request.start()
    wait_until(lambda: waiting(primary))
    WAYS[way](primary, waiting(primary))
    request.join()
    assert [answer.status_code for answer in answers] == [503], answers[0].text

    # All can see it now, the standby does not have it, and the request is sent again.
    wait_until(lambda: primary.answers() and is_seen(primary, "Cut off"))
    wait_until(lambda: service.answers("/healthz"))
    assert create(service, team, "Cut off", key).status_code == 503

    # The primary is lost with it; the request happens at the standby.
    primary.crash()
    standby.resume()
    standby.promote()

    def is_made():
        answer = create(service, team, "Cut off", key)
        assert answer.status_code in (200, 503), answer.text
        return answer.status_code == 200

    wait_until(is_made, service.process)
    assert is_seen(standby, "Cut off")
    again = create(service, team, "Cut off", key)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")


def test_a_replay_is_answered_as_soon_as_the_standby_has_what_it_tells_of(servers, service):
    primary, standby = servers
    team = new_team(service, token(service, "root@example.com", "correct horse battery"), new_address())
    key = str(uuid.uuid4())
    first = create(service, team, "Kept", key)
    standby.pause()
    answers = []
    replay = threading.Thread(target=lambda: answers.append(create(service, team, "Kept", key)))
    replay.start()
    wait_until(lambda: primary.psql("select count(*) from pg_stat_activity where wait_event = 'SyncRep'") != "0")
    assert not answers
    standby.resume()
    replay.join()
    # The connection may have been given up while it waited: then it is sent once more.
    answer = answers[0] if answers[0].status_code == 200 else create(service, team, "Kept", key)
    assert (answer.status_code, answer.json()) == (200, first.json())
