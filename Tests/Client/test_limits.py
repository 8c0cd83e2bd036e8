"""Limits of requests as they are by default, and caps that two copies keep between them."""

import pytest
import requests

from support.http import EXCHANGE, PING, call, get, place
from support.metrics import scrape, value
from support.service import USUAL_LIMITS, pair, running
from support.team import new_team
from support.threads import at_once

CAPS = {
    "BASES_PER_PERSON": 5, "BASES_PER_GROUP": 3, "GROUPS_PER_PERSON": 3, "FOLDERS_PER_WORKSPACE": 3,
    "TOKENS_PER_BASE": 3, "SHARES_PER_BASE": 3, "LINKS_PER_BASE": 3, "LINKS_PER_GROUP": 3, "LINKS_PER_PERSON": 4,
}


# MARK: Limits


@pytest.fixture(scope="module")
def usual():
    """A service with the limits that it has if nobody sets any."""
    with running(**USUAL_LIMITS) as service:
        yield service


def test_a_suite_of_an_integrator_notices_no_limit(usual):
    """Thousands of requests as fast as they go, from one address, with one account and one API token. What a base token
    asks of a base is limited as with SeaTable, and says so."""
    secret = usual.seeded["demo"]["api_tokens"][0]["api_token"]
    team = new_team(usual)
    granted = get(usual, EXCHANGE, secret).json()
    gateway = f"/api-gateway/api/v2/dtables/{granted['dtable_uuid']}/metadata/"
    asked = [(PING, team.admin), (EXCHANGE, secret), ("/api2/ping/", None)]

    def work(number):
        path, token = asked[number % len(asked)]
        with requests.Session() as session:
            return [get(usual, path, token, session=session) for _ in range(500)]

    for answer in (one for answers in at_once(work, range(8)) for one in answers):
        assert answer.status_code == 200, answer.text
        assert not [name for name in answer.headers if "ratelimit" in name.lower()]
    of_base = get(usual, gateway, granted["access_token"])
    assert (of_base.status_code, of_base.headers["X-RateLimit-Limit"]) == (200, "500")
    samples = scrape(usual)
    refusals = {dict(labels)["limit"]: count for (name, labels), count in samples.items()
                if name == "basekeeper_limit_refusals_total"}
    assert len(refusals) == 27 and not any(refusals.values())


def test_what_a_limit_refuses_is_counted_by_its_name():
    limits = {"BASEKEEPER_RATE_LIMIT_TOKEN": "2", "BASEKEEPER_RATE_LIMIT_BASE_TOKEN": "2",
              "BASEKEEPER_MAX_TOKENS_PER_BASE": "1"}
    with running(**limits) as service:
        team = new_team(service)
        tokens = place(team.base(), "api-tokens/")
        made = team.call("POST", tokens, data={"app_name": "one", "permission": "rw"})
        assert made.status_code == 201
        full = team.call("POST", tokens, data={"app_name": "two", "permission": "rw"})
        assert full.status_code == 403
        assert full.json() == {"error_msg": (
            "This base already has as many API tokens as allowed: delete some first, or ask the operator for more "
            "(BASEKEEPER_MAX_TOKENS_PER_BASE).")}
        exchanged = [get(service, EXCHANGE, made.json()["api_token"]) for _ in range(5)]
        assert [one.status_code for one in exchanged] == [200, 200, 429, 429, 429]
        granted = exchanged[0].json()
        gateway = f"/api-gateway/api/v2/dtables/{granted['dtable_uuid']}/metadata/"
        assert [get(service, gateway, granted["access_token"]).status_code for _ in range(4)] == [200, 200, 429, 429]
        samples = scrape(service)
        for name, count in [("token", 3), ("base-token", 2), ("tokens_per_base", 1), ("address", 0)]:
            assert value(samples, "basekeeper_limit_refusals_total", limit=name) == count


# MARK: Caps


@pytest.fixture(scope="module")
def copies():
    """Two copies on one database, with caps."""
    with pair(**{f"BASEKEEPER_MAX_{name}": str(most) for name, most in CAPS.items()}) as copies:
        yield copies


def race(copies, person, asked):
    """The answers to POST requests, a path and fields for each, that are sent at once, half of them to each copy."""

    def send(number):
        path, fields = asked[number]
        return call(copies[number % 2], "POST", path, person.token, data=fields)

    return at_once(send, range(len(asked)))


@pytest.mark.parametrize("cap", CAPS)
def test_of_fifty_at_once_to_two_copies_no_more_get_through_than_there_is_room_for(copies, cap):
    team = new_team(copies[0])
    person = team.person("Ann")
    group = person.group("Readers") if cap in ("BASES_PER_GROUP", "LINKS_PER_GROUP") else None
    bases = [person.base("Orders"), person.base("Bills")]
    people = [team.add()["email"] for _ in range(50)] if cap == "SHARES_PER_BASE" else []
    folders = f"/api/v2.1/workspace/{bases[0]['workspace_id']}/folders/"
    ways = {
        "BASES_PER_PERSON": lambda n: ("/api/v2.1/dtables/", {"name": f"B {n}"}),
        "BASES_PER_GROUP": lambda n: ("/api/v2.1/dtables/", {"name": f"B {n}", "owner": f"{group}@seafile_group"}),
        "GROUPS_PER_PERSON": lambda n: ("/api/v2.1/groups/", {"name": f"G {n}"}),
        "FOLDERS_PER_WORKSPACE": lambda n: (folders, {"name": f"F {n}"}),
        "TOKENS_PER_BASE": lambda n: (place(bases[0], "api-tokens/"), {"app_name": f"app {n}", "permission": "r"}),
        "SHARES_PER_BASE": lambda n: (place(bases[0], "share/"), {"email": people[n], "permission": "r"}),
        "LINKS_PER_BASE": lambda n: (place(bases[0], "external-links/"), {"expire_days": n + 1}),
        "LINKS_PER_GROUP": lambda n: (f"/api/v2.1/groups/{group}/invite-links/", {"expire_days": n + 1}),
        # Two requests to the one base and two to the other in turn, so that each copy gets both.
        "LINKS_PER_PERSON": lambda n: (place(bases[n // 2 % 2], "external-links/"), {"expire_days": n + 1}),
    }
    answers = race(copies, person, [ways[cap](number) for number in range(50)])
    room = CAPS[cap] - (2 if cap == "BASES_PER_PERSON" else 0)
    made = [one for one in answers if one.ok]
    refused = [one for one in answers if one.status_code == 403]
    assert (len(made), len(refused)) == (room, 50 - room), {one.text for one in answers}
    assert any(f"(BASEKEEPER_MAX_{cap})" in one.json()["error_msg"] for one in refused)
