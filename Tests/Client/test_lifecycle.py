"""How tokens live and end: terms, rotation, use, policies; account tokens, second factors, passwords; answers once."""

import base64
import collections
import hmac
import json
import os
import random
import signal
import socket
import struct
import threading
import time
import urllib.parse
import uuid

import pytest
import requests
from seatable_api import Account

from support.service import PATIENCE, ROOT, Service, wait_until
from support.team import PASSWORD, Team, token

EXCHANGE = "/api/v2.1/dtable/app-access-token/"
VERIFY = "/api/v2.1/base-tokens/verify/"
ROTATE = "/api/v2.1/dtable/app-api-token/rotate/"
TOKENS = "/api/v2.1/user/account-tokens/"
FACTOR = "/api/v2.1/user/two-factor-auth/"
PING = "/api2/auth/ping/"


def encoded(encoding, **values):
    """Fields in one of the three encodings; a list is an array in JSON, and repeated in the others."""
    if encoding == "json":
        return {"json": values}
    pairs = [(name, one) for name, value in values.items() for one in (value if isinstance(value, list) else [value])]
    if encoding == "multipart":
        return {"files": [(name, (None, str(value))) for name, value in pairs]}
    return {"data": [(name, str(value)) for name, value in pairs]}


def says(answer, status, text):
    assert (answer.status_code, answer.json()) == (status, {"error_msg": text})


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
    # What was not said stays.
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
    says(call("GET", EXCHANGE, secret), 403, "The API token may not be used from this address.")
    # What a client says of itself counts for nothing.
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
    # Without grace all of before end at once, also those that would have had some time left.
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
    # The former secret works, and cannot make another one.
    assert call("GET", EXCHANGE, first).status_code == 200
    says(call("POST", ROTATE, first), 403, "This secret was rotated: use its successor.")
    # Without a grace it could not ask again for an answer that was lost.
    says(call("POST", ROTATE, second, **encoded(encoding, grace="0")), 400, "grace invalid: a minute at least, to ask again.")
    assert call("GET", EXCHANGE, second).status_code == 200


@pytest.mark.parametrize("grace", ["31d", "30s", "-1h", "1", "x", "00"])
def test_a_grace_that_cannot_be_is_refused(call, member, tokens_path, api_token, grace):
    secret = api_token()
    says(call("POST", tokens_path + "app/rotate/", member.token, data={"grace": grace}), 400, "grace invalid.")
    says(call("POST", ROTATE, secret, data={"grace": grace}), 400, "grace invalid.")
    assert call("GET", EXCHANGE, secret).status_code == 200


def test_of_many_rotations_at_a_time_by_the_program_one_counts(service, call, api_token):
    secret = api_token()
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(call("POST", ROTATE, secret))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert collections.Counter(one.status_code for one in answers) == {200: 1, 403: 7}
    new = next(one.json()["api_token"] for one in answers if one.ok)
    assert call("GET", EXCHANGE, new).status_code == 200


def test_a_team_admin_rotates_what_he_may_use(service, call, team):
    base = team.base()
    tokens = f"dtables/{base['uuid']}/api-tokens/"
    first = team.call("POST", tokens, data={"app_name": "a b", "permission": "rw"}).json()["api_token"]
    rotated = team.call("POST", tokens + "a%20b/rotate/", json={"grace": "0"})
    assert rotated.status_code == 200, rotated.text
    second = rotated.json()["api_token"]
    assert [call("GET", EXCHANGE, one).status_code for one in (first, second)] == [403, 200]
    says(team.call("POST", tokens + "c/rotate/"), 404, "api token c not found.")

    # Not for a base that he cannot open.
    own = {"Authorization": f"Token {token(service, team.add(with_workspace='true')['contact_email'], PASSWORD)}"}
    theirs = requests.post(
        service.url + "/api/v2.1/dtables/", headers=own, data={"name": "Mine"}, timeout=30).json()["table"]
    place = f"/api/v2.1/workspace/{theirs['workspace_id']}/dtable/Mine/api-tokens/"
    requests.post(service.url + place, headers=own, data={"app_name": "mine", "permission": "r"}, timeout=30)
    assert team.call("POST", f"dtables/{theirs['uuid']}/api-tokens/mine/rotate/").status_code == 403
    log = team.call("GET", "admin-logs/?operation=api_token_rotate").json()["logs"]
    assert [one["detail"]["name"] for one in log] == ["a b"]
    assert first not in json.dumps(log) and second not in json.dumps(log)


# MARK: Use


@pytest.fixture
def own():
    """A service of the test's own, with its member's account token."""
    service = Service()
    service.seeded = service.seed()["demo"]
    service.start()
    person = service.seeded["member"]
    service.account = token(service, person["email"], person["password"])
    service.headers = {"Authorization": f"Token {service.account}"}
    yield service
    if service.process.poll() is None:
        assert service.stop() == 0
    if service.postmaster:
        os.kill(service.postmaster, signal.SIGQUIT)
        wait_until(lambda: service.postmaster is None)
    service.delete()


def test_no_use_is_lost_at_an_orderly_stop(own):
    base = requests.post(
        own.url + "/api/v2.1/dtables/", headers=own.headers, data={"name": "Mine"}, timeout=30).json()["table"]
    place = f"{own.url}/api/v2.1/workspace/{base['workspace_id']}/dtable/Mine/api-tokens/"

    def made(name):
        fields = {"app_name": name, "permission": "r"}
        return requests.post(place, headers=own.headers, data=fields, timeout=30).json()["api_token"]

    used, unused = made("used"), made("unused")

    def use(number):
        headers = {"Authorization": f"Token {used}", "User-Agent": f"report/{number}"}
        for _ in range(25):
            assert requests.get(own.url + EXCHANGE, headers=headers, timeout=30).status_code == 200

    rounds = 3
    for number in range(rounds):
        threads = [threading.Thread(target=use, args=(number,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert own.stop() == 0
        own.start()
        listed = {
            one["app_name"]: one
            for one in requests.get(place, headers=own.headers, timeout=30).json()["api_tokens"]}
        assert listed["used"]["use_count"] == 200 * (number + 1)
        assert listed["used"]["last_client"] == f"report/{number}" and listed["used"]["used"] is True
        assert listed["used"]["last_addresses"] == ["127.0.0.1"]
        assert listed["used"]["last_access"] >= listed["used"]["generated_at"]
        assert listed["unused"]["use_count"] == 0 and listed["unused"]["used"] is False
    assert own.stop() == 0
    own.start()
    tokens = requests.get(own.url + TOKENS, headers=own.headers, timeout=30).json()["account_tokens"]
    current = next(one for one in tokens if one["is_current"])
    assert current["last_client"].startswith("python-requests/") and current["last_address"] == "127.0.0.1"
    assert current["last_access"] >= current["created_at"]


# MARK: Policies


@pytest.fixture
def writer(service, team):
    """A member of the team with a base: makes API tokens for it."""
    made = team.add(with_workspace="true")
    headers = {"Authorization": f"Token {token(service, made['contact_email'], PASSWORD)}"}
    base = requests.post(
        service.url + "/api/v2.1/dtables/", headers=headers, data={"name": "Mine"}, timeout=30).json()["table"]
    place = f"{service.url}/api/v2.1/workspace/{base['workspace_id']}/dtable/Mine/api-tokens/"

    def make(app_name, permission="r", **fields):
        fields = {"app_name": app_name, "permission": permission, **fields}
        return requests.post(place, headers=headers, json=fields, timeout=30)

    make.headers, make.place, make.base = headers, place, base
    return make


def test_a_team_s_policy_holds_for_what_is_made_and_changed(service, call, team, writer):
    assert team.call("GET", "token-policy/").json() == {
        "require_expiry": False, "max_token_days": None, "max_base_token_minutes": None, "forbid_member_rw": False,
        "end_reused_tokens": False}
    for name, permission in (("for ever", "r"), ("writes", "rw")):
        assert writer(name, permission, **({"expire_days": 5} if name == "writes" else {})).status_code == 201

    # What a policy would break, before it is turned on.
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
    says(writer("a"), 400, "The team's policy wants every API token to expire: set expire_days or expires_at.")
    says(writer("a", expire_days=31), 400, "The team's policy wants API tokens to expire earlier.")
    says(writer("a", expires_at="2999-01-01"), 400, "The team's policy wants API tokens to expire earlier.")
    says(writer("a", "rw", expire_days=3), 403, "The team's policy lets its admins alone make API tokens that write.")
    made = writer("a", expire_days=30)
    assert made.status_code == 201
    grant = call("GET", EXCHANGE, made.json()["api_token"], params={"exp": "1h"}).json()["access_token"]
    payload = json.loads(base64.urlsafe_b64decode(grant.split(".")[1] + "=="))
    assert payload["exp"] - time.time() <= 600

    def change(**fields):
        return requests.put(writer.place + "a/", headers=writer.headers, json=fields, timeout=30)

    assert change(expire_days=0).status_code == 400
    assert change(expire_days=60).status_code == 400
    assert change(permission="rw").status_code == 403
    assert change(note="still mine").status_code == 200
    # Admins may make some that write, for as long.
    base = team.base()
    tokens = f"dtables/{base['uuid']}/api-tokens/"
    assert team.call("POST", tokens, data={"app_name": "b", "permission": "rw"}).status_code == 400
    assert team.call("POST", tokens, data={"app_name": "b", "permission": "rw", "expire_days": 9}).status_code == 201

    # Zero takes a limit away; what is not said stays.
    loose = team.call("PUT", "token-policy/", json={"max_token_days": 0, "require_expiry": False})
    assert loose.json() == {
        "require_expiry": False, "max_token_days": None, "max_base_token_minutes": 10, "forbid_member_rw": True,
        "end_reused_tokens": False}
    assert writer("c").status_code == 201
    for fields in ({"max_token_days": 36501}, {"max_base_token_minutes": 4321}, {"require_expiry": "perhaps"}):
        says(team.call("PUT", "token-policy/", json=fields), 400, f"{next(iter(fields))} invalid.")
    policy = service.url + team.path + "token-policy/"
    assert requests.get(policy, headers=writer.headers, timeout=30).status_code == 403
    assert requests.put(policy, headers=writer.headers, json={}, timeout=30).status_code == 403


@pytest.mark.parametrize("ends", [False, True])
def test_a_rotated_secret_that_is_shown_later_is_noted(call, team, writer, ends):
    team.call("PUT", "token-policy/", json={"end_reused_tokens": ends})
    first = writer("app").json()["api_token"]
    second = requests.post(
        writer.place + "app/rotate/", headers=writer.headers, json={"grace": "0"}, timeout=30).json()["api_token"]
    assert call("GET", EXCHANGE, second).status_code == 200
    for _ in range(3):
        says(call("GET", EXCHANGE, first), 403, "Permission denied.")
    assert call("GET", EXCHANGE, second).status_code == (403 if ends else 200)
    log = team.call("GET", "admin-logs/?operation=api_token_reuse").json()["logs"]
    assert [(one["detail"]["name"], one["detail"]["generation"]) for one in log] == [("app", 1)]


# MARK: Account tokens


def test_account_tokens_are_named_listed_and_ended(service, call, team, address):
    person = team.add()
    first = requests.post(service.url + "/api2/auth-token/", timeout=30, data={
        "username": person["contact_email"], "password": PASSWORD, "name": "Laptop", "expire_days": 7}).json()["token"]
    made = call("POST", TOKENS, first, json={"name": "Script", "expire_days": 1})
    assert made.status_code == 201, made.text
    second, third = made.json()["token"], call("POST", TOKENS, first, data={}).json()["token"]
    listed = call("GET", TOKENS, first).json()["account_tokens"]
    assert [(one["name"], one["is_current"]) for one in listed] == [("Laptop", True), ("Script", False), ("", False)]
    assert [one["expires_at"] is None for one in listed] == [False, False, True]
    assert all("token" not in one for one in listed) and second not in json.dumps(listed)

    stranger = token(service, team.add()["contact_email"], PASSWORD)
    number = listed[1]["id"]
    says(call("DELETE", f"{TOKENS}{number}/", stranger), 404, f"account token {number} not found.")
    assert call("GET", PING, second).status_code == 200
    assert call("DELETE", f"{TOKENS}{number}/", first).json() == {"success": True}
    assert call("GET", PING, second).status_code == 401
    says(call("DELETE", f"{TOKENS}{number}/", first), 404, f"account token {number} not found.")
    service.psql(f"update account_token set expires_at = now() where id = {listed[2]['id']}")
    assert call("GET", PING, third).status_code == 401
    assert [one["name"] for one in call("GET", TOKENS, first).json()["account_tokens"]] == ["Laptop"]

    others = [call("POST", TOKENS, first, json={"name": f"{n}"}).json()["token"] for n in range(3)]
    assert call("DELETE", TOKENS, others[0]).json() == {"success": True}
    assert [call("GET", PING, one).status_code for one in (first, *others)] == [401, 200, 401, 401]
    assert call("GET", PING, stranger).status_code == 200
    says(call("POST", TOKENS, others[0], json={"expire_days": 0}), 400, "expire_days invalid.")


# MARK: Second factors


def step():
    """The step of this moment, of which some seconds are left."""
    left = 30 - time.time() % 30
    if left < 8:
        time.sleep(left)
    return int(time.time()) // 30


def code(secret, step):
    """RFC 6238, as a telephone makes it."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    number = struct.unpack_from(">I", digest, digest[19] & 15)[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def sign_in(service, person, password=PASSWORD, otp=None, **fields):
    return requests.post(
        service.url + "/api2/auth-token/", data={"username": person["contact_email"], "password": password, **fields},
        headers={"X-SEAFILE-OTP": otp} if otp is not None else {}, timeout=30)


def test_a_second_factor_from_its_beginning_to_its_end(service, call, team):
    person = team.add()
    first = sign_in(service, person).json()["token"]
    assert call("GET", FACTOR, first).json() == {"enabled": False, "required": False, "recovery_codes_left": 0}
    says(call("PUT", FACTOR, first, data={"code": "123456"}), 400,
         "There is no second factor to confirm: begin with a POST.")
    replaced = call("POST", FACTOR, first).json()["secret"]
    begun = call("POST", FACTOR, first).json()
    secret = begun["secret"]
    assert secret != replaced and len(base64.b32decode(secret)) == 20
    url = urllib.parse.urlsplit(begun["otpauth_url"])
    assert (url.scheme, url.netloc) == ("otpauth", "totp")
    assert urllib.parse.parse_qs(url.query) == {"secret": [secret], "issuer": ["Basekeeper"]}
    assert urllib.parse.unquote(url.path) == "/Basekeeper:" + person["contact_email"]
    # It is not asked for until it is confirmed.
    assert sign_in(service, person).status_code == 200
    now = step()
    says(call("PUT", FACTOR, first, data={"code": code(replaced, now)}), 400, "code invalid.")
    confirmed = call("PUT", FACTOR, first, data={"code": code(secret, now - 1)})
    assert confirmed.status_code == 200, confirmed.text
    recovery = confirmed.json()["recovery_codes"]
    assert len(set(recovery)) == 10
    assert call("GET", FACTOR, first).json() == {"enabled": True, "required": False, "recovery_codes_left": 10}
    assert call("POST", FACTOR, first).status_code == 400

    missing = sign_in(service, person)
    assert (missing.status_code, missing.json()) == (
        400, {"non_field_errors": ["Two factor auth token is missing."]})
    assert missing.headers["X-SEAFILE-OTP"] == "required"
    # Nothing of it shows without the password.
    wrong = sign_in(service, person, "a wrong password", code(secret, now))
    assert wrong.json() == {"non_field_errors": ["Unable to login with provided credentials."]}
    assert "X-SEAFILE-OTP" not in wrong.headers
    now = step()
    taken = sign_in(service, person, otp=code(secret, now))
    assert taken.status_code == 200, taken.text
    assert call("GET", PING, taken.json()["token"]).status_code == 200
    # None is taken twice, and none of before the last.
    for old in (now, now - 1):
        answer = sign_in(service, person, otp=code(secret, old))
        assert (answer.status_code, answer.json()) == (
            400, {"non_field_errors": ["Two factor auth token is invalid."]})
    assert sign_in(service, person, otp=recovery[0]).status_code == 200
    assert sign_in(service, person, otp=recovery[0]).status_code == 400
    assert sign_in(service, person, otp=recovery[1]).status_code == 200
    assert call("GET", FACTOR, first).json()["recovery_codes_left"] == 8

    with pytest.raises(ConnectionError) as error:
        Account(person["contact_email"], PASSWORD, service.url).auth()
    assert error.value.args[0] == 400 and "Two factor auth token is missing" in error.value.args[1]

    says(call("DELETE", FACTOR, first, json={"password": "a wrong password"}), 400, "The password is wrong.")
    assert call("DELETE", FACTOR, first, json={"password": PASSWORD}).json() == {"success": True}
    assert sign_in(service, person).status_code == 200
    log = team.call("GET", "admin-logs/?operation=user_update").json()["logs"]
    assert [one["after"] for one in log if "has_2fa" in one["after"]] == [{"has_2fa": False}, {"has_2fa": True}]


def test_whoever_must_have_a_second_factor_does_nothing_before(service, call, team):
    person = team.add()
    account = sign_in(service, person).json()["token"]
    duty = f"users/{person['email']}/two-factor-auth/"
    assert team.call("PUT", duty, json={"force_2fa": True}).status_code == 200
    for path in ("/api2/account/info/", "/api/v2.1/workspaces/", TOKENS):
        says(call("GET", path, account), 403,
             "Two-factor authentication is required: enrol a second factor at /api/v2.1/user/two-factor-auth/ first.")
    assert call("POST", TOKENS, account).status_code == 403
    assert call("GET", FACTOR, account).json()["required"] is True
    secret = call("POST", FACTOR, account).json()["secret"]
    assert call("PUT", FACTOR, account, json={"code": code(secret, step())}).status_code == 200
    assert call("GET", "/api2/account/info/", account).status_code == 200
    # An admin takes it away from who has lost his telephone; the duty goes, too.
    assert team.call("DELETE", duty).status_code == 200
    assert sign_in(service, person).status_code == 200


def test_of_many_logins_with_one_code_one_succeeds(service, call, team):
    person = team.add()
    account = sign_in(service, person).json()["token"]
    secret = call("POST", FACTOR, account).json()["secret"]
    now = step()
    recovery = call("PUT", FACTOR, account, json={"code": code(secret, now - 1)}).json()["recovery_codes"]
    for one in (code(secret, now), recovery[0]):
        answers = []
        threads = [
            threading.Thread(target=lambda: answers.append(sign_in(service, person, otp=one).status_code))
            for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200, 400, 400, 400]


# MARK: Passwords


def test_a_person_changes_his_password(service, call, team):
    person = team.add()
    first, second = (sign_in(service, person).json()["token"] for _ in range(2))
    path, new = "/api/v2.1/user/password/", "another password, longer"
    change = lambda old, password: call("PUT", path, first, data={"old_password": old, "new_password": password})
    says(change("a wrong password", new), 400, "The password is wrong.")
    says(call("PUT", path, first, data={"new_password": new}), 400, "old_password invalid.")
    says(call("PUT", path, first, data={"old_password": PASSWORD}), 400, "new_password invalid.")
    assert call("GET", PING, second).status_code == 200
    assert change(PASSWORD, new).json() == {"success": True}
    assert [call("GET", PING, one).status_code for one in (first, second)] == [200, 401]
    assert sign_in(service, person).status_code == 400
    assert sign_in(service, person, new).status_code == 200
    assert new not in team.call("GET", "admin-logs/").text


def test_a_password_is_not_one_that_many_would_guess(service, call, team):
    person = team.add("Margarethe")
    account = sign_in(service, person).json()["token"]
    commonest = [one for one in (ROOT / "Sources/Assets/passwords.txt").read_text().splitlines() if len(one) >= 8]
    guessed = [commonest[0], commonest[len(commonest) // 2], commonest[-1].upper(), person["contact_email"].upper(),
               "mARGARETHE"]
    for password, reason in [
        ("1234567", "8 characters at least."), ("äöüäöüä", "8 characters at least."),
        *((one, "many people would guess it. Choose another one.") for one in guessed),
    ]:
        answer = call("PUT", "/api/v2.1/user/password/", account,
                      json={"old_password": PASSWORD, "new_password": password})
        says(answer, 400, f"new_password invalid: {reason}")
    for password in ("ä" * 513, "x" * 1025, ""):
        answer = call("PUT", "/api/v2.1/user/password/", account,
                      json={"old_password": PASSWORD, "new_password": password})
        says(answer, 400, "new_password invalid.")
    # The same for those that admins set.
    for password in ("1234567", guessed[0]):
        answer = team.call("POST", "users/", data={"email": f"x{uuid.uuid4().hex}@example.com", "password": password})
        assert answer.status_code == 400 and answer.json()["error_msg"].startswith("password invalid"), answer.text
    assert sign_in(service, person).status_code == 200
    for old, new in ((PASSWORD, "äöüäöüäö"), ("äöüäöüäö", " " * 3 + "x" * 1021)):
        answer = call("PUT", "/api/v2.1/user/password/", account, json={"old_password": old, "new_password": new})
        assert answer.status_code == 200, answer.text


# MARK: Answers that are given once


def test_a_request_that_is_sent_again_is_answered_again(call, member, admin, tokens_path):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    fields = {"app_name": "once", "permission": "rw"}
    first = call("POST", tokens_path, member.token, headers=key, json=fields)
    again = call("POST", tokens_path, member.token, headers=key, json=fields)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert "Idempotency-Replayed" not in first.headers and again.headers["Idempotency-Replayed"] == "true"
    assert call("GET", EXCHANGE, again.json()["api_token"]).status_code == 200
    other = call("POST", tokens_path, member.token, headers=key, json={**fields, "permission": "r"})
    says(other, 422, "This Idempotency-Key was sent with another request before.")
    assert call("POST", "/api/v2.1/dtables/", member.token, headers=key, json={"name": "x"}).status_code == 422
    # A person's keys are his own.
    assert call("POST", TOKENS, admin.token, headers=key).status_code == 201
    without = call("POST", tokens_path, member.token, json=fields)
    says(without, 400, "app_name already exists.")
    for bad in ("short", "x" * 256, "with a blank inside"):
        assert call("POST", TOKENS, member.token, headers={"Idempotency-Key": bad}).status_code == 400
    # What was refused may be asked for again.
    key = {"Idempotency-Key": str(uuid.uuid4())}
    says(call("POST", tokens_path, member.token, headers=key, json=fields), 400, "app_name already exists.")
    assert call("DELETE", tokens_path + "once/", member.token).status_code == 200
    assert call("POST", tokens_path, member.token, headers=key, json=fields).status_code == 201
    assert len(call("GET", tokens_path, member.token).json()["api_tokens"]) == 1


def test_a_program_that_has_lost_the_answer_to_its_rotation_gets_it_again(call, api_token):
    secret, key = api_token(), {"Idempotency-Key": str(uuid.uuid4())}
    first = call("POST", ROTATE, secret, headers=key, json={"grace": "1h"})
    again = call("POST", ROTATE, secret, headers=key, json={"grace": "1h"})
    assert first.status_code == again.status_code == 200 and first.json() == again.json()
    assert call("GET", EXCHANGE, again.json()["api_token"]).status_code == 200


def test_of_many_requests_with_one_key_one_is_done(call, member, tokens_path):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    answers = []

    def send():
        while True:
            answer = call("POST", tokens_path, member.token, headers=key, data={"app_name": "a", "permission": "r"})
            if answer.status_code != 409:
                answers.append(answer)
                return
            assert int(answer.headers["Retry-After"]) >= 1

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["api_token"] for one in answers}) == 1
    assert sum("Idempotency-Replayed" not in one.headers for one in answers) == 1


def test_a_service_that_is_killed_makes_a_token_once(own):
    base = requests.post(
        own.url + "/api/v2.1/dtables/", headers=own.headers, data={"name": "Mine"}, timeout=30).json()["table"]
    path = f"/api/v2.1/workspace/{base['workspace_id']}/dtable/Mine/api-tokens/"
    # When it is killed is found out: about when a token has been made, and before, and after.
    longest, outcomes = 0.01, collections.Counter()
    while len(outcomes) < 2 or "not done" not in outcomes or outcomes.total() < 20:
        number = outcomes.total()
        assert number < 100, f"it was killed always before, or always after: {outcomes}"
        body = json.dumps({"app_name": f"token {number}", "permission": "rw"}).encode()
        key = str(uuid.uuid4())
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token {own.account}\r\n"
            f"Content-Type: application/json\r\nIdempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n")
        with socket.create_connection(("127.0.0.1", own.port)) as connection:
            connection.settimeout(PATIENCE)
            connection.sendall(head.encode() + body)
            time.sleep(random.uniform(longest / 4, longest))
            own.process.kill()
            own.process.wait()
            try:
                is_answered = connection.recv(65536).startswith(b"HTTP/1.1 201")
            except ConnectionError:
                is_answered = False
        own.start()
        answer = None
        end = time.monotonic() + PATIENCE
        while answer is None or answer.status_code != 201:
            assert time.monotonic() < end, answer.text
            assert answer is None or answer.status_code in (409, 503), answer.text
            answer = requests.post(
                own.url + path, headers={**own.headers, "Idempotency-Key": key, "Content-Type": "application/json"},
                data=body, timeout=30)
        is_replayed = "Idempotency-Replayed" in answer.headers
        assert is_replayed or not is_answered
        outcome = "answered" if is_answered else "done, not answered" if is_replayed else "not done"
        outcomes[outcome] += 1
        longest *= {"answered": 0.7, "done, not answered": 1, "not done": 1.4}[outcome]
        found = requests.get(
            own.url + EXCHANGE, headers={"Authorization": f"Token {answer.json()['api_token']}"}, timeout=30)
        assert found.status_code == 200 and found.json()["app_name"] == f"token {number}"
        listed = requests.get(own.url + path, headers=own.headers, timeout=30).json()["api_tokens"]
        assert [one["app_name"] for one in listed] == [f"token {n}" for n in range(number + 1)]
    print(dict(outcomes))
