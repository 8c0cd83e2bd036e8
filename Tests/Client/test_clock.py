"""The service's clock jumps forward and back by a day while it runs; the database's clock stays right."""

import base64
import functools
import json
import shutil
import socket
import struct
import subprocess
import time

import pytest

from support import http
from support.http import EXCHANGE, FACTOR, REVOKE, VERIFY
from support.process import PATIENCE, ROOT, wait_until
from support.service import running
from support.team import PASSWORD, new_team, numbers, sign_in, token, totp

DAY = 86_400
COMPILER = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)

pytestmark = [pytest.mark.apart, pytest.mark.skipif(COMPILER is None, reason="there is no C compiler")]


@pytest.fixture(scope="module")
def service(postgres, tmp_path_factory):
    folder = tmp_path_factory.mktemp("clock")
    library, offset = folder / "clock.so", folder / "offset"
    source = ROOT / "Tests/Client/support/clock.c"
    subprocess.run([COMPILER, "-shared", "-fPIC", "-O2", "-o", str(library), str(source)], check=True)
    offset.write_bytes(bytes(8))

    def put_clock(seconds):
        """From now on, its clock differs from the right one by this much."""
        with open(offset, "r+b") as file:
            file.write(struct.pack("=q", seconds))

    with running(
            DATABASE_URL=postgres.database("clocks"), BASEKEEPER_HEADER_TIMEOUT="2", LD_PRELOAD=str(library),
            CLOCK_OFFSET=str(offset)) as service:
        service.postgres, service.put_clock = postgres, put_clock
        yield service


@pytest.fixture(autouse=True)
def right_clock(service):
    yield
    service.put_clock(0)


@pytest.fixture
def call(service):
    return functools.partial(http.call, service)


@pytest.fixture
def team(service):
    return new_team(service)


@pytest.fixture
def new_token(team):
    """Makes an API token; returns the path of its base's tokens, and its secret."""
    def new_token(**terms):
        base = team.base(f"Base {next(numbers)}")
        path = f"dtables/{base['uuid']}/api-tokens/"
        made = team.call("POST", path, json={"app_name": "app", "permission": "rw", **terms})
        assert made.status_code == 201, made.text
        return path, made.json()["api_token"]

    return new_token


def claims(base_token):
    payload = base_token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def test_the_service_has_the_clock_that_this_test_sets(service, call, new_token):
    _, secret = new_token()
    for days in (1, -1, 0):
        service.put_clock(days * DAY)
        expiry = claims(call("GET", EXCHANGE + "?exp=1h", secret).json()["access_token"])["exp"]
        assert abs(expiry - 3600 - days * DAY - time.time()) < DAY / 24


def test_base_tokens_expire_by_the_clock(service, call, new_token):
    _, secret = new_token()
    minted = call("GET", EXCHANGE + "?exp=1h", secret).json()["access_token"]
    active = lambda: call("GET", VERIFY, minted).status_code == 200
    assert active()
    service.put_clock(DAY)
    assert not active()
    service.put_clock(-DAY)
    assert active()
    # What the database judges does not depend on the service's clock.
    assert call("GET", EXCHANGE, secret).status_code == 200


def test_a_revoked_base_token_stays_revoked_where_the_clock_is_late(service, call, new_token):
    service.put_clock(-DAY)
    _, secret = new_token()
    minted = call("GET", EXCHANGE + "?exp=1h", secret).json()["access_token"]
    assert call("GET", VERIFY, minted).status_code == 200
    assert call("POST", REVOKE, json={"token": minted}).status_code == 200
    assert call("GET", VERIFY, minted).status_code == 403
    # At its start the service tidies up if nobody has lately; by the database's clock, the entry has expired.
    assert service.stop() == 0
    service.postgres.psql("update job set started_at = now() - interval '1 hour'", database="clocks")
    old = "revoked_base_token where jti = 'long ago'"
    service.postgres.psql(
        "insert into revoked_base_token (jti, expires_at) values ('long ago', now() - interval '30 days')",
        database="clocks")
    service.start()
    wait_until(lambda: service.postgres.psql(f"select count(*) from {old}", database="clocks") == "0")
    assert call("GET", VERIFY, minted).status_code == 403


def test_limits_are_counted_by_time_that_goes_on(service, call, new_token):
    def is_limited(secret):
        answer = call("GET", EXCHANGE, secret)
        if answer.status_code == 429:
            assert int(answer.headers["Retry-After"]) <= 60 / 3
        return answer.status_code == 429

    _, secret = new_token(rate_limit=3)
    assert [is_limited(secret) for _ in range(4)] == [False, False, False, True]
    service.put_clock(DAY)
    assert is_limited(secret), "a limit was forgotten, because the clock was put forward"
    _, secret = new_token(rate_limit=3)
    assert [is_limited(secret) for _ in range(4)] == [False, False, False, True]
    service.put_clock(-DAY)
    is_limited(secret)


def test_last_use_is_told_by_the_database_s_clock_where_this_one_is_ahead(service, call, new_token):
    _, secret = new_token()
    for count, days in ((1, 1), (2, 0)):
        service.put_clock(days * DAY)
        assert call("GET", EXCHANGE, secret).status_code == 200
        assert service.stop() == 0  # writes whatever is still to be written
        service.start()
        uses, age = service.postgres.rows(f"""
            select used.use_count, extract(epoch from now() - used.last_used_at)
            from api_token_use as used join api_token on id = token_id
            where hash = sha256(convert_to('{secret}', 'UTF8'))""", database="clocks")[0]
        assert int(uses) == count and 0 <= float(age) < DAY / 24


def test_a_second_factor_works_again_when_the_clock_is_right_again(service, call, team):
    person = team.add()
    account = token(service, person["contact_email"])
    secret = call("POST", FACTOR, account, json={"password": PASSWORD}).json()["secret"]
    now = lambda days=0: int((time.time() + days * DAY) // 30)
    assert call("PUT", FACTOR, account, json={"code": totp(secret, now())}).status_code == 200
    service.put_clock(DAY)
    assert sign_in(service, person["contact_email"], otp=totp(secret, now(1))).status_code == 200
    service.put_clock(0)
    right = totp(secret, now() + 1)  # the current code may be that of the enrolment, which can be used only once
    assert sign_in(service, person["contact_email"], otp=right).status_code == 200
    assert sign_in(service, person["contact_email"], otp=right).status_code == 400


def test_deadlines_are_kept_when_the_clock_is_put_elsewhere(service):
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for days in (1, -1):
        with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as asking, \
                socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as silent:
            asking.sendall(request)
            assert asking.recv(65536).startswith(b"HTTP/1.1 200")
            service.put_clock(days * DAY)
            # The jump cuts nobody off, but silent clients are still cut off in time.
            asking.sendall(request)
            assert asking.recv(65536).startswith(b"HTTP/1.1 200")
            assert silent.recv(1) == b""
            assert service.answers("/readyz")


def test_a_clock_that_differs_from_the_database_s_is_in_the_log(service):
    service.put_clock(DAY)
    assert service.stop() == 0
    service.start()
    wait_until(lambda: "this clock differs from the database's" in service.log.read_text())
