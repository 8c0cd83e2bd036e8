"""A proxy between the service and PostgreSQL that can cut, stall or delay the traffic."""

import asyncio
import random
import threading

from support.ports import free_port
from support.process import PATIENCE


class Proxy:
    """A proxy to a port of this machine, in a thread of its own. What it does can be changed at any time."""

    def __init__(self, target):
        self.target, self.port = target, free_port()
        self.cuts_within = None
        """Cuts each connection at a random byte, one way or the other, of so many; None: never."""
        self.loses_commits = 0.0
        """The part of commits that reach the server, and whose answers are lost with the connection."""
        self.delay = 0.0
        """Seconds that everything takes, each way."""
        self.cuts, self.lost_commits = 0, 0
        self.connections = set()
        self.flows = None
        started = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run(started)), daemon=True)
        self.thread.start()
        started.wait()

    async def run(self, started):
        self.loop, self.ended = asyncio.get_running_loop(), asyncio.Event()
        self.flows = asyncio.Event()
        self.flows.set()
        server = await asyncio.start_server(self.accept, "127.0.0.1", self.port)
        started.set()
        await self.ended.wait()
        server.close()
        for connection in list(self.connections):
            connection.cut()

    def stop(self):
        self.loop.call_soon_threadsafe(self.ended.set)
        self.thread.join(PATIENCE)

    def stall(self):
        """From now on accepts connections but forwards nothing, on new and on existing ones."""
        self.loop.call_soon_threadsafe(self.flows.clear)

    def flow(self):
        self.loop.call_soon_threadsafe(self.flows.set)

    def break_up(self, cuts_within, loses_commits):
        """Cuts all connections, and each later one after a while."""
        def begin():
            self.cuts_within, self.loses_commits = cuts_within, loses_commits
            for connection in self.connections:
                connection.cut()
        self.loop.call_soon_threadsafe(begin)

    def heal(self):
        """Stops cutting connections, including existing ones."""
        def end():
            self.cuts_within, self.loses_commits = None, 0
            for connection in self.connections:
                connection.left = None
        self.loop.call_soon_threadsafe(end)

    async def accept(self, reader, writer):
        try:
            server = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            return writer.close()
        connection = Connection(self, writer, server[1])
        self.connections.add(connection)
        try:
            await asyncio.gather(
                connection.forward(reader, server[1], connection.commands),
                connection.forward(server[0], writer, None))
        except asyncio.CancelledError:
            connection.cut()  # the proxy ends
        self.connections.discard(connection)


class Connection:
    def __init__(self, proxy, client, server):
        self.proxy, self.writers = proxy, (client, server)
        self.commands = Commands()
        self.left = random.randint(1, proxy.cuts_within) if proxy.cuts_within else None
        self.has_lost = False

    def cut(self):
        for writer in self.writers:
            writer.transport.abort()

    async def forward(self, reader, writer, commands):
        try:
            while piece := await reader.read(65536):
                await self.proxy.flows.wait()
                if self.proxy.delay:
                    await asyncio.sleep(self.proxy.delay)
                if commands is not None:
                    if commands.commits(piece) and random.random() < self.proxy.loses_commits:
                        self.has_lost = True
                elif self.has_lost:
                    # The server has committed: this is its answer.
                    self.proxy.lost_commits += 1
                    return self.cut()
                if self.left is not None:
                    piece, self.left = piece[: self.left], self.left - len(piece)
                writer.write(piece)
                await writer.drain()
                if self.left is not None and self.left <= 0:
                    self.proxy.cuts += 1
                    return self.cut()
        except ConnectionError:
            pass
        self.cut()


class Commands:
    """Reads what a client sends, just enough to see its commits."""

    def __init__(self):
        self.bytes, self.names, self.has_begun = b"", set(), False

    def commits(self, piece):
        """Whether a commit is complete with this piece."""
        self.bytes += piece
        found = False
        while True:
            start = 1 if self.has_begun else 0
            length = start + int.from_bytes(self.bytes[start : start + 4], "big")
            if len(self.bytes) < start + 4 or len(self.bytes) < length:
                return found
            kind, body = self.bytes[:start], self.bytes[start + 4 : length]
            self.bytes, self.has_begun = self.bytes[length:], True
            if kind == b"P":
                name, text = body.split(b"\0")[:2]
                (self.names.add if text == b"commit" else self.names.discard)(name)
            elif kind == b"B":
                found = found or body.split(b"\0")[1] in self.names
