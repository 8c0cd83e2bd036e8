"""A primary that dies or hangs under writes, and its synchronous standby in its place: nothing acknowledged is lost."""

import collections
import os
import pathlib
import threading
import time
import uuid

import pytest
import requests

from support.cluster import Node
from support.service import Service, target, wait_until
from support.team import new_address, new_team, token

EXCHANGE = "/api/v2.1/dtable/app-access-token/"
WRITERS, READERS = 6, 2


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
        BASEKEEPER_STATEMENT_TIMEOUT="1", BASEKEEPER_LOOPS="2")
    service.secret = service.seed()["demo"]["api_tokens"][0]["api_token"]
    service.start()
    yield service
    service.process.kill()
    service.process.wait()
    service.delete()


class Load:
    """Writers that make groups, each again with its key until that is acknowledged; and readers."""

    def __init__(self, service):
        self.service = service
        self.team = new_team(service, token(service, "root@example.com", "correct horse battery"), new_address())
        self.acknowledged, self.read, self.odd = [], [], []
        self.statuses, self.stop = collections.Counter(), threading.Event()
        self.threads = [threading.Thread(target=self.write, args=(number,)) for number in range(WRITERS)]
        self.threads += [threading.Thread(target=self.exchange) for _ in range(READERS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def write(self, writer):
        session, number = requests.Session(), 0
        while not self.stop.is_set():
            number += 1
            fields = {"group_name": f"Group {writer} {number}", "group_owner": self.team.creator}
            headers = {"Authorization": f"Token {self.team.admin}", "Idempotency-Key": str(uuid.uuid4())}
            while True:  # also after the end: what was begun is done
                answer = session.post(
                    self.service.url + self.team.path + "groups/", json=fields, headers=headers, timeout=60)
                self.statuses[answer.status_code] += 1
                if answer.status_code == 200:
                    self.acknowledged.append((time.monotonic(), fields["group_name"], answer.json()["id"]))
                    break
                if answer.status_code not in (409, 503):
                    self.odd.append((answer.status_code, answer.text))
                    return
                time.sleep(0.05)

    def exchange(self):
        session = requests.Session()
        while not self.stop.is_set():
            answer = session.get(
                self.service.url + EXCHANGE, headers={"Authorization": f"Token {self.service.secret}"}, timeout=60)
            if answer.status_code == 200:
                self.read.append(time.monotonic())
            elif answer.status_code != 503:
                self.odd.append((answer.status_code, answer.text))
                return
            else:
                time.sleep(0.05)

    def goes_on(self, more=40):
        """Waits for some more of both."""
        written, read = len(self.acknowledged), len(self.read)
        wait_until(
            lambda: self.odd or len(self.acknowledged) >= written + more and len(self.read) >= read + more,
            self.service.process)


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
    assert not load.odd, load.odd

    # Each acknowledged one is there, with its number, once; and nothing else, as all that was begun was acknowledged.
    stored = standby.psql(f"select id || ' ' || name from user_group where team_id = {load.team.id} order by id")
    assert stored.splitlines() == [f"{id} {name}" for id, name in sorted((id, name) for _, name, id in load.acknowledged)]
    assert service.answers("/readyz")
    assert service.run("audit", "verify").returncode == 0

    # No connection leads to the old one any more.
    wait_until(lambda: not connections(service, primary.port))

    writes = longest_gap([at for at, *_ in load.acknowledged])
    reads = longest_gap(load.read)
    after = min(at for at, *_ in load.acknowledged if at > promoted) - promoted
    figures = f"{fault}: no write for {writes:.2f} s, no read for {reads:.2f} s; first write {after:.2f} s after promotion"
    record_property("away", figures)
    print(f"\n{figures}; {len(load.acknowledged)} writes, statuses {dict(load.statuses)}")


def test_when_a_server_is_silent_on_one_connection_those_that_are_idle_are_left_too(servers):
    """They would be found out one by one, each by a request that waits in vain."""
    primary, _ = servers
    service = Service(DATABASE_URL=primary.url, BASEKEEPER_STATEMENT_TIMEOUT="1", BASEKEEPER_LOOPS="1")
    service.secret = service.seed()["demo"]["api_tokens"][0]["api_token"]
    service.start()
    with Load(service) as load:
        wait_until(lambda: len(connections(service, primary.port)) == 6)  # two for look-ups, four for the rest
        load.goes_on(10)
    before = set(connections(service, primary.port))
    primary.pause()
    try:
        answer = requests.get(
            service.url + EXCHANGE, headers={"Authorization": f"Token {service.secret}"}, timeout=60)
        assert answer.status_code == 503
        wait_until(lambda: not before & set(connections(service, primary.port)))
    finally:
        primary.resume()
    wait_until(lambda: service.answers("/readyz"))
    assert service.stop() == 0
    service.delete()


def connections(service, port):
    """The near ends of the service's connections to a server, by the port of that."""
    folder = pathlib.Path(f"/proc/{service.process.pid}")
    own = {target(one) for one in (folder / "fd").glob("*")}
    lines = [line.split() for line in (folder / "net/tcp").read_text().splitlines()[1:]]
    return [one[1] for one in lines
            if one[2].endswith(f":{port:04X}") and one[3] == "01" and f"socket:[{one[9]}]" in own]
