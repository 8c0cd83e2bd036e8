"""The life of API tokens: their terms, rotation and use, and the team's policies."""

import base64
import collections
import json
import time

import pytest

from support.http import EXCHANGE, ROTATE, TOKENS, VERIFY, encoded, exchange, place, says
from support.team import demo_member
from support.threads import at_once


# MARK: Terms


@pytest.mark.parametrize("encoding", ["form", "multipart", "json"])
def test_the_terms_of_a_token_come_in_every_encoding(call, member, tokens_path, encoding):
    made = call("POST", tokens_path, member.token, **encoded(
        encoding, app_name="app", permission="rw", expire_days=30, note="Für den Bericht,\nmontags",
        allowed_networks=["127.0.0.1", "192.0.2.77/24", "2001:DB8::1/32"], rate_limit=500))
    assert made.status_code == 201, made.text
    made = made.json()
    assert made["note"] == "Für den Bericht,\nmontags" and made["rate_limit"] == 500
    assert made["allowed_networks"] == ["127.0.0.1/32", "192.0.2.0/24", "2001:db8::/32"]
    assert made["expires_at"][:10] > made["generated_at"][:10] and made["is_expired"] is False
    assert (made["use_count"], made["last_client"], made["last_addresses"]) == (0, None, [])
    assert made["rotated_at"] is None
    exchanged = call("GET", EXCHANGE, made["api_token"])
    assert exchanged.status_code == 200
    assert exchanged.headers["RateLimit-Policy"] == '"token";q=500;w=60'
    assert exchanged.headers["X-RateLimit-Limit"] == "500" and exchanged.headers["X-RateLimit-Remaining"] == "499"

    path = tokens_path + "app/"
    changed = call("PUT", path, member.token, **encoded(encoding, expires_at="2999-12-31T23:00:00+00:00", note="x"))
    assert changed.json()["expires_at"] == "2999-12-31T23:00:00+00:00" and changed.json()["note"] == "x"
    # What is left out stays the same.
    assert changed.json()["permission"] == "rw" and changed.json()["rate_limit"] == 500
    assert changed.json()["allowed_networks"] == made["allowed_networks"]
    changed = call("PUT", path, member.token, **encoded(
        encoding, permission="r", expire_days=0, rate_limit=0, allowed_networks="")).json()
    assert (changed["permission"], changed["expires_at"], changed["rate_limit"], changed["allowed_networks"]) == (
        "r", None, None, [])
    assert set(made["api_token"][4:]) != {"*"} and changed["api_token"] == made["api_token"][:4] + "*" * 36


@pytest.mark.parametrize("fields", [
    {"data": [("allowed_networks", "127.0.0.1"), ("allowed_networks", "10.0.0.0/8")]},
    {"data": {"allowed_networks[]": ["127.0.0.1", "10.0.0.0/8"]}},
    {"data": {"allowed_networks[0]": "127.0.0.1", "allowed_networks[1]": "10.0.0.0/8"}},
    {"data": {"allowed_networks": "127.0.0.1,10.0.0.0/8"}},
    {"data": {"allowed_networks": "127.0.0.1, 10.1.2.3/8 "}},
    {"files": [("allowed_networks", (None, "127.0.0.1")), ("allowed_networks", (None, "10.0.0.0/8"))]},
    {"files": [("allowed_networks[0]", (None, "127.0.0.1")), ("allowed_networks[1]", (None, "10.0.0.0/8"))]},
    {"files": [("allowed_networks", (None, "127.0.0.1,10.0.0.0/8"))]},
    {"json": {"allowed_networks": ["127.0.0.1", "10.0.0.0/8"]}},
    {"json": {"allowed_networks": "127.0.0.1,10.0.0.0/8"}},
    {"json": {"allowed_networks": ["127.0.0.1,10.0.0.0/8"]}},
])
def test_a_list_of_networks_is_written_in_many_ways(call, member, tokens_path, api_token, fields):
    api_token()
    changed = call("PUT", tokens_path + "app/", member.token, **fields)
    assert changed.status_code == 200, changed.text
    assert changed.json()["allowed_networks"] == ["127.0.0.1/32", "10.0.0.0/8"]


@pytest.mark.parametrize("field, value", [
    ("expire_days", -1), ("expire_days", 36501), ("expire_days", "soon"), ("expire_days", 1.5),
    ("expires_at", "tomorrow"), ("expires_at", "2026-02-30"), ("expires_at", "2026-01-01T25:00:00Z"),
    ("note", "x" * 1001), ("note", ["x"]), ("rate_limit", -1), ("rate_limit", 1_000_001), ("rate_limit", "many"),
    ("allowed_networks", "localhost"), ("allowed_networks", "10.0.0.0/33"), ("allowed_networks", "10.0.0/8"),
    ("allowed_networks", ["127.0.0.1", 7]), ("allowed_networks", ["::1/129"]), ("allowed_networks", {"a": "b"}),
    ("allowed_networks", ",".join(f"10.0.0.{number}" for number in range(101))),
])
def test_terms_that_cannot_be_are_refused_by_their_field(call, member, tokens_path, field, value):
    terms = {"app_name": "app", "permission": "r", field: value}
    says(call("POST", tokens_path, member.token, json=terms), 400, f"{field} invalid.")
    assert call("GET", tokens_path, member.token).json()["api_tokens"] == []


def test_a_token_ends_when_its_time_is_over(call, service, member, tokens_path, api_token, base):
    secret = api_token()
    base_token = call("GET", EXCHANGE, secret).json()["access_token"]
    assert call("GET", VERIFY, base_token).json()["active"] is True
    past = call("PUT", tokens_path + "app/", member.token, data={"expires_at": "2026-01-01"})
    assert past.status_code == 400 and "expires_at" in past.json()["error_msg"]
    service.psql("update api_token set expires_at = now() - interval '1 second' where app_name = 'app'")
    over = call("PUT", tokens_path + "app/", member.token, data={"note": "over"}).json()
    assert over["is_expired"] is True
    says(call("GET", EXCHANGE, secret), 403, "The API token has expired.")
    assert call("GET", VERIFY, base_token).status_code == 403
    assert call("POST", VERIFY, member.token, json={"token": base_token}).json() == {"active": False}
    says(call("POST", ROTATE, secret), 403, "The API token has expired.")
    assert call("PUT", tokens_path + "app/", member.token, data={"expire_days": "1"}).json()["is_expired"] is False
    assert call("GET", EXCHANGE, secret).status_code == 200


def test_a_token_works_from_its_networks_alone(call, member, tokens_path, api_token):
    secret = api_token()
    networks = lambda *texts: call("PUT", tokens_path + "app/", member.token, json={"allowed_networks": texts})
    assert networks("192.0.2.0/24", "::1").status_code == 200
    says(call("GET", EXCHANGE, secret), 403, "The API token may not be used from this address: see its allowed_networks.")
    # A client's own claims have no effect.
    headers = {"X-Forwarded-For": "192.0.2.1", "Forwarded": "for=192.0.2.1", "X-Real-IP": "192.0.2.1"}
    assert call("GET", EXCHANGE, secret, headers=headers).status_code == 403
    assert networks("192.0.2.0/24", "127.0.0.0/8").status_code == 200
    assert call("GET", EXCHANGE, secret).status_code == 200
    assert networks().json()["allowed_networks"] == []
    assert call("GET", EXCHANGE, secret).status_code == 200


def test_a_token_s_own_limit_is_counted(call, member, tokens_path, api_token):
    secret, other = api_token(), api_token(app_name="other")
    assert call("PUT", tokens_path + "app/", member.token, json={"rate_limit": 3}).json()["rate_limit"] == 3
    answers = [call("GET", EXCHANGE, secret) for _ in range(5)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
    assert [one.headers["X-RateLimit-Remaining"] for one in answers] == ["2", "1", "0", "0", "0"]
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 20
    assert answers[3].headers["RateLimit"].startswith('"token";r=0;t=')
    assert call("GET", EXCHANGE, other).status_code == 200


# MARK: Rotation


def test_a_person_rotates_a_token(call, member, tokens_path, api_token):
    first = api_token()
    minted = call("GET", EXCHANGE, first).json()["access_token"]
    rotated = call("POST", tokens_path + "app/rotate/", member.token, data={"grace": "1h"})
    assert rotated.status_code == 200, rotated.text
    second = rotated.json()["api_token"]
    assert second != first and len(second) == 40 and rotated.json()["rotated_at"]
    # Both work for the grace period, and so do the base tokens of both.
    for secret in (first, second):
        assert call("GET", EXCHANGE, secret).status_code == 200
    assert call("GET", VERIFY, minted).status_code == 200
    listed = call("GET", tokens_path, member.token).json()["api_tokens"]
    assert [one["api_token"] for one in listed] == [second[:4] + "*" * 36]
    # Without grace all old secrets end at once, even those that had some time left.
    third = call("POST", tokens_path + "app/rotate/", member.token, json={"grace": "0"}).json()["api_token"]
    assert [call("GET", EXCHANGE, one).status_code for one in (first, second, third)] == [403, 403, 200]
    assert call("DELETE", tokens_path + "app/", member.token).status_code == 200
    assert [call("GET", EXCHANGE, one).status_code for one in (first, second, third)] == [403, 403, 403]
    assert call("GET", VERIFY, minted).status_code == 403
    missing = call("POST", tokens_path + "app/rotate/", member.token)
    says(missing, 404, "api token app not found.")


@pytest.mark.parametrize("encoding", ["form", "multipart", "json"])
def test_a_program_rotates_its_own_token(call, api_token, encoding):
    first = api_token()
    rotated = call("POST", ROTATE, first, **encoded(encoding, grace="2d"))
    assert rotated.status_code == 200, rotated.text
    second = rotated.json()["api_token"]
    assert rotated.json()["app_name"] == "app" and second != first
    # The old secret works, but cannot rotate the token.
    assert call("GET", EXCHANGE, first).status_code == 200
    says(call("POST", ROTATE, first), 403, "This secret has been replaced: use the new one.")
    # Without grace, the program could not ask again if the answer were lost.
    says(call("POST", ROTATE, second, **encoded(encoding, grace="0")), 400, "grace invalid: it must be at least a minute, so that you can try again.")
    assert call("GET", EXCHANGE, second).status_code == 200


@pytest.mark.parametrize("grace", ["31d", "30s", "-1h", "1", "x", "00"])
def test_a_grace_that_cannot_be_is_refused(call, member, tokens_path, api_token, grace):
    secret = api_token()
    says(call("POST", tokens_path + "app/rotate/", member.token, data={"grace": grace}), 400, "grace invalid.")
    says(call("POST", ROTATE, secret, data={"grace": grace}), 400, "grace invalid.")
    assert call("GET", EXCHANGE, secret).status_code == 200


def test_of_many_rotations_at_a_time_by_the_program_one_counts(service, call, api_token):
    secret = api_token()
    answers = at_once(lambda _: call("POST", ROTATE, secret), range(8))
    assert collections.Counter(one.status_code for one in answers) == {200: 1, 403: 7}
    new = next(one.json()["api_token"] for one in answers if one.ok)
    assert call("GET", EXCHANGE, new).status_code == 200


def test_a_team_admin_rotates_what_they_may_use(service, call, team):
    base = team.base()
    tokens = f"dtables/{base['uuid']}/api-tokens/"
    first = team.call("POST", tokens, data={"app_name": "a b", "permission": "rw"}).json()["api_token"]
    rotated = team.call("POST", tokens + "a%20b/rotate/", json={"grace": "0"})
    assert rotated.status_code == 200, rotated.text
    second = rotated.json()["api_token"]
    assert [call("GET", EXCHANGE, one).status_code for one in (first, second)] == [403, 200]
    says(team.call("POST", tokens + "c/rotate/"), 404, "api token c not found.")

    # Not for a base that the admin cannot open.
    person = team.person("Mia", with_workspace="true")
    theirs = person.base("Mine")
    made = person.call("POST", place(theirs, "api-tokens/"), data={"app_name": "mine", "permission": "r"})
    assert made.status_code == 201, made.text
    assert team.call("POST", f"dtables/{theirs['uuid']}/api-tokens/mine/rotate/").status_code == 403
    log = team.call("GET", "admin-logs/?operation=api_token_rotate").json()["logs"]
    assert [one["detail"]["name"] for one in log] == ["a b"]
    assert first not in json.dumps(log) and second not in json.dumps(log)


# MARK: Use


def test_no_use_is_lost_at_an_orderly_stop(own):
    member = demo_member(own)
    tokens = place(member.base("Mine"), "api-tokens/")

    def made(name):
        return member.call("POST", tokens, data={"app_name": name, "permission": "r"}).json()["api_token"]

    used, unused = made("used"), made("unused")

    def use(number):
        for _ in range(25):
            assert exchange(own, used, headers={"User-Agent": f"report/{number}"}).status_code == 200

    rounds = 3
    for number in range(rounds):
        at_once(use, [number] * 8)
        assert own.stop() == 0
        own.start()
        listed = {one["app_name"]: one for one in member.get(tokens)["api_tokens"]}
        assert listed["used"]["use_count"] == 200 * (number + 1)
        assert listed["used"]["last_client"] == f"report/{number}" and listed["used"]["used"] is True
        assert listed["used"]["last_addresses"] == ["127.0.0.1"]
        assert listed["used"]["last_access"] >= listed["used"]["generated_at"]
        assert listed["unused"]["use_count"] == 0 and listed["unused"]["used"] is False
    assert own.stop() == 0
    own.start()
    current = next(one for one in member.get(TOKENS)["account_tokens"] if one["is_current"])
    assert current["last_client"].startswith("python-requests/") and current["last_address"] == "127.0.0.1"
    assert current["last_access"] >= current["created_at"]


# MARK: Policies


@pytest.fixture
def writer(team):
    """Makes API tokens for a base, as a member of the team."""
    person = team.person("Mia", with_workspace="true")
    tokens = place(person.base("Mine"), "api-tokens/")

    def make(app_name, permission="r", **fields):
        return person.call("POST", tokens, json={"app_name": app_name, "permission": permission, **fields})

    make.person, make.tokens = person, tokens
    return make


def test_a_team_s_policy_holds_for_what_is_made_and_changed(call, team, writer):
    assert team.call("GET", "token-policy/").json() == {
        "require_expiry": False, "max_token_days": None, "max_base_token_minutes": None, "forbid_member_rw": False,
        "end_reused_tokens": False, "max_account_token_days": None, "max_account_token_idle_minutes": None,
        "confirm_email_change": False}
    for name, permission in (("for ever", "r"), ("writes", "rw")):
        assert writer(name, permission, **({"expire_days": 5} if name == "writes" else {})).status_code == 201

    # What would break a policy, before it is turned on.
    violations = lambda query="": [
        (one["token"]["app_name"], one["violation"])
        for one in team.call("GET", "token-policy/violations/" + query).json()["violations"]]
    assert violations() == []
    assert violations("?require_expiry=true") == [("for ever", "token_expiry_required")]
    assert violations("?max_token_days=4&forbid_member_rw=true") == [
        ("for ever", "token_expiry_required"), ("writes", "token_lifetime_too_long")]
    assert violations("?forbid_member_rw=1") == [("writes", "token_rw_forbidden")]
    counted = team.call("GET", "token-policy/violations/?max_token_days=4&per_page=1").json()
    assert counted["total_count"] == 2 and len(counted["violations"]) == 1

    policy = team.call("PUT", "token-policy/", data={
        "require_expiry": "true", "max_token_days": 30, "forbid_member_rw": "true", "max_base_token_minutes": 10})
    assert policy.status_code == 200 and policy.json()["max_base_token_minutes"] == 10
    assert violations() == [("for ever", "token_expiry_required"), ("writes", "token_rw_forbidden")]
    # A member is told beforehand.
    told = writer.person.call("GET", f"/api/v2.1/organizations/{team.id}/token-policy/").json()
    assert (told["permissions"], told["require_expiry"], told["max_token_days"]) == (["r"], True, 30)
    says(writer("a"), 400, "The team's policy requires every API token to expire: set expire_days or expires_at.")
    says(writer("a", expire_days=31), 400, "The team's policy requires API tokens to expire earlier.")
    says(writer("a", expires_at="2999-01-01"), 400, "The team's policy requires API tokens to expire earlier.")
    says(writer("a", "rw", expire_days=3), 403, "The team's policy lets only admins create API tokens that write.")
    made = writer("a", expire_days=30)
    assert made.status_code == 201
    grant = call("GET", EXCHANGE, made.json()["api_token"], params={"exp": "1h"}).json()["access_token"]
    payload = json.loads(base64.urlsafe_b64decode(grant.split(".")[1] + "=="))
    assert payload["exp"] - time.time() <= 600

    def change(**fields):
        return writer.person.call("PUT", writer.tokens + "a/", json=fields)

    assert change(expire_days=0).status_code == 400
    assert change(expire_days=60).status_code == 400
    assert change(permission="rw").status_code == 403
    assert change(note="still mine").status_code == 200
    # Admins may create tokens that write, of the same lifetime.
    base = team.base()
    tokens = f"dtables/{base['uuid']}/api-tokens/"
    assert team.call("POST", tokens, data={"app_name": "b", "permission": "rw"}).status_code == 400
    assert team.call("POST", tokens, data={"app_name": "b", "permission": "rw", "expire_days": 9}).status_code == 201

    # 0 removes a limit; what is left out stays the same.
    loose = team.call("PUT", "token-policy/", json={"max_token_days": 0, "require_expiry": False})
    assert loose.json() == {
        "require_expiry": False, "max_token_days": None, "max_base_token_minutes": 10, "forbid_member_rw": True,
        "end_reused_tokens": False, "max_account_token_days": None, "max_account_token_idle_minutes": None,
        "confirm_email_change": False}
    assert writer("c").status_code == 201
    for fields in ({"max_token_days": 36501}, {"max_base_token_minutes": 4321}, {"require_expiry": "perhaps"}):
        says(team.call("PUT", "token-policy/", json=fields), 400, f"{next(iter(fields))} invalid.")
    policy = team.path + "token-policy/"
    assert writer.person.call("GET", policy).status_code == 403
    assert writer.person.call("PUT", policy, json={}).status_code == 403


@pytest.mark.parametrize("ends", [False, True])
def test_a_rotated_secret_that_is_shown_later_is_noted(call, team, writer, ends):
    team.call("PUT", "token-policy/", json={"end_reused_tokens": ends})
    first = writer("app").json()["api_token"]
    second = writer.person.call("POST", writer.tokens + "app/rotate/", json={"grace": "0"}).json()["api_token"]
    assert call("GET", EXCHANGE, second).status_code == 200
    for _ in range(3):
        says(call("GET", EXCHANGE, first), 403, "Permission denied.")
    assert call("GET", EXCHANGE, second).status_code == (403 if ends else 200)
    log = team.call("GET", "admin-logs/?operation=api_token_reuse").json()["logs"]
    assert [(one["detail"]["name"], one["detail"]["generation"]) for one in log] == [("app", 1)]
