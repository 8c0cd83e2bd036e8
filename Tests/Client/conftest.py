import itertools

import pytest
import requests
from seatable_api import Account

import description
import seen
from service import Service

numbers = itertools.count(1)


def pytest_sessionstart():
    """Every answer that any client gets, the official one too, is held against openapi.yaml; its secrets are noted."""
    send = requests.Session.send

    def checked(session, request, **options):
        response = send(session, request, **options)
        seen.notice(response)
        description.check(response)
        return response

    requests.Session.send = checked


@pytest.fixture(scope="session")
def service():
    service = Service(BASEKEEPER_HEADER_TIMEOUT="5", BASEKEEPER_BODY_TIMEOUT="5", BASEKEEPER_IDLE_TIMEOUT="5")
    service.seeded = service.seed()
    service.start()
    yield service
    assert service.stop() == 0
    assert service.postmaster is None, "its PostgreSQL is still there"
    service.delete()


@pytest.fixture(scope="session")
def admin(service):
    """The demo team's admin, who owns its group, by the official client."""
    return signed_in(service, service.seeded["demo"]["team_admin"])


@pytest.fixture(scope="session")
def member(service):
    """A member of the demo team and its group, by the official client."""
    return signed_in(service, service.seeded["demo"]["member"])


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

    def call(method, path, token=None, scheme="Token", headers=None, **options):
        headers = {**({"Authorization": f"{scheme} {token}"} if token else {}), **(headers or {})}
        return requests.request(method, service.url + path, headers=headers, timeout=30, **options)

    return call


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
