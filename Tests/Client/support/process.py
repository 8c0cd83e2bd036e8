"""Processes of this machine: where programs are, how long to wait for them, what the kernel says about them."""

import contextlib
import os
import pathlib
import shutil
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = os.environ.get("BASEKEEPER_BINARY", str(ROOT / ".build/release/basekeeper"))
# How many times as much as by default the fault tests do.
THOROUGH = int(os.environ.get("THOROUGH", "1"))
# Seconds that a test waits for something that must happen, before it fails. It measures nothing: it is long enough even
# for a busy machine.
PATIENCE = 180 * THOROUGH


def wait_until(condition, process=None):
    """Waits until a condition is true, while a process lives; returns the condition's value."""
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
    """Sends a signal to a process, if it still exists."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


# MARK: PostgreSQL's programs


def newest(program):
    """The path of a PostgreSQL program, of the newest version."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    return str(found[-1]) if found else program


def as_postgres(*command):
    """Runs a command as a user that PostgreSQL can run as: not as root."""
    if os.getuid() != 0:
        return list(command)
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]


def give_away(folder):
    """Lets the user that PostgreSQL runs as write into a folder."""
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")


# MARK: The kernel's view


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid):
    """The process IDs of a process's children; empty if it has ended."""
    try:
        return [int(one) for one in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def thread(pid, name):
    """The ID of a process's thread with this name."""
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return next(int(task.name) for task in tasks if (task / "comm").read_text().strip() == name)


def cpu_time(pid):
    """The CPU time of all threads of a process, in nanoseconds."""
    return sum(int(one.read_text().split()[0]) for one in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"))


def memory(pid):
    """The resident memory of a process, in bytes."""
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors(pid):
    """How many files and sockets a process has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


LISTENS, ESTABLISHED = "0A", "01"


def sockets(pid, state):
    """A process's TCP sockets in a state: their local and remote ends, as the kernel writes them."""
    lines = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    own = {target(one) for one in pathlib.Path(f"/proc/{pid}/fd").glob("*")}
    return [(one[1], one[2]) for one in lines if one[3] == state and f"socket:[{one[9]}]" in own]


def target(link):
    """The target of a symbolic link; None if the link no longer exists."""
    try:
        return os.readlink(link)
    except OSError:
        return None
