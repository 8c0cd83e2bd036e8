"""The log and the metrics when the database goes away and comes back; and a start without a database."""

import signal
import time
from collections import Counter

import pytest
import requests

from support.http import exchange
from support.postgres import Postgres, url_of_either
from support.process import wait_until
from support.service import Service

pytestmark = pytest.mark.apart


def servers(service):
    """The servers of the connections, according to the metrics."""
    text = requests.get(service.url + "/metrics", timeout=30).text
    return {line.split('server="')[1].split('"')[0] for line in text.splitlines()
            if line.startswith("basekeeper_db_server_connections{") and 'database="primary"' in line}


def test_the_log_says_once_that_the_database_went_and_where_it_came_back():
    primary = Postgres()
    standby = Postgres(primary)
    service = Service(
        DATABASE_URL=url_of_either(primary, standby), BASEKEEPER_STATEMENT_TIMEOUT="1", BASEKEEPER_LOOPS="2")
    secret = service.seed()["demo"]["api_tokens"][0]["api_token"]
    try:
        service.start()

        def status():
            return exchange(service, secret).status_code

        wait_until(lambda: status() == 200)
        assert [one["server"] for one in service.events("database reached")] == [f"127.0.0.1:{primary.port}"]
        assert servers(service) == {f"127.0.0.1:{primary.port}"}

        primary.crash()
        wait_until(lambda: service.events("database lost"))
        refused = sum(status() == 503 for _ in range(400))
        assert refused == 400
        lost = service.events("database lost")
        assert len(lost) == 1 and f"port {primary.port}" in lost[0]["reason"], lost
        assert servers(service) == set()

        standby.promote()
        wait_until(lambda: status() == 200)
        assert service.events("database reached")[-1]["server"] == f"127.0.0.1:{standby.port}"
        assert servers(service) == {f"127.0.0.1:{standby.port}"}

        # Each request has a line. Of identical failures the first says why, and the others are counted.
        def is_counted():
            failed = [one for one in service.events("request") if one["status"] == 503]
            told = [one for one in failed if one["level"] == "error"]
            assert len(failed) >= 400 and all("failure" in one for one in told)
            counted = sum(one["count"] for one in service.events("more requests failed"))
            return len(told) < 40 and len(told) + counted == len(failed)

        wait_until(is_counted, service.process)
        # A job of each loop says once why it fails.
        failed = Counter((one["job"], one["reason"]) for one in service.events("job failed"))
        assert max(failed.values(), default=0) <= 2, failed
        assert service.stop() == 0
    finally:
        service.delete()
        primary.delete()
        standby.delete()


def test_a_start_waits_for_its_database():
    postgres = Postgres()
    service = Service(DATABASE_URL=postgres.url, BASEKEEPER_DATABASE_WAIT="300")
    postgres.stop()
    service.launch()
    try:
        wait_until(lambda: service.events("waiting for the database"), service.process)
        postgres.start()
        service.wait_until_it_is_ready()
        assert service.stop() == 0
        assert len(service.events("waiting for the database")) <= 3  # each reason once: refused, starting up
    finally:
        service.delete()
        postgres.delete()


NOWHERE = "postgresql://127.0.0.1:1/none"


def test_the_time_to_wait_is_bounded_and_the_reason_is_told():
    service = Service(DATABASE_URL=NOWHERE, BASEKEEPER_DATABASE_WAIT="1")
    ended = service.run("serve")
    assert ended.returncode == 1 and "127.0.0.1" in ended.stderr
    service.delete()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_start_that_waits_can_be_ended(number):
    service = Service(DATABASE_URL=NOWHERE, BASEKEEPER_DATABASE_WAIT="3600")
    service.launch()
    try:
        wait_until(lambda: service.events("waiting for the database"), service.process)
        begin = time.monotonic()
        assert service.stop(number) == 0
        assert time.monotonic() - begin < 60  # and not for an hour
    finally:
        service.delete()
