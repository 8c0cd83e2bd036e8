"""Asks two replicas, over many connections, about tokens that are being ended."""

import array
import asyncio
import base64
import dataclasses
import json
import random
import time

from support.http import EXCHANGE, PING, VERIFY, ask, request


@dataclasses.dataclass
class Target:
    """What a revocation ends. Each of these may be None."""

    base: str
    """The UUID of its base."""
    api_token: str = None
    base_token: str = None
    account_token: str = None
    is_lowered: bool = False
    """Whether the API token still works, and gives no base token that writes."""


def permission(base_token):
    payload = base_token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["permission"]


class Hammer:
    """One of its processes."""

    def __init__(self, targets, ports, connections, verifier, shared, seed):
        self.targets, self.ports, self.connections, self.verifier = targets, ports, connections, verifier
        self.shared, self.random = shared, random.Random(seed)
        # The last base token of each target, perhaps given while the target was being ended.
        self.latest = [one.base_token for one in targets]
        # For each judged request: the target, when the request began, and whether it was accepted.
        self.target, self.began, self.accepted = array.array("l"), array.array("d"), bytearray()
        self.odd = []

    async def run(self):
        await asyncio.gather(*(self.connection(self.ports[n % len(self.ports)]) for n in range(self.connections)))
        return self.target.tobytes(), self.began.tobytes(), bytes(self.accepted), self.odd

    async def connection(self, port):
        connection = await asyncio.open_connection("127.0.0.1", port)
        while not self.shared.stop.value:
            number = self.choose()
            bytes, judge = self.probe(number)
            began = time.monotonic()
            status, _, body = await ask(connection, bytes)
            if status not in (200, 401, 403, 404):
                self.odd.append((status, body.decode()))
                continue
            self.target.append(number)
            self.began.append(began)
            self.accepted.append(status == 200 and judge(number, body))
            self.shared.asked[self.shared.number] += 1
        connection[1].close()

    def choose(self):
        """A target that is being ended, was ended recently, or will be soon."""
        number = self.shared.cursor.value + self.random.randint(-40, 40)
        return min(max(number, 0), len(self.targets) - 1)

    def probe(self, number):
        """A request about a target, and the function that judges its answer."""
        target = self.targets[number]
        kinds = [kind for kind, token in (
            (self.exchange, target.api_token), (self.ping, target.account_token),
            (self.verify, self.latest[number])) if token]
        return self.random.choice(kinds)(number, target)

    def exchange(self, number, target):
        return request("GET", EXCHANGE, target.api_token), self.given

    def ping(self, number, target):
        return request("GET", PING, target.account_token), lambda number, body: True

    def verify(self, number, target):
        token = self.latest[number]
        match self.random.randrange(3):
            case 0:
                return request("POST", VERIFY, self.verifier, {"token": token}), self.is_active
            case 1:
                return request("GET", VERIFY, token), self.is_active
            case _:
                path = f"/api-gateway/api/v2/dtables/{target.base}/metadata/"
                return request("GET", path, token), lambda number, body: True

    def is_active(self, number, body):
        return json.loads(body)["active"]

    def given(self, number, body):
        token = json.loads(body)["access_token"]
        if self.targets[number].is_lowered and permission(token) == "r":
            return False
        self.latest[number] = token
        return True


@dataclasses.dataclass
class Shared:
    """What the processes share."""

    number: int
    """Which of the processes this is."""
    asked: object
    """How many requests each has judged."""
    cursor: object
    """The revocation that is under way."""
    stop: object


def run(pipe, *arguments):
    """The main function of a process."""
    pipe.send(asyncio.run(Hammer(*arguments).run()))
