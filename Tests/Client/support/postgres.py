"""A PostgreSQL server of a test's own, that can be stopped, paused and killed, or follow another one."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import tempfile

from support.ports import free_port
from support.service import PATIENCE, newest, wait_until


class Postgres:
    """A server on a folder of its own, in memory where there is room; everybody on this machine may connect."""

    def __init__(self, folder=None, wal=None, primary=None, **settings):
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/var/tmp"
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="basekeeper-postgres-", dir=memory))
        self.wal = wal
        give_away(self.folder)
        self.data = self.folder / "data"
        self.log = pathlib.Path(tempfile.mkstemp(prefix="basekeeper-postgres-", suffix=".log", dir="/var/tmp")[1])
        self.port = free_port()
        # It is killed, and the machine is not: what was written to the kernel is not lost.
        self.settings = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "", "fsync": "off",
            "max_connections": "50", "dynamic_shared_memory_type": "mmap", "timezone": "UTC", **settings}
        self.process, self.children = None, set()
        if primary:
            run("pg_basebackup", "-D", self.data, "-d", primary.url_of("postgres", user="postgres"), "-R", "-X", "stream",
                "-c", "fast", "--no-sync")
        else:
            run("initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--no-locale",
                "--wal-segsize", "1", *(["--waldir", wal] if wal else []))

    # MARK: Starting and ending

    def start(self):
        # Without their postmaster its processes end when they notice; until then no other server may touch the data.
        wait_until(lambda: not any(is_alive(child) for child in self.children))
        settings = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                as_postgres(newest("postgres"), "-D", str(self.data), *settings), stdout=log, stderr=log, cwd="/")
        wait_until(self.answers, self.process)

    def answers(self):
        try:
            Session(self.port, "postgres", "postgres").close()
            return True
        except (OSError, Refused):
            return False

    def stop(self):
        """Ends it in good order, with all its sessions."""
        if self.process and self.process.poll() is None:
            self.resume()
            self.process.send_signal(signal.SIGINT)
            self.process.wait(PATIENCE)

    def kill(self):
        """Kills the postmaster; its processes end by themselves, when they notice."""
        self.children = set(self.processes()) - {self.process.pid}
        self.process.kill()
        self.process.wait()

    def crash(self):
        """Kills all its processes at once, as where the machine fails."""
        self.pause()
        self.children = set(self.processes()) - {self.process.pid}
        for pid in [self.process.pid, *self.children]:
            send(pid, signal.SIGKILL)
        self.process.wait()
        wait_until(lambda: not any(is_alive(child) for child in self.children))

    def delete(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.log.unlink(missing_ok=True)

    # MARK: Pausing

    def pause(self):
        """Stops all its processes as they are, the postmaster first, so that no other begins."""
        self.process.send_signal(signal.SIGSTOP)
        for pid in self.processes():
            send(pid, signal.SIGSTOP)

    def resume(self):
        for pid in reversed(self.processes()):
            send(pid, signal.SIGCONT)

    def processes(self):
        """The postmaster's process id, and those of its children."""
        pid = self.process.pid
        try:
            return [pid, *map(int, pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
        except OSError:
            return [pid]

    # MARK: Databases

    def database(self, name):
        """Makes a database, whose owner is no superuser; gives its URL."""
        psql(self.url_of("postgres", user="postgres"), f"create role {name} login",
             f"create database {name} owner {name}")
        return self.url_of(name)

    def url_of(self, name, port=None, user=None):
        return f"postgresql://{user or name}@127.0.0.1:{port or self.port}/{name}"

    def psql(self, database, *scripts):
        """Runs scripts as the superuser, one after the other; gives what they print."""
        return psql(self.url_of(database, user="postgres"), *scripts)

    def rows(self, database, script):
        """What a query gives, as lists of texts."""
        return [line.split("|") for line in self.psql(database, script).splitlines()]


class Refused(Exception):
    """The server has refused a session, with its SQLSTATE."""


class Session:
    """A session at a server that nobody uses, but that takes one of its places."""

    def __init__(self, port, user, database):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        fields = b"".join(text.encode() + b"\0" for text in ("user", user, "database", database)) + b"\0"
        self.socket.sendall(struct.pack("!ii", len(fields) + 8, 196608) + fields)
        received = b""
        while not received.endswith(b"Z\0\0\0\5I"):
            piece = self.socket.recv(65536)
            received += piece
            if received.startswith(b"E") or not piece:
                self.socket.close()
                raise Refused(received)

    def close(self):
        self.socket.close()


def run(program, *arguments):
    """Runs one of PostgreSQL's programs; gives what it prints."""
    command = as_postgres(newest(program), *map(str, arguments))
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=PATIENCE)
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


def psql(url, *scripts):
    """Runs scripts, one after the other; gives what they print."""
    options = [part for script in scripts for part in ("-c", script)]
    return run("psql", "-qtAX", "-v", "ON_ERROR_STOP=1", "-d", url, *options)


def as_postgres(*command):
    """PostgreSQL does not run as root."""
    if os.getuid() != 0:
        return list(command)
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]


def give_away(folder):
    """Lets the user that PostgreSQL runs as write into a folder."""
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")


def send(pid, number):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
