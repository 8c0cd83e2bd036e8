"""A real Basekeeper process, with an embedded PostgreSQL of its own."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import requests

from support import log_page, postgres
from support.ports import free_port
from support.process import BINARY, LISTENS, PATIENCE, kill, send, sockets, wait_until

SECRET = "a signing secret that tests and service share"
MASTER_KEY = "a master key that all copies of a test's service share"
RATE_LIMITS = [f"BASEKEEPER_RATE_LIMIT_{name}" for name in ["ADDRESS", "ACCOUNT", "TOKEN", "BASE_TOKEN", "LINK", "BASE"]]
# No limit of requests judges the loads that tests send from one address.
UNLIMITED = dict.fromkeys(RATE_LIMITS, "0")
# The limits that a service has if nobody sets any.
USUAL_LIMITS = dict.fromkeys(RATE_LIMITS, "")
# The system administrator's address and password.
ADMINISTRATOR = ("root@example.com", "correct horse battery")


class Service:
    # Whether it finds a directory for what the first start generates, also if its database is elsewhere.
    has_place = True

    def __init__(self, binary=BINARY, **settings):
        # The user postgres must be able to enter it, too: PostgreSQL does not run as root.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="basekeeper-client-", dir="/var/tmp"))
        self.folder.chmod(0o755)
        self.binary = str(binary)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("BASEKEEPER_", "DATABASE_"))
        }
        self.environment.update(
            BASEKEEPER_DATA_DIR=str(self.folder / "data"),
            BASEKEEPER_LISTEN=f"127.0.0.1:{self.port}",
            BASEKEEPER_ADMIN_EMAIL=ADMINISTRATOR[0],
            BASEKEEPER_ADMIN_PASSWORD=ADMINISTRATOR[1],
            BASEKEEPER_DEMO="1",
            JWT_PRIVATE_KEY=SECRET,
            BASEKEEPER_MASTER_KEY=MASTER_KEY,
            **UNLIMITED,
        )
        self.environment.update(settings)
        # A program to run it with, and that program's arguments.
        self.wrapper = []
        self.process = None
        self.log = self.folder / "service.log"

    def run(self, *arguments, input=None, **settings):
        """Runs a command of the program."""
        return subprocess.run(
            [self.binary, *arguments], env={**self.environment, **settings}, input=input, capture_output=True, text=True,
            timeout=PATIENCE)

    def seed(self):
        """What the first start creates: accounts and API tokens, in clear."""
        result = self.run("seed", "--json")
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    # MARK: Starting and stopping

    def launch(self):
        if self.environment.get("DATABASE_URL") and self.has_place:
            (self.folder / "data").mkdir(exist_ok=True)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, self.binary, "serve"], env=self.environment, stdout=log, stderr=log)

    def start(self):
        self.launch()
        self.wait_until_it_is_ready()

    def wait_until_it_is_ready(self):
        wait_until(lambda: self.listens and self.answers("/readyz"), self.process)

    @property
    def listens(self):
        """Whether this very process listens on its port, and not another one that was quicker."""
        return any(near == f"0100007F:{self.port:04X}" for near, _ in sockets(self.process.pid, LISTENS))

    def answers(self, path):
        try:
            return requests.get(self.url + path, timeout=PATIENCE).status_code == 200
        except requests.RequestException:
            return False

    def stop(self, signal_number=signal.SIGTERM):
        """Stops it; returns its exit status."""
        self.process.send_signal(signal_number)
        status = self.process.wait(PATIENCE)
        for line in self.log.read_text(errors="replace").splitlines() if self.log.exists() else []:
            if line.startswith("{") and line.endswith("}"):
                log_page.check(json.loads(line))
        return status

    def kill(self):
        """Kills it, if it runs; its PostgreSQL keeps running."""
        kill(self.process)

    def delete(self):
        """Stops whatever still runs, and removes its data."""
        self.kill()
        if self.postmaster:
            send(self.postmaster, signal.SIGQUIT)
            wait_until(lambda: self.postmaster is None)
        shutil.rmtree(self.folder, ignore_errors=True)

    # MARK: Its log

    def events(self, message=None):
        """All events of its log, or those with this message. The last line may not be written to its end yet."""
        lines = self.log.read_text().split("\n")[:-1]
        found = [json.loads(line) for line in lines if line.startswith("{")]
        return [one for one in found if message in (None, one["message"])]

    # MARK: Its PostgreSQL

    @property
    def postmaster(self):
        """The process ID of its PostgreSQL; None if that does not run."""
        try:
            pid = int((self.folder / "data/postgres/postmaster.pid").read_text().split()[0])
            # The file may be left over, and its number belong to another process now.
            return pid if pathlib.Path(f"/proc/{pid}/cwd").samefile(self.folder / "data/postgres") else None
        except (OSError, IndexError, ValueError):
            return None

    @property
    def socket(self):
        """The folder of its PostgreSQL's socket."""
        return (self.folder / "data/postgres/postmaster.pid").read_text().splitlines()[4]

    def url_of(self, database):
        """The URL of a database in its PostgreSQL, for other processes."""
        return f"postgresql:///{database}?host={self.socket}&user=basekeeper"

    @property
    def database_url(self):
        return self.url_of("basekeeper")

    @property
    def database_log(self):
        return next((self.folder / "data").glob("*log*"))

    def psql(self, *scripts, input=None):
        """Runs scripts in its PostgreSQL, one after the other; the last may copy from the input."""
        return postgres.psql(self.database_url, *scripts, input=input)


@contextlib.contextmanager
def running(**settings):
    """A running, seeded service, which must stop with status 0."""
    service = Service(**settings)
    try:
        service.seeded = service.seed()
        service.start()
        yield service
        assert service.stop() == 0
    finally:
        service.delete()


@contextlib.contextmanager
def pair(**settings):
    """Two copies on one database, which must stop with status 0."""
    with running(**settings) as first, running(DATABASE_URL=first.database_url, **settings) as second:
        yield first, second
