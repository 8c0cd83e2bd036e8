"""Requests: with `requests`, on a kept connection, and as raw bytes."""

import http.client
import json

import requests

from support.process import PATIENCE

SIGN_IN, PING = "/api2/auth-token/", "/api2/auth/ping/"
EXCHANGE, ROTATE = "/api/v2.1/dtable/app-access-token/", "/api/v2.1/dtable/app-api-token/rotate/"
VERIFY, REVOKE = "/api/v2.1/base-tokens/verify/", "/api/v2.1/base-tokens/revoke/"
TOKENS, FACTOR = "/api/v2.1/user/account-tokens/", "/api/v2.1/user/two-factor-auth/"


def call(service, method, path, token=None, scheme="Token", headers=None, session=requests, **options):
    """Sends a request."""
    headers = {**authorization(token, scheme), **(headers or {})}
    return session.request(method, service.url + path, headers=headers, timeout=PATIENCE, **options)


def get(service, path, token=None, **options):
    return call(service, "GET", path, token, **options)


def exchange(service, api_token, **options):
    """Exchanges an API token."""
    return get(service, EXCHANGE, api_token, **options)


def authorization(token, scheme="Token"):
    return {"Authorization": f"{scheme} {token}"} if token else {}


class From(requests.adapters.HTTPAdapter):
    """Lets a session send its requests from another address of this machine."""

    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *arguments, **options):
        super().init_poolmanager(*arguments, **options, source_address=(self.address, 0))


class Line:
    """A connection that is reused as long as the service keeps it open."""

    def __init__(self, service):
        self.port, self.connection = service.port, None

    def send(self, method, path, body=b"", headers={}, attempts=2):
        """The status and the body of an answer; status 0 if every attempt ends without an answer."""
        for _ in range(attempts):
            if not self.connection:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            try:
                self.connection.request(method, path, body or None, headers)
                answer = self.connection.getresponse()
                text = answer.read()
            except (http.client.HTTPException, OSError):
                # If a body is refused before it was read, the connection ends.
                self.connection = None
                continue
            if answer.getheader("Connection") == "close":
                self.connection = None
            return answer.status, text
        return 0, b""

    def call(self, method, path, token=None, body=None):
        """The answer to a request that must succeed."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        bytes = json.dumps(body).encode() if body is not None else b""
        status, text = self.send(method, path, bytes, {**headers, **authorization(token)}, attempts=1)
        assert status in (200, 201), (method, path, status, text)
        return json.loads(text)


def encoded(encoding, **values):
    """Fields in one of the three encodings. A list is an array in JSON; in the others the field is repeated."""
    if encoding == "json":
        return {"json": values}
    pairs = [(name, one) for name, value in values.items() for one in (value if isinstance(value, list) else [value])]
    if encoding == "multipart":
        return {"files": [(name, (None, str(value))) for name, value in pairs]}
    return {"data": [(name, str(value)) for name, value in pairs]}


def says(answer, status, text):
    """Asserts that an answer is this error."""
    assert (answer.status_code, answer.json()) == (status, {"error_msg": text})


def place(base, ending=""):
    """The path of a base, by its name."""
    return f"/api/v2.1/workspace/{base['workspace_id']}/dtable/{base['name']}/{ending}"


# MARK: Raw bytes


def request(method, path, token=None, body=None, **headers):
    """The bytes of a request, with a JSON body."""
    text = json.dumps(body) if body is not None else ""
    if body is not None:
        headers = {"Content-Type": "application/json", "Content-Length": len(text.encode()), **headers}
    headers = {"Host": "localhost", **authorization(token), **headers}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n" + text).encode()


async def ask(connection, bytes):
    """Sends a request on an asyncio connection; returns status, header and body."""
    reader, writer = connection
    writer.write(bytes)
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = int(head.lower().split("content-length:")[1].split("\r\n")[0])
    return int(head[9:12]), head, await reader.readexactly(length)
