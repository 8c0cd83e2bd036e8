"""The service when it can open no more descriptors."""

import os
import pathlib
import resource
import select
import socket
import time

from support.process import PATIENCE, wait_until
from support.service import running

REQUEST = b"GET /api2/ping/ HTTP/1.1\r\nHost: a\r\n\r\n"


def asking(service):
    """A client that has connected and sent a request."""
    client = socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE)
    client.sendall(REQUEST)
    return client


def is_answered(client):
    return client.recv(65_536).startswith(b"HTTP/1.1 200 ")


def processor_time(process):
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def test_clients_without_a_descriptor_wait_while_others_are_served():
    with running() as service:
        process = service.process.pid
        descriptors = pathlib.Path(f"/proc/{process}/fd")
        kept = asking(service)
        assert is_answered(kept)
        most = max(int(one.name) for one in descriptors.iterdir()) + 5
        before = resource.prlimit(process, resource.RLIMIT_NOFILE)
        resource.prlimit(process, resource.RLIMIT_NOFILE, (most, before[1]))
        clients = [asking(service) for _ in range(most + 20)]
        wait_until(lambda: len(list(descriptors.iterdir())) >= most, service.process)

        # The loops try again now and then, and in between they sleep.
        (begin, used) = (time.monotonic(), processor_time(process))
        while time.monotonic() - begin < 2:
            kept.sendall(REQUEST)
            assert is_answered(kept)
            time.sleep(0.1)
        assert processor_time(process) - used < 0.05 * (time.monotonic() - begin)

        # Each that goes makes room for one that waits.
        served = 0
        while clients:
            ready = select.select(clients, [], [], PATIENCE)[0]
            assert ready, f"{len(clients)} clients wait, and nobody takes them"
            for client in ready:
                assert is_answered(client)
                client.close()
                clients.remove(client)
                served += 1
        assert served == most + 20
        resource.prlimit(process, resource.RLIMIT_NOFILE, before)
        kept.close()
