"""The balancers' configurations of docs/scale.md, while one copy after the other is replaced."""

import collections
import itertools
import re
import threading

import pytest
import requests

from support.cluster import Node, Program
from support.service import ROOT, Service, wait_until
from support.team import new_address, new_team, token

EXCHANGE = "/api/v2.1/dtable/app-access-token/"
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
    database = Node()
    copies = [Service(DATABASE_URL=database.url, BASEKEEPER_DRAIN_TIME="3") for _ in range(2)]
    copies[0].secret = copies[0].seed()["demo"]["api_tokens"][0]["api_token"]
    for copy in copies:
        copy.start()
    yield copies
    for copy in copies:
        copy.process.kill()
        copy.process.wait()
        copy.delete()
    database.delete()


def documented(language, copies):
    """The configuration of a language, with these copies in place of its examples."""
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
    # A balancer that has just started may not have asked the copies yet.
    wait_until(lambda: Service.answers(balancer, "/readyz"))
    team = new_team(balancer, token(balancer, "root@example.com", "correct horse battery"), new_address())
    statuses, failures, numbers, stop = collections.Counter(), [], itertools.count(), threading.Event()

    def load(writes):
        with requests.Session() as session:
            while not stop.is_set():
                try:
                    if writes:
                        answer = session.post(
                            balancer.url + team.path + "groups/", timeout=30,
                            json={"group_name": f"Group {next(numbers)}", "group_owner": team.creator},
                            headers={"Authorization": f"Token {team.admin}"})
                    else:
                        answer = session.get(
                            balancer.url + EXCHANGE, headers={"Authorization": f"Token {copies[0].secret}"}, timeout=30)
                    statuses[answer.status_code] += 1
                except requests.RequestException as error:
                    failures.append(repr(error))

    threads = [threading.Thread(target=load, args=(number < 2,)) for number in range(6)]
    for thread in threads:
        thread.start()
    try:
        for copy in copies:
            before = statuses[200]
            wait_until(lambda: statuses[200] > before + 50)
            assert copy.stop() == 0
            copy.start()
            # The balancer has to have taken it back before the other one goes.
            served = exchanges(copy)
            wait_until(lambda: exchanges(copy) > served + 20)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not failures
    assert set(statuses) == {200}, statuses


def exchanges(copy):
    """How many a copy has served, by its log."""
    return copy.log.read_text().count(f'"route":"{EXCHANGE}"')
