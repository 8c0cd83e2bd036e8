"""Ports that stay this process's own."""

import pathlib
import random
import socket

RESERVED = []


def free_port():
    """A port of this machine's that nobody uses, and nobody will while this process lives.

    It is none of those that the kernel gives to whoever connects or asks for any port, so that it is still free when
    it is listened on. Other runs of these tests see by a socket of its name that it is taken.
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
