"""A really started Basekeeper, with an embedded PostgreSQL of its own."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import requests

from support.ports import free_port

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = os.environ.get("BASEKEEPER_BINARY", str(ROOT / ".build/release/basekeeper"))
SECRET = "a signing secret that tests and service share"
MASTER_KEY = "a master key that all copies of a test's service share"
# How many times as much the tests of faults do as they do by default.
THOROUGH = int(os.environ.get("THOROUGH", "1"))
# Seconds that a test waits for what must come, before it fails: no measure of anything, so long that even a machine
# that has much else to do gets there.
PATIENCE = 180 * THOROUGH


class Service:
    def __init__(self, **settings):
        # Where user postgres may enter, too: PostgreSQL does not run as root.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="basekeeper-client-", dir="/var/tmp"))
        self.folder.chmod(0o755)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("BASEKEEPER_", "DATABASE_"))
        }
        self.environment.update(
            BASEKEEPER_DATA_DIR=str(self.folder / "data"),
            BASEKEEPER_LISTEN=f"127.0.0.1:{self.port}",
            BASEKEEPER_ADMIN_EMAIL="root@example.com",
            BASEKEEPER_ADMIN_PASSWORD="correct horse battery",
            BASEKEEPER_DEMO="1",
            JWT_PRIVATE_KEY=SECRET,
            BASEKEEPER_MASTER_KEY=MASTER_KEY,
        )
        self.environment.update(settings)
        # A program that runs it, and its arguments.
        self.wrapper = []
        self.process = None
        self.log = self.folder / "service.log"

    def run(self, *arguments, input=None, **settings):
        """Runs a command of the program to its end."""
        return subprocess.run(
            [BINARY, *arguments], env={**self.environment, **settings}, input=input, capture_output=True, text=True,
            timeout=PATIENCE)

    def seed(self):
        """What the first start makes: accounts and API tokens, in clear."""
        result = self.run("seed", "--json")
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def launch(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*self.wrapper, BINARY, "serve"], env=self.environment, stdout=log, stderr=log)

    def start(self):
        self.launch()
        wait_until(lambda: self.listens and self.answers("/readyz"), self.process)

    @property
    def listens(self):
        """Whether it is this process that listens on its port, and not somebody else's who was quicker."""
        lines = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
        listening = {f"socket:[{one[9]}]" for one in lines if one[1] == f"0100007F:{self.port:04X}" and one[3] == "0A"}
        files = pathlib.Path(f"/proc/{self.process.pid}/fd").glob("*")
        return any(target(file) in listening for file in files)

    def answers(self, path):
        try:
            return requests.get(self.url + path, timeout=PATIENCE).status_code == 200
        except requests.RequestException:
            return False

    def stop(self, signal_number=signal.SIGTERM):
        """Ends it; gives its exit status."""
        self.process.send_signal(signal_number)
        return self.process.wait(PATIENCE)

    @property
    def postmaster(self):
        """The process id of its PostgreSQL; None where none runs."""
        try:
            pid = int((self.folder / "data/postgres/postmaster.pid").read_text().split()[0])
            os.kill(pid, 0)
            return pid
        except (OSError, IndexError, ValueError):
            return None

    def psql(self, *scripts, input=None):
        """Runs scripts at its PostgreSQL, one after the other; the last may copy from the input."""
        command = self.database_program("psql", "-qtAX", "-v", "ON_ERROR_STOP=1")
        for script in scripts:
            command += ["-c", script]
        return subprocess.run(command, input=input, check=True, capture_output=True, text=True, cwd="/").stdout

    def database_program(self, program, *arguments):
        """What runs one of PostgreSQL's programs at its PostgreSQL."""
        command = [newest(program), *arguments, "-h", self.socket, "-U", "basekeeper", "-d", "basekeeper"]
        if os.getuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
        return command

    @property
    def socket(self):
        """The folder of its PostgreSQL's socket."""
        return (self.folder / "data/postgres/postmaster.pid").read_text().splitlines()[4]

    @property
    def database_url(self):
        """Where other processes find its PostgreSQL."""
        return f"postgresql:///basekeeper?host={self.socket}&user=basekeeper"

    @property
    def database_log(self):
        return next((self.folder / "data").glob("*log*"))

    def delete(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def target(link):
    """Where a link leads; nowhere, where it has gone meanwhile."""
    try:
        return os.readlink(link)
    except OSError:
        return None


def newest(program):
    """Where a program of PostgreSQL's is."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    return str(found[-1]) if found else program


def wait_until(condition, process=None):
    """Waits for a condition, while a process lives."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        assert process is None or process.poll() is None, "the process has ended"
        time.sleep(0.05)
