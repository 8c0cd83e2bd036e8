import functools
import itertools

import pytest
import requests
from seatable_api import Account

from support import description, seen
from support.http import From, call as send
from support.metrics import scrape, value
from support.postgres import Postgres, synchronous_pair
from support.process import PATIENCE
from support.service import USUAL_LIMITS, Service, running
from support.team import Person, new_address, new_team, root_token

pytest_plugins = ["support.console", "support.order", "pytester"]
numbers = itertools.count(1)
DEFAULTS = ["address", "site", "account", "base-token", "link"]


def pytest_sessionstart():
    """Checks every answer that any client gets, even the official one, against openapi.yaml, and notes its secrets. All
    requests have the same timeout."""
    send = requests.Session.send

    def checked(session, request, **options):
        options["timeout"] = PATIENCE
        response = send(session, request, **options)
        seen.notice(response)
        description.check(response)
        return response

    requests.Session.send = checked


@pytest.fixture(scope="module")
def postgres():
    """A PostgreSQL for the services of one file; each has a database of its own."""
    server = Postgres()
    yield server
    server.delete()


@pytest.fixture
def started():
    """Starts a service for the test: started(DATABASE_URL=...)."""
    services = []

    def started(**settings):
        service = Service(**settings)
        services.append(service)
        service.seeded = service.seed()
        service.start()
        return service

    yield started
    for service in services:
        service.delete()


@pytest.fixture
def servers():
    """A primary that commits only what its standby has, too; and that standby."""
    with synchronous_pair() as servers:
        yield servers


@pytest.fixture
def own():
    """A service for this test."""
    with running() as service:
        yield service


@pytest.fixture(scope="session")
def service():
    with running(
            BASEKEEPER_HEADER_TIMEOUT="5", BASEKEEPER_BODY_TIMEOUT="5", BASEKEEPER_IDLE_TIMEOUT="5",
            **USUAL_LIMITS) as service:
        yield service
        # No client has met a limit that nobody had set.
        refused = {name: value(scrape(service), "basekeeper_limit_refusals_total", limit=name) for name in DEFAULTS}
        assert not any(refused.values()), refused
        assert service.stop() == 0
        assert service.postmaster is None, "its PostgreSQL is still there"


@pytest.fixture(scope="session")
def unlimited():
    """A service that counts no requests."""
    with running() as service:
        yield service


@pytest.fixture(scope="session")
def admin(service):
    """The demo team's admin, who owns its group, in the official client."""
    return signed_in(service, service.seeded["demo"]["team_admin"])


@pytest.fixture(scope="session")
def member(service):
    """A member of the demo team and its group, in the official client."""
    return signed_in(service, service.seeded["demo"]["member"])


@pytest.fixture(scope="session")
def root(service):
    """The system administrator's account token."""
    return root_token(service)


@pytest.fixture
def address():
    return new_address()


@pytest.fixture
def team(service, root, address):
    """A new team: its number, and its admin's token and user ID."""
    return new_team(service, root, address)


@pytest.fixture
def mia(team):
    """A member of the new team."""
    return team.person("Mia")


@pytest.fixture
def tom(team):
    """Another member of the new team."""
    return team.person("Tom")


@pytest.fixture(scope="session")
def stranger(service, root):
    """The admin of another team."""
    address = new_address()
    return Person(service, new_team(service, root, address).creator, address)


def signed_in(service, person):
    account = Account(person["email"], person["password"], service.url)
    account.auth()
    account.load_account_info()
    return account


@pytest.fixture
def name():
    """A name that no other test uses."""
    return f"Base {next(numbers)}"


@pytest.fixture
def base(member, name):
    """A new base of the member's own."""
    return member.add_base(name)


@pytest.fixture
def call(service):
    """Sends a request: call("GET", path, token, ...)."""

    return functools.partial(send, service)


@pytest.fixture(params=["form", "multipart", "json"])
def fields(request):
    """Encodes a body in each of the three encodings: call("POST", path, token, **fields(name="x"))."""

    def fields(**values):
        if request.param == "multipart":
            return {"files": {name: (None, str(value)) for name, value in values.items()}}
        return {"json" if request.param == "json" else "data": values}

    return fields


@pytest.fixture
def tokens_path(base):
    return f"/api/v2.1/workspace/{base['workspace_id']}/dtable/{base['name']}/api-tokens/"


@pytest.fixture
def api_token(call, member, tokens_path):
    """Makes an API token for the new base."""

    def api_token(permission="rw", app_name="app"):
        answer = call("POST", tokens_path, member.token, data={"app_name": app_name, "permission": permission})
        assert answer.status_code == 201
        return answer.json()["api_token"]

    return api_token


@pytest.fixture
def elsewhere(service):
    """Sends requests from another address of this machine: elsewhere("POST", path, ...)."""
    with requests.Session() as session:
        session.mount("http://", From(f"127.1.{next(numbers) % 250}.1"))
        yield lambda method, path, **options: session.request(method, service.url + path, timeout=30, **options)


@pytest.fixture
def clock(service):
    """Lets time pass for what is throttled: clock("1 hour") after its last attempt."""
    return lambda wait: service.psql(
        f"update failed_attempt set next_at = last_at + interval '{wait}' where next_at > last_at")
