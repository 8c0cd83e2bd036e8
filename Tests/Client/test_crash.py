"""The service or its PostgreSQL is killed during writes: each acknowledged write is there, complete and once."""

import random
import signal
import time

import pytest

from support.load import Load, exchanges
from support.process import THOROUGH, wait_until
from support.writes import Writes

pytestmark = pytest.mark.apart

WRITES, KILLS = 1000 * THOROUGH, 8 * THOROUGH


def test_a_service_that_is_killed_again_and_again_does_each_write_once(postgres, started):
    service = started(DATABASE_URL=postgres.database("killed"))
    writes = Writes(service, WRITES)
    writes.start()
    # Killed after this many acknowledgements, while other writes are in flight.
    for kill in range(KILLS):
        due = (kill + random.random()) * WRITES / (KILLS + 1)
        writes.wait_until(lambda: len(writes.acknowledged) >= due)
        service.stop(signal.SIGKILL)
        service.start()
    writes.finish()
    found = writes.check(postgres, "killed")
    assert sum(found.values()) == WRITES
    writes.check_answers()
    replayed = sum(one.was_replayed for one in writes.all)
    print({"met": dict(writes.met), "done, but their answer was lost": replayed})
    assert writes.met["ConnectionError"] >= KILLS


def test_a_service_survives_its_postgresql_s_being_killed(postgres, started):
    service = started(DATABASE_URL=postgres.database("survives"))
    writes = Writes(service, WRITES)
    with Load([service.port], exchanges(service)) as load:
        writes.start()
        for kill in range(2 * THOROUGH):
            due = (kill + 0.5) * WRITES / (2 * THOROUGH + 1)
            writes.wait_until(lambda: len(writes.acknowledged) >= due)
            begin = time.monotonic()
            postgres.kill()
            wait_until(lambda: load.counts(begin)[503] > 50)
            again = time.monotonic()
            postgres.start()
            wait_until(lambda: load.counts(again)[200] > 200)
        writes.finish()
    assert sum(writes.check(postgres, "survives").values()) == WRITES
    writes.check_answers()
    print({"reads": dict(load.counts()), "writes": dict(writes.met)})
    assert load.odd == [] and set(load.counts()) == {200, 503}
    assert set(writes.met) <= {201, 409, 503} and writes.met[503] > 0
    assert service.stop() == 0
