"""PostgreSQL is paused, its disk is full, or it has no slot for another session."""

import contextlib
import os
import pathlib
import subprocess
import time

import pytest
import requests

from support import process
from support.load import Load, Question, exchanges, percentile
from support.postgres import Postgres, Refused, Session
from support.process import THOROUGH, give_away, wait_until
from support.writes import Writes

pytestmark = pytest.mark.apart

ROUNDS = 3 * THOROUGH
PLACES = 14


def size(service):
    """A service's memory in MB, and its number of descriptors."""
    return process.memory(service.process.pid) / 1e6, process.descriptors(service.process.pid)


def test_a_paused_postgresql_is_waited_for_within_bounds(postgres, started):
    try:
        service = started(
            DATABASE_URL=postgres.database("paused"), BASEKEEPER_STATEMENT_TIMEOUT="1", BASEKEEPER_LOOPS="2")
        writes = Writes(service, 200)
        sessions = "select count(*) from pg_stat_activity where datname = 'paused'"
        with Load([service.port], exchanges(service), connections=32) as load, \
                Load([service.port], [Question("/healthz")], connections=2, pause=0.02) as health:
            wait_until(lambda: load.counts()[200] > 500)
            memory, descriptors = size(service)
            sizes, begin = [], time.monotonic()
            postgres.pause()
            writes.start()

            def refused():
                sizes.append(size(service))
                return [one for one in load.since(begin) if one.status == 503]

            # Requests during the pause were answered during it, and no health check waited for the database.
            wait_until(lambda: len(refused()) > ROUNDS * 32)
            during, asked = refused(), health.since(begin)
            assert percentile(asked, 0.99) < percentile(during, 1)
            postgres.resume()
            again = time.monotonic()
            wait_until(lambda: load.counts(again)[200] > 500)
            writes.finish()
            assert service.answers("/readyz")
            left = int(postgres.psql(sessions))
        print({"reads": dict(load.counts()), "writes": dict(writes.met), "sessions": left,
               "slowest in the pause": round(percentile(during, 1), 2), "health": round(percentile(asked, 1), 3),
               "MB": (round(memory), round(max(one[0] for one in sizes))),
               "descriptors": (descriptors, max(one[1] for one in sizes))})
        assert sum(writes.check(postgres, "paused").values()) == 200
        writes.check_answers()
        assert load.odd == health.odd == [] and set(load.counts()) == {200, 503} and set(health.counts()) == {200}
        assert set(writes.met) <= {201, 409, 503}
        # Two loops with four and two connections each, and one for each client.
        assert left <= 2 * 6
        assert max(one[1] for one in sizes) <= descriptors + writes.clients + 2 * 6 * 2
        assert max(one[0] for one in sizes) < memory + 30
    finally:
        postgres.resume()


@pytest.fixture
def volume(tmp_path_factory):
    """A small file system."""
    folder = pathlib.Path("/var/tmp") / f"basekeeper-volume-{os.getpid()}"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=120m", "basekeeper", str(folder)], capture_output=True, text=True)
    if mounted.returncode != 0:
        folder.rmdir()
        pytest.skip(f"a file system cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
    folder.rmdir()


def fill(volume):
    """Fills the rest of the disk."""
    with open(volume / "filler", "ab") as filler:
        for size in (1 << 20, 4096):
            with contextlib.suppress(OSError):
                while True:
                    os.posix_fallocate(filler.fileno(), os.fstat(filler.fileno()).st_size, size)


def fill_log(postgres):
    """Writes only to the write-ahead log, until the server stops because the disk is full."""
    message = "select count(pg_logical_emit_message(false, 'basekeeper', repeat('x', 100000))) from generate_series(1, 20)"

    def has_ended():
        with contextlib.suppress(AssertionError):
            postgres.psql(message)
        return postgres.process.poll() is not None

    wait_until(has_ended)


@pytest.mark.parametrize("has_own_log", [True, False])
def test_a_full_disk_refuses_writes_and_serves_reads(started, volume, has_own_log):
    """If the write-ahead log is on another disk, PostgreSQL refuses whatever needs room. If it is on the full one,
    PostgreSQL stops, and starts again when there is room."""
    wal = volume.parent / f"{volume.name}-wal" if has_own_log else None
    if wal:
        wal.mkdir()
        give_away(wal)
    inner = volume / "server"
    inner.mkdir()
    # No checkpoint makes room in the log, and a full log stops the server for good.
    postgres = Postgres(
        folder=inner, wal=wal and wal / "log", max_wal_size="10GB", checkpoint_timeout="1d", restart_after_crash="off")
    try:
        service = started(DATABASE_URL=postgres.database("filled"))
        writes = Writes(service, 1600)
        with Load([service.port], exchanges(service), connections=4) as load:
            writes.start()
            writes.wait_until(lambda: len(writes.acknowledged) > 50)
            begin = time.monotonic()
            fill(volume)
            writes.wait_until(lambda: writes.met[503] > 100)
            refused = time.monotonic()
            if has_own_log:
                wait_until(lambda: load.counts(refused)[200] > 200)
            else:
                fill_log(postgres)
                wait_until(lambda: load.counts(refused)[503] > 50)
            assert not writes.are_done, "there was room for all"
            (volume / "filler").unlink()
            if not has_own_log:
                postgres.start()
            again, acknowledged = time.monotonic(), len(writes.acknowledged)
            writes.wait_until(lambda: len(writes.acknowledged) > acknowledged + 50)
            wait_until(lambda: load.counts(again)[200] > 200)
        writes.stop()
        reads = load.counts(begin)
        print({"reads": dict(reads), "writes": dict(writes.met), "acknowledged": len(writes.acknowledged)})
        writes.check(postgres, "filled")
        writes.check_answers()
        assert load.odd == [] and set(writes.met) <= {201, 409, 503}
        assert set(reads) == ({200} if has_own_log else {200, 503})
        log = postgres.log.read_text()
        assert "No space left on device" in log and ("PANIC" in log) == (not has_own_log)
    finally:
        postgres.delete()
        if wal:
            subprocess.run(["rm", "-rf", str(wal)], check=True)


def test_a_service_lives_with_the_sessions_that_others_leave(started):
    postgres = Postgres(max_connections=PLACES + 3, superuser_reserved_connections=3)
    others = []

    def take():
        """Takes all free connection slots."""
        with pytest.raises(Refused, match="53300"):
            while True:
                others.append(Session(postgres.port, "crowded", "crowded"))

    def give_back(count):
        for _ in range(count):
            others.pop().close()

    def mine():
        return int(postgres.psql(
            "select count(*) from pg_stat_activity where application_name = 'basekeeper'"))

    try:
        # The service would use six connections.
        service = started(DATABASE_URL=postgres.database("crowded"), BASEKEEPER_LOOPS="1")
        writes = Writes(service, 200)
        with Load([service.port], exchanges(service)) as load:
            wait_until(lambda: load.counts()[200] > 200)
            while len(others) < PLACES:
                postgres.psql("""
                    select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'basekeeper'""")
                take()
            writes.start()
            none = time.monotonic()
            wait_until(lambda: load.counts(none)[503] > 200 and writes.met[503] > 20)
            without = load.counts(none)
            assert service.answers("/healthz")
            assert requests.get(service.url + "/readyz", timeout=30).json()["reason"] == "database unreachable"

            # Whatever its only connection is used for, it serves reads.
            give_back(1)
            wait_until(lambda: mine() == 1)
            one = time.monotonic()
            wait_until(lambda: load.counts(one)[200] > 200)

            give_back(len(others))
            writes.finish()
            all = time.monotonic()
            wait_until(lambda: load.counts(all)[200] > 500)
        print({"without": dict(without), "with one": dict(load.counts(one) - load.counts(all)),
               "with all": dict(load.counts(all)), "writes": dict(writes.met)})
        assert set(without) == {503} and set(load.counts(all)) == {200}
        assert load.odd == [] and set(writes.met) <= {201, 409, 503}
        assert sum(writes.check(postgres, "crowded").values()) == 200
        writes.check_answers()
    finally:
        give_back(len(others))
        postgres.delete()
