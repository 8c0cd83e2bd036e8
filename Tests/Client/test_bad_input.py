"""Bad input gets a 4xx or a closed connection, never a 5xx, and nothing is lost or half written."""

import random
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.process import PATIENCE

GROUPS = "/api/v2.1/groups/"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=edge"}


@pytest.fixture
def unchanged(call, member):
    """At the end there is nothing that was not there at the beginning."""

    def everything():
        return [call("GET", path, member.token).json() for path in (GROUPS, "/api/v2.1/workspaces/")]

    before = everything()
    yield
    assert everything() == before


BODIES = [
    (JSON, b"{"),
    (JSON, b"[]"),
    (JSON, b"null"),
    (JSON, b'{"name": "x"} x'),
    (JSON, b'{"name": "\xff"}'),
    (JSON, b'{"name": "a\\u0000b"}'),
    (JSON, b'{"name": 1}'),
    (JSON, b'{"name": true}'),
    (JSON, b'{"name": null}'),
    (JSON, b'{"name": {"name": "x"}}'),
    (JSON, b'{"names": "x"}'),
    (JSON, b'{"name": ' + b"[" * 20000),
    (JSON, b"{" + b",".join(b'"%d": 1' % number for number in range(2000)) + b"}"),
    (FORM, b"name=%zz"),
    (FORM, b"name=%ff"),
    (FORM, b"name=%00"),
    (FORM, b"name="),
    (FORM, b"&" * 5000),
    (FORM, b"&".join(b"a%d=1" % number for number in range(2000))),
    (MULTIPART, b"--edge\r\n\r\n"),
    (MULTIPART, b"--other\r\n\r\nx\r\n--other--"),
    (MULTIPART, b'--edge\r\nContent-Disposition: form-data; name="name"\r\n\r\nx'),
    (MULTIPART, b'--edge\r\nContent-Disposition: form-data\r\n\r\nx\r\n--edge--\r\n'),
    (MULTIPART, b'--edge\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\r\n--edge--\r\n'),
    (MULTIPART, b'--edge\r\nContent-Disposition: form-data; name="name"; filename="f"\r\n\r\nx\r\n--edge--\r\n'),
    ({"Content-Type": "multipart/form-data"}, b"--edge--"),
    ({"Content-Type": "text/plain"}, b"name=x"),
    ({}, b"name=x"),
    ({"Content-Type": "application/json; charset=\x7f"}, b"{}"),
]


@pytest.mark.parametrize("headers, body", BODIES)
def test_a_body_that_cannot_be_used(call, member, unchanged, headers, body):
    answer = call("POST", GROUPS, member.token, headers=headers, data=body)
    assert answer.status_code in (400, 415)
    if answer.content:
        assert set(answer.json()) in ({"error_msg"}, {"detail"})


def test_unknown_fields_are_ignored(call, admin, name):
    answer = call("POST", GROUPS, admin.token, json={"name": "Group " + name, "colour": {"a": [1]}, "x": None})
    assert answer.status_code == 201


def test_a_body_of_ten_megabytes(call, member, unchanged):
    answer = call("POST", GROUPS, member.token, headers=FORM, data=b"name=" + b"x" * 10_000_000)
    assert answer.status_code == 413


def test_a_wrong_method(call, member):
    answer = call("PATCH", GROUPS, member.token)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, POST, HEAD"
    assert answer.json() == {"detail": 'Method "PATCH" not allowed.'}


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT"])
def test_no_method_sends_a_request_back(service, method):
    target = "localhost:443" if method == "CONNECT" else "/api2/ping/"
    request = f"{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: sent-by-the-client\r\n\r\n"
    answer = raw(service, request.encode())
    assert answer.split()[1] in (b"400", b"405", b"501"), answer
    assert b"sent-by-the-client" not in answer


def test_an_unknown_path(call, member):
    answer = call("GET", "/api/v2.1/webhooks/", member.token)
    assert (answer.status_code, answer.json()) == (404, {"error_msg": "Not found."})


def raw(service, data):
    """Everything that comes back for these bytes until the connection closes."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as connection:
        received = b""
        try:
            connection.sendall(data)
            while piece := connection.recv(65536):
                received += piece
        except ConnectionError:
            pass  # the service closed it while we were writing
        return received


HEAD = b"POST /api/v2.1/groups/ HTTP/1.1\r\nHost: a\r\n"
LENGTH = b"Content-Length: 900000\r\n\r\n"


@pytest.mark.parametrize("framing", [LENGTH, LENGTH.replace(b"900000", b"9"), b"Transfer-Encoding: chunked\r\n\r\n"])
def test_who_shows_nothing_is_answered_before_the_body(service, member, framing):
    imports = b"POST /api/v2.1/admin/import-users/ HTTP/1.1\r\nHost: a\r\n"
    for head, status in (
        (HEAD, b"403"), (imports, b"403"), (imports + f"Authorization: Token {member.token}\r\n".encode(), None),
        (HEAD.replace(b"POST", b"PATCH"), b"405"), (HEAD.replace(b"groups", b"webhooks"), b"404"),
        (HEAD + b"Content-Encoding: gzip\r\n", b"415"),
    ):
        if status is None and framing != LENGTH.replace(b"900000", b"9"):
            status = b"403"  # before a large body, the caller is checked
        if status:
            assert raw(service, head + framing).split(b" ", 2)[1] == status, head


@pytest.mark.parametrize(
    "data, statuses",
    [
        (HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [400]),
        (HEAD + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde", [400]),
        (HEAD + b"Content-Length: +4\r\n\r\nabcd", [400]),
        (HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", [400, 501]),
        (HEAD + b"Host: b\r\n\r\n", [400]),
        (HEAD + b"X-A: a\0b\r\n\r\n", [400]),
        (HEAD + b"X-A: a\rb\r\n\r\n", [400]),
        (HEAD + b"X-A: " + b"x" * 65536 + b"\r\n\r\n", [400, 431]),
        (b"GET /" + b"x" * 65536 + b" HTTP/1.1\r\nHost: a\r\n\r\n", [400, 414, 431]),
        (b"GET /api2/ping/ HTTP/1.1\r\n\r\n", [400]),
        (b"GET /api2/ping/\0x HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
        (b"GET /api2/ping/%00 HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
        (b"GET /api2/ping/%zz HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
        (b"BREW /api2/ping/ HTTP/1.1\r\nHost: a\r\n\r\n", [501]),
    ],
)
def test_framing_that_two_servers_could_read_in_two_ways(service, data, statuses):
    received = raw(service, data)
    assert int(received.split(b" ")[1]) in statuses, received
    assert received.count(b"HTTP/1.1 ") == 1 and received.endswith(b"}")


def test_random_bytes(service, call):
    chance = random.Random(7)
    starts = [b"", b"GET ", b"POST /api2/auth-token/ HTTP/1.1\r\n", HEAD, HEAD + b"Content-Length: 40\r\n\r\n"]
    inputs = [chance.choice(starts) + chance.randbytes(chance.randrange(1, 400)) for _ in range(400)]
    with ThreadPoolExecutor(len(inputs)) as pool:  # an incomplete request is cut off when its time is over
        answers = list(pool.map(lambda data: raw(service, data), inputs))
    statuses = {answer.split(b" ")[1] for answer in answers if answer}
    assert all(status.startswith(b"4") or status in (b"501", b"505") for status in statuses), statuses
    assert call("GET", "/healthz").ok


def test_a_slow_sender_does_not_hold_up_others(service, call, member):
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as slow:
        for piece in (b"G", b"E", b"T /api2/ping/ HTT", b"P/1.1\r", b"\n"):
            slow.sendall(piece)
            assert call("GET", "/api2/auth/ping/", member.token).ok
        slow.sendall(b"Host: a\r\n\r\n")
        assert slow.recv(1000).startswith(b"HTTP/1.1 200")
