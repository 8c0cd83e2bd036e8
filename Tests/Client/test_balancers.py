"""The balancer configurations in docs/scale.md, while one copy after the other is replaced."""

import collections
import itertools
import re

import pytest
import requests

from support.http import EXCHANGE, call, exchange
from support.postgres import Postgres
from support.process import PATIENCE, ROOT, wait_until
from support.program import Program
from support.service import Service
from support.team import new_team
from support.threads import Workers

pytestmark = pytest.mark.apart

NGINX = """
pid {folder}/pid;
error_log stderr;
worker_processes 1;
daemon off;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  %s
}
"""


@pytest.fixture(scope="module")
def copies():
    database = Postgres()
    copies = [
        Service(DATABASE_URL=database.url, BASEKEEPER_DRAIN_TIME="3", BASEKEEPER_TRUSTED_PROXIES="127.0.0.1")
        for _ in range(2)]
    copies[0].secret = copies[0].seed()["demo"]["api_tokens"][0]["api_token"]
    for copy in copies:
        copy.start()
    yield copies
    for copy in copies:
        copy.delete()
    database.delete()


def documented(language, copies):
    """The document's configuration in this language, with these copies instead of its examples."""
    text = (ROOT / "docs/scale.md").read_text()
    found = re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)[1]
    for example, port in (("8080", "{port}"), ("8081", copies[0].port), ("8082", copies[1].port)):
        assert f"127.0.0.1:{example}" in found
        found = found.replace(f"127.0.0.1:{example}", f"127.0.0.1:{port}")
    return found


@pytest.fixture(params=["haproxy", "nginx"])
def balancer(request, copies):
    configuration = documented(request.param, copies)
    if request.param == "haproxy":
        balancer = Program("haproxy", configuration, "-db", "-f", "{file}")
    else:
        balancer = Program("nginx", NGINX % configuration, "-c", "{file}", "-p", "{folder}", "-e", "stderr")
    balancer.url = f"http://127.0.0.1:{balancer.port}"
    yield balancer
    balancer.delete()


def test_copies_are_replaced_one_after_the_other_and_no_request_fails(balancer, copies):
    # A balancer that has just started may not have checked the copies yet.
    wait_until(lambda: Service.answers(balancer, "/readyz"))
    team = new_team(balancer)
    statuses, numbers = collections.Counter(), itertools.count()

    def write(session):
        group = {"group_name": f"Group {next(numbers)}", "group_owner": team.creator}
        statuses[call(balancer, "POST", team.path + "groups/", team.admin, session=session, json=group).status_code] += 1

    def read(session):
        statuses[exchange(balancer, copies[0].secret, session=session).status_code] += 1

    with Workers(write, write, read, read, read, read) as load:
        for copy in copies:
            before = statuses[200]
            load.wait_until(lambda: statuses[200] > before + 50)
            assert copy.stop() == 0
            copy.start()
            # The balancer must use it again before the other one stops.
            served = exchanges(copy)
            load.wait_until(lambda: exchanges(copy) > served + 20)
    assert set(statuses) == {200}, statuses


def test_a_client_does_not_name_its_own_request(balancer, copies):
    """The copies trust the balancer, so they would believe what it passes on."""
    wait_until(lambda: Service.answers(balancer, "/readyz"))
    asked = {"X-Request-Id": "named-by-the-client"}
    straight = requests.get(copies[0].url + "/api2/ping/", headers=asked, timeout=PATIENCE)
    assert straight.headers["X-Request-Id"] == "named-by-the-client"
    names = [
        requests.get(balancer.url + "/api2/ping/", headers=asked, timeout=PATIENCE).headers["X-Request-Id"]
        for _ in range(2)]
    assert all(re.fullmatch("[0-9a-f-]{32,36}", name) for name in names) and names[0] != names[1]
    # It is the balancer's name that the log has, not one that the copy has made because it was given none.
    wait_until(lambda: all(any(name in copy.log.read_text() for copy in copies) for name in names))


def exchanges(copy):
    """How many requests a copy has served, according to its log."""
    return copy.log.read_text().count(f'"route":"{EXCHANGE}"')
