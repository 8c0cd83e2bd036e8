"""Processes of this machine: where programs are, how long they are waited for, what the kernel says of them."""

import contextlib
import os
import pathlib
import shutil
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = os.environ.get("BASEKEEPER_BINARY", str(ROOT / ".build/release/basekeeper"))
# How many times as much the tests of faults do as they do by default.
THOROUGH = int(os.environ.get("THOROUGH", "1"))
# Seconds that a test waits for what must come, before it fails: no measure of anything, so long that even a machine
# that has much else to do gets there.
PATIENCE = 180 * THOROUGH


def wait_until(condition, process=None):
    """Waits for a condition, while a process lives; gives what the condition is then."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come true"
        assert process is None or process.poll() is None, "the process has ended"
        time.sleep(0.05)
    return found


def kill(process):
    """Kills a process, if it was started and has not ended."""
    if process and process.poll() is None:
        process.kill()
        process.wait()


def send(pid, number):
    """Sends a signal to a process, unless it has gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


# MARK: PostgreSQL's programs


def newest(program):
    """Where a program of PostgreSQL's is."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    return str(found[-1]) if found else program


def as_postgres(*command):
    """PostgreSQL does not run as root."""
    if os.getuid() != 0:
        return list(command)
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]


def give_away(folder):
    """Lets the user that PostgreSQL runs as write into a folder."""
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")


# MARK: What the kernel says


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid):
    """The process ids of a process's children; none if it has ended."""
    try:
        return [int(one) for one in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def thread(pid, name):
    """The id of a process's thread of that name."""
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return next(int(task.name) for task in tasks if (task / "comm").read_text().strip() == name)


def cpu_time(pid):
    """Nanoseconds that all threads of a process have run."""
    return sum(int(one.read_text().split()[0]) for one in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"))


def memory(pid):
    """The resident memory of a process, in bytes."""
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors(pid):
    """How many files and sockets a process has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


LISTENS, ESTABLISHED = "0A", "01"


def sockets(pid, state):
    """The TCP sockets of a process in a state: their near and their far ends, as the kernel writes them."""
    lines = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    own = {target(one) for one in pathlib.Path(f"/proc/{pid}/fd").glob("*")}
    return [(one[1], one[2]) for one in lines if one[3] == state and f"socket:[{one[9]}]" in own]


def target(link):
    """Where a link leads; None if it has gone meanwhile."""
    try:
        return os.readlink(link)
    except OSError:
        return None
