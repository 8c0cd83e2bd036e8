"""A PostgreSQL server for a test, which can be stopped, paused and killed, and can be a standby."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile

from support.ports import free_port
from support.process import PATIENCE, as_postgres, children, give_away, is_alive, newest, send, wait_until

# psql's options for output that programs read.
QUIET = ("-qtAX", "-v", "ON_ERROR_STOP=1")


class Postgres:
    """A running server with a database `basekeeper`, in memory if there is room: a primary, or a standby of another.

    Without a password, everyone on this machine may connect.
    """

    def __init__(self, primary=None, folder=None, wal=None, password=None, **settings):
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/var/tmp"
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="basekeeper-postgres-", dir=memory))
        give_away(self.folder)
        self.data = self.folder / "data"
        self.log = pathlib.Path(tempfile.mkstemp(prefix="basekeeper-postgres-", suffix=".log", dir="/var/tmp")[1])
        self.port, self.password = free_port(), password
        # Only the server is killed, not the machine: what was written to the kernel is not lost.
        self.settings = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "", "fsync": "off",
            "max_connections": "50", "dynamic_shared_memory_type": "mmap", "timezone": "UTC", **settings}
        self.process, self.children = None, set()
        try:
            if primary:
                run("pg_basebackup", "-D", self.data, "-d", primary.url_of("postgres", user="postgres"), "-R", "-X",
                    "stream", "-c", "fast", "--no-sync")
            else:
                self.make(wal)
            self.start()
            if not primary:
                self.database("basekeeper")
        except BaseException:
            self.delete()
            raise

    def make(self, wal):
        ways = ["-A", "trust"]
        if self.password:
            secret = self.folder / "password"
            secret.write_text(self.password)
            give_away(secret)
            ways = ["-A", "scram-sha-256", "--pwfile", secret]
        run("initdb", "-D", self.data, *ways, "-U", "postgres", "--no-sync", "-E", "UTF8", "--no-locale",
            "--wal-segsize", "1", *(["--waldir", wal] if wal else []))

    # MARK: Starting and stopping

    def start(self):
        # Processes without a postmaster end when they notice it; until then no other server may use the data.
        wait_until(lambda: not any(is_alive(child) for child in self.children))
        settings = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                as_postgres(newest("postgres"), "-D", str(self.data), *settings), stdout=log, stderr=log, cwd="/")
        wait_until(self.answers, self.process)

    def answers(self):
        """Whether sessions are accepted, or at least asked for a password."""
        try:
            Session(self.port, "postgres", "postgres").close()
            return True
        except WantsPassword:
            return True
        except (OSError, Refused):
            return False

    def stop(self):
        """Shuts it down, ending all sessions."""
        if self.process and self.process.poll() is None:
            self.resume()
            self.process.send_signal(signal.SIGINT)
            self.process.wait(PATIENCE)

    def kill(self):
        """Kills the postmaster; its processes end when they notice it."""
        self.children = set(children(self.process.pid))
        self.process.kill()
        self.process.wait()

    def crash(self):
        """Kills all its processes at once, as if the machine failed."""
        self.pause()
        self.children = set(children(self.process.pid))
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
        """Pauses all its processes, the postmaster first, so that it starts no others."""
        self.process.send_signal(signal.SIGSTOP)
        for pid in children(self.process.pid):
            send(pid, signal.SIGSTOP)

    def resume(self):
        for pid in [*reversed(children(self.process.pid)), self.process.pid]:
            send(pid, signal.SIGCONT)

    # MARK: Databases

    @property
    def url(self):
        return self.url_of("basekeeper")

    def url_of(self, database, port=None, user=None):
        password = f":{self.password}" if self.password else ""
        return f"postgresql://{user or database}{password}@127.0.0.1:{port or self.port}/{database}"

    def database(self, name):
        """Creates a database whose owner is not a superuser; returns its URL."""
        password = f"password '{self.password}'" if self.password else ""
        self.psql(f"create role {name} login {password}", f"create database {name} owner {name}", database="postgres")
        return self.url_of(name)

    def psql(self, *scripts, database="basekeeper"):
        """Runs scripts as the superuser, one after the other; returns their output."""
        return psql(self.url_of(database, user="postgres"), *scripts)

    def refusal(self, statement, url):
        """The SQLSTATE with which a role is refused a statement; None if it is not."""
        command = as_postgres(
            newest("psql"), *QUIET, "--set=VERBOSITY=sqlstate", "-d", url, "-c", statement)
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=PATIENCE)
        found = re.search(r"(?:ERROR|FATAL): +([0-9A-Z]{5})", done.stderr)
        return found[1] if done.returncode != 0 and found else None

    def rows(self, script, database="basekeeper"):
        """The rows of a query, as lists of texts."""
        return [line.split("|") for line in self.psql(script, database=database).splitlines()]

    def set(self, **settings):
        """Changes settings while the server runs."""
        quoted = {name: value.replace("'", "''") for name, value in settings.items()}
        self.psql(*(f"alter system set {name} = '{value}'" for name, value in quoted.items()), "select pg_reload_conf()")

    # MARK: Standbys

    def promote(self):
        self.psql("select pg_promote()")


def url_of_either(*servers):
    """A URL for several servers that leads to the one that takes writes."""
    hosts = ",".join(f"127.0.0.1:{getattr(server, 'port', server)}" for server in servers)
    return f"postgresql://basekeeper@{hosts}/basekeeper?target_session_attrs=read-write"


class Refused(Exception):
    """The server has refused a session, with this SQLSTATE."""


class WantsPassword(Exception):
    """The server has asked for a password."""


class Session:
    """An unused session, which takes one of the server's connection slots."""

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
            if received[:1] == b"R" and received[8:9] == b"\x0a":
                self.socket.close()
                raise WantsPassword

    def close(self):
        self.socket.close()


def run(program, *arguments, input=None):
    """Runs one of PostgreSQL's programs; returns its output."""
    command = as_postgres(newest(program), *map(str, arguments))
    done = subprocess.run(command, input=input, capture_output=True, text=True, cwd="/", timeout=PATIENCE)
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


def psql(url, *scripts, input=None):
    """Runs scripts, one after the other; the last may copy from the input. Returns their output without its last line
    end."""
    options = [part for script in scripts for part in ("-c", script)]
    return run("psql", *QUIET, "-d", url, *options, input=input).strip()


@contextlib.contextmanager
def synchronous_pair():
    """A primary that commits only what its standby has, too; and that standby."""
    primary = Postgres()
    standby = Postgres(primary)
    try:
        primary.set(synchronous_standby_names="*")
        wait_until(lambda: primary.psql("select sync_state from pg_stat_replication") == "sync")
        yield primary, standby
    finally:
        primary.delete()
        standby.delete()
