"""The health check of something that is not the service."""

import socket
import subprocess

from support.ports import free_port
from support.process import PATIENCE


def health_of(service, answer):
    """Runs the health check against this answer. Returns its request and its complaint; it must fail."""
    address = ("127.0.0.1", free_port())
    with socket.create_server(address) as listener:
        settings = {**service.environment, "BASEKEEPER_LISTEN": "%s:%d" % address}
        process = subprocess.Popen(
            [service.binary, "healthcheck"], env=settings, stderr=subprocess.PIPE, text=True)
        listener.settimeout(PATIENCE)
        connection, _ = listener.accept()
        with connection:
            request = connection.recv(1000)
            connection.sendall(answer)
        _, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    return request, error
