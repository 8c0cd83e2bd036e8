"""A primary dies or hangs during writes and its synchronous standby is promoted: no acknowledged write is lost."""

import collections
import itertools
import time
import uuid

import pytest

from support.http import exchange
from support.postgres import url_of_either
from support.process import ESTABLISHED, sockets, wait_until
from support.service import Service
from support.team import new_team
from support.threads import Workers

pytestmark = pytest.mark.apart

WRITERS, READERS = 6, 2


@pytest.fixture
def service(servers):
    service = Service(
        DATABASE_URL=url_of_either(*servers), BASEKEEPER_STATEMENT_TIMEOUT="1", BASEKEEPER_LOOPS="2")
    service.secret = service.seed()["demo"]["api_tokens"][0]["api_token"]
    service.start()
    yield service
    service.delete()


class Load(Workers):
    """Writers that create groups, each repeated with its key until it is acknowledged; and readers."""

    def __init__(self, service):
        self.service, self.team = service, new_team(service)
        self.acknowledged, self.read, self.numbers, self.statuses = [], [], itertools.count(1), collections.Counter()
        super().__init__(*[self.make] * WRITERS, *[self.look] * READERS)

    def make(self, session):
        fields = {"group_name": f"Group {next(self.numbers)}", "group_owner": self.team.creator}
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        while True:  # also after the end: finish what was begun
            answer = self.team.call("POST", "groups/", json=fields, headers=headers, session=session)
            self.statuses[answer.status_code] += 1
            if answer.status_code == 200:
                return self.acknowledged.append((time.monotonic(), fields["group_name"], answer.json()["id"]))
            assert answer.status_code in (409, 503), answer.text
            time.sleep(0.05)

    def look(self, session):
        answer = exchange(self.service, self.service.secret, session=session)
        if answer.status_code == 200:
            self.read.append(time.monotonic())
        else:
            assert answer.status_code == 503, answer.text
            time.sleep(0.05)

    def goes_on(self, more=40):
        """Waits for some more reads and writes."""
        written, read = len(self.acknowledged), len(self.read)
        self.wait_until(
            lambda: len(self.acknowledged) >= written + more and len(self.read) >= read + more, self.service.process)


def longest_gap(times):
    times = sorted(times)
    return max(later - earlier for earlier, later in zip(times, times[1:]))


@pytest.mark.parametrize("fault", ["killed", "hung"])
def test_the_standby_takes_over_and_nothing_acknowledged_is_lost(servers, service, fault, record_property):
    primary, standby = servers
    with Load(service) as load:
        load.goes_on()
        if fault == "killed":
            primary.crash()
        else:
            primary.pause()
        standby.promote()
        promoted = time.monotonic()
        load.goes_on()

    # Each acknowledged group is there once, with its ID, and no other: all that were begun were acknowledged.
    stored = standby.psql(f"select id || ' ' || name from user_group where team_id = {load.team.id} order by id")
    assert stored.splitlines() == [f"{id} {name}" for id, name in sorted((id, name) for _, name, id in load.acknowledged)]
    assert service.answers("/readyz")
    assert service.run("audit", "verify").returncode == 0

    # No connection leads to the old primary any more.
    wait_until(lambda: not connections(service, primary.port))

    writes = longest_gap([at for at, *_ in load.acknowledged])
    reads = longest_gap(load.read)
    after = min(at for at, *_ in load.acknowledged if at > promoted) - promoted
    figures = f"{fault}: no write for {writes:.2f} s, no read for {reads:.2f} s; first write {after:.2f} s after promotion"
    record_property("away", figures)
    print(f"\n{figures}; {len(load.acknowledged)} writes, statuses {dict(load.statuses)}")


def test_when_a_server_is_silent_on_one_connection_those_that_are_idle_are_left_too(servers):
    """Otherwise each of them would be noticed only by a request that waits in vain."""
    primary, _ = servers
    service = Service(DATABASE_URL=primary.url, BASEKEEPER_STATEMENT_TIMEOUT="1", BASEKEEPER_LOOPS="1")
    service.secret = service.seed()["demo"]["api_tokens"][0]["api_token"]
    service.start()
    with Load(service) as load:
        wait_until(lambda: len(connections(service, primary.port)) == 6)  # two for look-ups, four for everything else
        load.goes_on(10)
    before = set(connections(service, primary.port))
    primary.pause()
    try:
        assert exchange(service, service.secret).status_code == 503
        wait_until(lambda: not before & set(connections(service, primary.port)))
    finally:
        primary.resume()
    wait_until(lambda: service.answers("/readyz"))
    assert service.stop() == 0
    service.delete()


def connections(service, port):
    """The local ends of the service's connections to the server at this port."""
    return [near for near, far in sockets(service.process.pid, ESTABLISHED) if far.endswith(f":{port:04X}")]
