"""Many connections that do nothing, and some that send a byte a second."""

import resource
import socket
import threading

from support.process import PATIENCE

ADDRESSES = [f"127.0.2.{number}" for number in range(1, 11)]
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEADER = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"x" * 1000
BODY = b"POST /api2/auth-token/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"


def allow_descriptors(count):
    """Raises the limit of open files; false if that is not allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        return False
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
    return True


class Crowd:
    """Connections to a port of this machine: idle ones, each answered once, and slow ones, half of which are sending a
    header and half a body."""

    def __init__(self, port, idle, slow):
        self.port = port
        self.idle = [self.connect(number) for number in range(idle)]
        for connection in self.idle:
            connection.sendall(REQUEST)
        for connection in self.idle:
            assert connection.recv(4096).startswith(b"HTTP/1.1 200")
            connection.setblocking(False)
        self.slow = [self.begin(number) for number in range(slow)]
        self.sent = self.refused = 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.drip, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join(PATIENCE)
        for connection in self.idle + self.slow:
            connection.close()

    def connect(self, number):
        return socket.create_connection(
            ("127.0.0.1", self.port), 30, source_address=(ADDRESSES[number % len(ADDRESSES)], 0))

    def begin(self, number):
        connection = self.connect(number)
        connection.sendall(BODY if number % 2 else HEADER[:1])
        connection.setblocking(False)
        return connection

    def drip(self):
        place = 1
        while not self.ended.wait(1):
            for number, connection in enumerate(self.slow):
                try:
                    connection.sendall(b"x" if number % 2 else HEADER[place : place + 1])
                    self.sent += 1
                    if not is_open(connection):
                        raise ConnectionError
                except ConnectionError:
                    # The service has cut it off: replace it.
                    self.refused += 1
                    connection.close()
                    self.slow[number] = self.begin(number)
            place += 1

    @property
    def open(self):
        """How many of the idle connections are still open."""
        return sum(is_open(connection) for connection in self.idle)


def is_open(connection):
    try:
        return connection.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
