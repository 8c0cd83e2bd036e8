"""PostgreSQL servers on ports of this machine, one streaming from another, and what stands before them."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile

from service import newest, wait_until

USER = "basekeeper"


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def as_postgres(command):
    """A command as it runs where this is root's process: PostgreSQL and PgBouncer do not run as root."""
    if os.getuid() == 0:
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
    return command


def run(*command, input=None):
    result = subprocess.run(as_postgres(command), input=input, capture_output=True, text=True, cwd="/", timeout=60)
    assert result.returncode == 0, (command, result.stderr)
    return result.stdout


def psql(url, script):
    return run(newest("psql"), "-qtAX", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", script).strip()


def new_folder():
    """In memory where there is room: what is killed here is a process, and not the machine."""
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/var/tmp"
    folder = pathlib.Path(tempfile.mkdtemp(prefix="basekeeper-cluster-", dir=place))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    return folder


class Postgres:
    """A server with a database `basekeeper`: a primary, or a standby of another."""

    def __init__(self, primary=None, **settings):
        self.folder, self.port = new_folder(), free_port()
        self.data, self.log = self.folder / "data", self.folder / "log"
        if primary is None:
            run(newest("initdb"), "-D", self.data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        else:
            run(newest("pg_basebackup"), "-D", self.data, "-d", primary.url, "-R", "-X", "stream", "-c", "fast",
                "--no-sync")
        self.set(port=self.port, listen_addresses="127.0.0.1", unix_socket_directories="", **settings)
        self.start()
        if primary is None:
            run(newest("createdb"), "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "basekeeper")

    @property
    def url(self):
        return f"postgresql://{USER}@127.0.0.1:{self.port}/basekeeper"

    def set(self, **settings):
        """Adds settings, which hold from the next start or reload."""
        lines = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
        run("tee", "-a", self.data / "postgresql.conf", input=lines)

    def control(self, *arguments):
        return run(newest("pg_ctl"), "-D", self.data, "-w", "-t", "50", "-l", self.log, *arguments)

    def start(self):
        self.control("start")

    def reload(self):
        self.control("reload")

    def promote(self):
        self.control("promote")

    def psql(self, script):
        return psql(self.url, script)

    @property
    def processes(self):
        """The server's, and those that serve its connections."""
        postmaster = int((self.data / "postmaster.pid").read_text().split()[0])
        children = pathlib.Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        return [postmaster, *map(int, children)]

    def signal(self, number):
        """A signal to all of its processes at once, as far as they are still there."""
        for pid in self.processes:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def kill(self):
        killed = self.processes
        self.signal(signal.SIGKILL)
        wait_until(lambda: not any(is_running(pid) for pid in killed), 30)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def delete(self):
        if (self.data / "postmaster.pid").exists():
            self.signal(signal.SIGCONT)
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Program:
    """A program that runs until it is ended: a pooler or a balancer, with its configuration in a file."""

    def __init__(self, name, configuration, *arguments, **places):
        """In the configuration and the arguments, `{folder}` is the program's own, and `{file}` the configuration."""
        self.folder, self.port = new_folder(), free_port()
        file = self.folder / "configuration"
        values = {"folder": self.folder, "port": self.port, "file": file, **places}
        text = configuration
        for name_of_value, value in values.items():
            text = text.replace("{" + name_of_value + "}", str(value))
        run("tee", file, input=text)
        program = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")  # not in everybody's path
        assert program, f"{name} is not installed"
        self.log = open(self.folder / "output", "wb")
        self.process = subprocess.Popen(
            as_postgres([program, *(one.format(**values) for one in arguments)]), cwd="/", stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log)
        try:
            wait_until(self.listens, 30, self.process)
        except AssertionError:
            print((self.folder / "output").read_text())
            self.delete()
            raise

    def listens(self):
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0

    def delete(self):
        self.process.kill()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def is_running(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
