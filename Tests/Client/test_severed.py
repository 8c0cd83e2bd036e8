"""The connection between the service and PostgreSQL breaks, stalls, or is slow."""

import time

import pytest

from support.load import Load, exchanges, percentile
from support.process import THOROUGH, wait_until
from support.proxy import Proxy
from support.writes import Writes

pytestmark = pytest.mark.apart


@pytest.fixture
def proxy(postgres):
    proxy = Proxy(postgres.port)
    yield proxy
    proxy.stop()


@pytest.fixture
def service(postgres, proxy, started, request):
    """A service that reaches its database through the proxy."""
    database = request.node.name[5:40]
    postgres.database(database)
    service = started(
        DATABASE_URL=postgres.url_of(database, proxy.port) + "?sslmode=disable&gssencmode=disable",
        BASEKEEPER_STATEMENT_TIMEOUT="1")
    service.database = database
    return service


def test_cut_connections_lose_no_write_and_give_no_wrong_answer(postgres, proxy, service):
    count = 600 * THOROUGH
    writes = Writes(service, count)
    with Load([service.port], exchanges(service)) as load:
        wait_until(lambda: load.counts()[200] > 100)
        proxy.break_up(cuts_within=60_000, loses_commits=0.05)
        writes.start()
        writes.finish()
        proxy.heal()
        again = time.monotonic()
        wait_until(lambda: load.counts(again)[200] > 100)
    replayed = sum(one.was_replayed for one in writes.all)
    print({"cuts": proxy.cuts, "lost commits": proxy.lost_commits, "replayed": replayed,
           "reads": dict(load.counts()), "writes": dict(writes.met)})
    assert sum(writes.check(postgres, service.database).values()) == count
    writes.check_answers()
    assert load.odd == [] and set(load.counts()) == {200, 503}
    assert set(writes.met) <= {201, 409, 503}
    assert proxy.cuts > 20
    # Writes that were done without an answer get it when they are sent again. That commits, too, and may be lost as well.
    assert min(replayed, proxy.lost_commits) > 10


def test_a_way_that_stalls_is_given_up_in_time_and_taken_again(postgres, proxy, service):
    writes = Writes(service, 40, clients=4)
    with Load([service.port], exchanges(service)) as load:
        wait_until(lambda: load.counts()[200] > 100)
        begin = time.monotonic()
        proxy.stall()
        writes.start()
        # Statements that wait for an answer are given up, and new ones do not wait.
        wait_until(lambda: load.counts(begin)[503] > 1000 and writes.met[503] > 20)
        assert service.answers("/healthz")
        proxy.flow()
        again = time.monotonic()
        wait_until(lambda: load.counts(again)[200] > 200)
        writes.finish()
    print({"reads": dict(load.counts()), "writes": dict(writes.met), "slowest": percentile(load.outcomes, 1)})
    writes.check(postgres, service.database)
    assert load.odd == [] and set(load.counts()) == {200, 503}
    assert set(writes.met) <= {201, 409, 503}


def test_a_slow_way_makes_answers_late_and_none_wrong(postgres, proxy, service):
    proxy.delay = 0.01
    writes = Writes(service, 40, clients=4)
    with Load([service.port], exchanges(service), connections=32) as load:
        writes.start()
        writes.finish()
        wait_until(lambda: load.counts()[200] > 500)
    writes.check(postgres, service.database)
    assert load.odd == [] and set(load.counts()) == {200}
    assert set(writes.met) <= {201, 409, 503}
    assert percentile(load.outcomes, 0) >= 2 * proxy.delay
