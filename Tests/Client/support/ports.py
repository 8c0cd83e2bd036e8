"""Ports that stay reserved for this process."""

import pathlib
import random
import socket

RESERVED = []


def free_port():
    """A port of this machine that nobody uses, and that nobody takes while this process lives.

    It is outside the range from which the kernel hands out ports, so it is still free when it is listened on. Other
    runs of these tests see that it is taken by a socket with its name.
    """
    first, last = map(int, pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    candidates = [port for port in range(10_000, 65_536) if not first <= port <= last]
    while True:
        port = random.choice(candidates)
        name, place = socket.socket(socket.AF_UNIX), socket.socket()
        try:
            name.bind(f"\0basekeeper-tests-{port}")
            place.bind(("127.0.0.1", port))
        except OSError:
            name.close()
            continue
        finally:
            place.close()
        RESERVED.append(name)
        return port
