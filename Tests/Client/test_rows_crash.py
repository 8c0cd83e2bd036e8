"""The service is killed while batches of rows are written: each acknowledged batch is there whole and once, none is half
there, and the activities say the same."""

import collections
import random
import signal
import threading
import uuid

import pytest
import requests

from support import http
from support.process import THOROUGH, wait_until
from support.rows import Program
from support.threads import at_once, beside

pytestmark = pytest.mark.apart

BATCHES, KILLS, CLIENTS, SIZE = 1000 * THOROUGH, 6 * THOROUGH, 6, 12


class Batches:
    """Batches of rows from several clients, each repeated with its Idempotency-Key until it is acknowledged."""

    def __init__(self, program, table):
        self.program, self.table = program, table
        self.left = collections.deque(range(BATCHES))
        self.acknowledged, self.lock, self.lost = {}, threading.Lock(), 0

    def work(self, _):
        while True:
            with self.lock:
                if not self.left:
                    return
                number = self.left.popleft()
            ids = self.send(number, {"Idempotency-Key": str(uuid.uuid4())})
            with self.lock:
                self.acknowledged[number] = ids

    def send(self, number, headers):
        # Each batch has an option of its own tenth, so that some of them change the schema, too.
        rows = [{"Name": f"{number}-{place}", "State": f"state {number // 10}"} for place in range(SIZE)]
        body, found = {"table_name": self.table, "rows": rows}, []

        def is_acknowledged():
            try:
                found[:] = [http.call(self.program.service, "POST", self.program.root + "rows/", self.program.token,
                                      json=body, headers=headers)]
            except requests.ConnectionError:
                self.lost += 1
                return False
            assert found[0].status_code in (200, 409, 503), found[0].text
            return found[0].status_code == 200

        wait_until(is_acknowledged)
        return [one["_id"] for one in found[0].json()["row_ids"]]


def test_each_batch_is_there_whole_and_once_after_kills(postgres, started):
    service = started(DATABASE_URL=postgres.database("batches"))
    program = Program(service)
    program.new_table("T", ("Name", "text"), ("State", "single-select"))
    batches = Batches(program, "T")
    with beside(lambda: at_once(batches.work, range(CLIENTS))):
        for kill in range(KILLS):
            due = (kill + random.random()) * BATCHES / (KILLS + 1)
            wait_until(lambda: len(batches.acknowledged) >= due)
            service.stop(signal.SIGKILL)
            service.start()
    assert batches.lost >= KILLS
    rows = program.rows("T")
    by_batch = collections.defaultdict(list)
    for row in rows:
        by_batch[int(row["Name"].partition("-")[0])].append(row)
    assert len(by_batch) == BATCHES
    for number, found in by_batch.items():
        assert [row["_id"] for row in found] == batches.acknowledged[number]
        assert [row["Name"] for row in found] == [f"{number}-{place}" for place in range(SIZE)]
        assert {row["State"] for row in found} == {f"state {number // 10}"}
    column = program.table("T")["columns"][1]
    assert len(column["data"]["options"]) == len({one["name"] for one in column["data"]["options"]}) == BATCHES // 10
    for number in random.sample(range(BATCHES), 50):
        answer = program.ask("GET", "activities/", row_id=batches.acknowledged[number][0], page=1, per_page=25)
        assert [one["op_type"] for one in answer["activities"]] == ["insert_row"]
