"""Clients that keep sending requests, in a thread of their own, and the outcome of each."""

import asyncio
import collections
import dataclasses
import itertools
import json
import threading
import time

from support.http import EXCHANGE, ask, request
from support.process import PATIENCE


@dataclasses.dataclass
class Outcome:
    began: float
    ended: float
    status: int
    """The answer's; 0 where the connection was refused, -1 where it ended without an answer."""
    was_kept: bool
    """Whether the connection had been used before."""
    port: int

    @property
    def seconds(self):
        return self.ended - self.began


REFUSED, LOST = 0, -1


class Question:
    """A request, and what its answer must contain if it succeeds."""

    def __init__(self, path, token=None, method="GET", body=None, expected=lambda answer: True, **headers):
        self.bytes = request(method, path, token, body, **headers)
        self.expected = expected


def exchanges(service):
    """Exchanges of the demo team's API tokens; each answer names its own program."""
    def question(token):
        return Question(EXCHANGE, token["api_token"], expected=lambda answer: answer["app_name"] == token["app_name"])
    return [question(token) for token in service.seeded["demo"]["api_tokens"]]


class Load:
    """Connections to services on this machine, each of which asks its next question when it has an answer."""

    def __init__(self, ports, questions, connections=8, pause=0, is_kept=True, retries_refusal=False, sources=None):
        self.ports, self.questions, self.connections, self.pause = ports, questions, connections, pause
        self.is_kept, self.retries_refusal = is_kept, retries_refusal
        self.sources = sources or ["127.0.0.1"]
        self.outcomes, self.odd = [], []
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run()), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.stopped.set()
        self.thread.join(120)
        assert not self.thread.is_alive(), "a request got neither an answer nor an end"

    def since(self, time):
        """The outcomes of the requests that began after a time."""
        return [one for one in list(self.outcomes) if one.began >= time]

    def counts(self, since=0):
        return collections.Counter(one.status for one in self.since(since))

    async def run(self):
        await asyncio.gather(*(self.client(number) for number in range(self.connections)))

    async def client(self, number):
        questions = itertools.islice(itertools.cycle(self.questions), number, None)
        source = (self.sources[number % len(self.sources)], 0)
        turn, connection = number, None
        # Spread out, not all at once.
        await asyncio.sleep(self.pause * number / self.connections)
        while not self.stopped.is_set():
            if connection is not None and connection[0].at_eof():
                connection[1].close()  # the service closed it while it was idle
                connection = None
                turn += 1
            question, was_kept = next(questions), connection is not None
            began = time.monotonic()
            port = self.ports[turn % len(self.ports)]
            try:
                if connection is None:
                    connection = await asyncio.open_connection("127.0.0.1", port, local_addr=source)
            except (ConnectionRefusedError, ConnectionResetError):
                # Or the listening socket was closed before it was accepted. No request was sent yet.
                turn += 1
                if not self.retries_refusal:
                    self.outcomes.append(Outcome(began, time.monotonic(), REFUSED, False, port))
                await asyncio.sleep(0.01)
                continue
            try:
                status, head, body = await asyncio.wait_for(ask(connection, question.bytes), PATIENCE)
                self.judge(question, status, head, body)
            except (ConnectionError, asyncio.IncompleteReadError):
                status, head = LOST, "connection: close"
            self.outcomes.append(Outcome(began, time.monotonic(), status, was_kept, port))
            if not self.is_kept or "connection: close" in head.lower():
                connection[1].close()
                connection = None
                turn += 1
            if self.pause:
                await asyncio.sleep(max(0, self.pause - (time.monotonic() - began)))
        if connection is not None:
            connection[1].close()

    def judge(self, question, status, head, body):
        """Notes a wrong answer: one that is wrong even during a fault."""
        if status == 503:
            if "retry-after: " not in head.lower() or "error_msg" not in json.loads(body):
                self.odd.append((status, head, body))
        elif status >= 400 or not question.expected(json.loads(body)):
            self.odd.append((status, head, body))


def percentile(outcomes, part):
    """The time within which this share of the requests was answered."""
    times = sorted(one.seconds for one in outcomes)
    return times[min(len(times) - 1, int(part * len(times)))]
