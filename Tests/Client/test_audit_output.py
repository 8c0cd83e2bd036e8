"""The audit log on standard output: each entry once, from whichever copy, and none lost, however copies end."""

import json
import os
import re
import subprocess
import threading

import pytest
import requests

from support.http import authorization, call
from support.postgres import Postgres
from support.process import wait_until
from support.service import Service
from support.team import token

SETTINGS = {"BASEKEEPER_AUDIT_STDOUT": "yes"}


@pytest.fixture
def copies():
    """Two copies on one database, and the database."""
    database = Postgres()
    copies = [Service(DATABASE_URL=database.url, **SETTINGS) for _ in range(2)]
    copies[0].seeded = copies[0].seed()
    for copy in copies:
        copy.start()
    yield copies, database
    for copy in copies:
        copy.delete()
    database.delete()


def lines(copies, message):
    """The lines of all copies with this message. One that was cut off by a kill is no line."""
    found = []
    for copy in copies:
        for text in copy.log.read_text(errors="replace").splitlines():
            start = text.rfind('{"time":')
            try:
                line = json.loads(text[start:])
            except ValueError:
                continue
            if line["message"] == message:
                found.append(line)
    return found


def shipped(copies):
    return [(line["team"], line["number"], line["hash"]) for line in lines(copies, "audit entry")]


def due(database, first):
    """The entries that are in the database since the first heads were written."""
    rows = database.rows("select chain, number, encode(hash, 'hex') from audit_log order by id")
    return {(int(team), int(number), hash) for team, number, hash in rows if int(number) > first.get(int(team), 0)}


def begin(copies, database):
    """How many entries each chain had when the first copy began to write."""
    wait_until(lambda: database.psql("select count(*) from audit_shipment").strip() != "0")
    heads = wait_until(lambda: lines(copies, "audit head"))
    return {line["team"]: line["number"] for line in heads}


def make_groups(copy, secret, names):
    for name in names:
        answer = call(copy, "POST", "/api/v2.1/groups/", headers=authorization(secret), data={"name": name})
        assert answer.status_code == 201, answer.text


def test_two_copies_write_each_entry_once(copies):
    copies, database = copies
    first = begin(copies, database)
    admin = copies[0].seeded["demo"]["team_admin"]
    secret = token(copies[0], admin["email"], admin["password"])
    workers = [
        threading.Thread(target=make_groups, args=(copy, secret, [f"{index} {n}" for n in range(60)]))
        for index, copy in enumerate(copies)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    wanted = wait_until(lambda: (all := due(database, first)) == set(shipped(copies)) and all)
    assert len(wanted) >= 120
    assert len(shipped(copies)) == len(wanted), "an entry was written twice"
    assert not lines(copies, "job failed")
    # Each chain's entries are in order where one copy wrote them.
    for copy in copies:
        own = [number for team, number, _ in shipped([copy]) if team == 1]
        assert own == sorted(own)
    assert sum(copy.stop() for copy in copies) == 0


def test_no_entry_is_lost_when_copies_are_killed(copies):
    copies, database = copies
    first = begin(copies, database)
    admin = copies[0].seeded["demo"]["team_admin"]
    secret = token(copies[0], admin["email"], admin["password"])
    kills = 8
    for round in range(kills):
        survivor, victim = copies[round % 2], copies[1 - round % 2]
        # What is written in one statement is more than one batch.
        database.psql(
            f"insert into user_group (team_id, name) select 1, 'round {round} of ' || n from generate_series(1, 600) n")
        make_groups(survivor, secret, [f"round {round} {n}" for n in range(3)])
        victim.kill()
        victim.start()
    wanted = wait_until(lambda: (all := due(database, first)) <= set(shipped(copies)) and all)
    assert len(wanted) >= kills * 600
    written = shipped(copies)
    assert set(written) == wanted, "an entry was written that is not in the database"
    # A copy that is killed between writing and noting it may have written one batch for nothing.
    assert len(written) - len(wanted) <= kills * 500
    assert not [line for line in lines(copies, "security") if line["event"] == "audit_broken"]
    assert sum(copy.stop() for copy in copies) == 0


def test_what_is_committed_while_nobody_runs_is_written_at_the_next_start(copies):
    copies, database = copies
    first = begin(copies, database)
    assert sum(copy.stop() for copy in copies) == 0
    database.psql("insert into user_group (team_id, name) values (1, 'Made while nobody was there')")
    copies[0].start()
    wait_until(lambda: due(database, first) == set(shipped(copies)))
    assert copies[0].stop() == 0


def test_while_nobody_reads_an_entry_is_not_written_again_and_again(copies):
    (copy, other), _ = copies
    other.stop()
    copy.stop()
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as output:
        copy.process = subprocess.Popen([copy.binary, "serve"], env=copy.environment, stdout=output, stderr=output)
    copy.wait_until_it_is_ready()
    admin = copy.seeded["demo"]["team_admin"]
    secret = token(copy, admin["email"], admin["password"])
    for _ in range(1000):  # more than a pipe holds
        requests.get(copy.url + "/healthz", timeout=60)
    make_groups(copy, secret, ["Unread"])

    def failures():
        metrics = requests.get(copy.url + "/metrics", timeout=60).text
        found = re.search(r'^basekeeper_job_runs_total\{name="ship-audit-log",result="failed"\} (\S+)', metrics, re.M)
        return found and float(found[1])

    wait_until(lambda: failures() >= 3)
    copy.process.terminate()
    with os.fdopen(reading) as log:
        entries = [json.loads(line) for line in log if '"audit entry"' in line]
    assert copy.process.wait(60) == 0
    unread = [one for one in entries if "Unread" in json.dumps(one)]
    assert 1 <= len(unread) <= 2, "once, and once more since nobody knew that it was written"


def test_without_the_setting_nothing_of_it_is_written(service):
    assert not service.events("audit entry") and not service.events("audit head")
