"""What operators use: health checks, the service manager, the settings' template."""

import ctypes
import os
import re
import shutil
import socket
import subprocess

import pytest

from support.health import health_of
from support.process import BINARY, PATIENCE, ROOT, thread
from support.service import Service

PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207


@pytest.fixture
def copy(service):
    """Another copy of the service on the same database, not started yet."""
    copy = Service(DATABASE_URL=service.database_url, BASEKEEPER_LOOPS="2")
    yield copy
    copy.delete()


# MARK: Health


def test_the_health_check_is_that_of_the_running_service(copy):
    down = copy.run("healthcheck")
    assert down.returncode == 1 and "nothing answers" in down.stderr
    copy.start()
    for address in ("127.0.0.1", "localhost", "0.0.0.0"):
        up = copy.run("healthcheck", BASEKEEPER_LISTEN=f"{address}:{copy.port}")
        assert (up.returncode, up.stdout) == (0, "ready\n"), up.stderr
    assert copy.stop() == 0
    assert copy.run("healthcheck").returncode == 1
    assert "Usage: basekeeper healthcheck" in copy.run("healthcheck", "--help").stdout


def test_a_service_that_is_not_ready_is_alive(service, copy):
    copy.start()
    service.psql("insert into schema_migration (name, checksum) values ('9999-later.contract.sql', '')")
    try:
        sick = copy.run("healthcheck")
        assert sick.returncode == 1 and "status 503" in sick.stderr
        assert (copy.run("healthcheck", "--live").stdout) == "alive\n"
    finally:
        service.psql("delete from schema_migration where name = '9999-later.contract.sql'")
    assert copy.run("healthcheck").returncode == 0


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 500 Oh\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n"])
def test_what_is_not_the_service_is_not_healthy(copy, answer):
    request, _ = health_of(copy, answer)
    assert request.startswith(b"GET /readyz HTTP/1.1\r\n")


# MARK: systemd


@pytest.fixture(params=["a file", "an abstract name"])
def manager(copy, request):
    """The socket of a service manager."""
    address = str(copy.folder / "notify") if request.param == "a file" else f"\0basekeeper-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.settimeout(PATIENCE)
        copy.environment["NOTIFY_SOCKET"] = address.replace("\0", "@")
        yield manager


def test_systemd_hears_when_the_service_is_ready_and_when_it_stops(copy, manager):
    copy.launch()
    assert manager.recv(100) == b"READY=1"
    assert copy.answers("/readyz"), "it has said that it is ready"
    assert copy.stop() == 0
    assert manager.recv(100) == b"STOPPING=1"


def test_a_service_that_cannot_start_is_never_ready(copy, manager):
    copy.environment["BASEKEEPER_MASTER_KEY"] = "another master key, as long as the one"
    copy.launch()
    assert copy.process.wait(PATIENCE) == 1
    manager.setblocking(False)
    with pytest.raises(BlockingIOError):
        manager.recv(100)


@pytest.mark.parametrize("manager", ["a file"], indirect=True)
@pytest.mark.parametrize("loop", ["loop 1", "loop 2"])
def test_the_watchdog_hears_nothing_while_a_loop_hangs(copy, manager, loop):
    copy.environment["WATCHDOG_USEC"] = "800000"
    copy.launch()
    assert manager.recv(100) == b"READY=1"
    for _ in range(3):
        assert manager.recv(100) == b"WATCHDOG=1"
    with frozen(copy.process.pid, loop):
        manager.settimeout(0.8)
        # Messages that were in flight, and what the loop had done before.
        heard = 0
        with pytest.raises(TimeoutError):
            while heard < 3:
                assert manager.recv(100) == b"WATCHDOG=1"
                heard += 1
    manager.settimeout(PATIENCE)
    assert manager.recv(100) == b"WATCHDOG=1"
    assert copy.answers("/readyz")


def test_the_watchdog_of_another_process_is_not_ours(copy, manager):
    copy.environment.update(WATCHDOG_USEC="200000", WATCHDOG_PID="1")
    copy.launch()
    assert manager.recv(100) == b"READY=1"
    assert copy.stop() == 0
    assert manager.recv(100) == b"STOPPING=1"


class frozen:
    """Stops one thread of a process, as a debugger does."""

    def __init__(self, pid, name):
        self.thread = thread(pid, name)
        self.ptrace = ctypes.CDLL(None, use_errno=True).ptrace

    def __enter__(self):
        self.call(PTRACE_SEIZE)
        self.call(PTRACE_INTERRUPT)
        os.waitpid(self.thread, 0x40000000)  # __WALL

    def __exit__(self, *_):
        self.call(PTRACE_DETACH)

    def call(self, request):
        none = ctypes.c_void_p(0)
        assert self.ptrace(request, self.thread, none, none) == 0, os.strerror(ctypes.get_errno())


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path):
    unit = tmp_path / "basekeeper.service"
    text = (ROOT / "contrib/systemd/basekeeper.service").read_text()
    assert "ExecStart=/usr/local/bin/basekeeper serve\n" in text
    unit.write_text(text.replace("/usr/local/bin/basekeeper", BINARY))
    for command in (["verify"], ["security", "--offline=true", "--threshold=15", "--no-pager"]):
        result = subprocess.run(["systemd-analyze", *command, str(unit)], capture_output=True, text=True, timeout=PATIENCE)
        assert result.returncode == 0, result.stdout + result.stderr
        assert "Unknown" not in result.stderr, result.stderr


# MARK: Settings


def test_a_password_that_the_operator_has_chosen_is_not_printed(service, copy):
    service.psql("create database not_seeded")
    try:
        result = copy.run("seed", DATABASE_URL=service.url_of("not_seeded"))
        assert result.returncode == 0, result.stderr
        assert "that of BASEKEEPER_ADMIN_PASSWORD" in result.stdout and "correct horse battery" not in result.stdout
    finally:
        service.psql("drop database not_seeded with (force)")
