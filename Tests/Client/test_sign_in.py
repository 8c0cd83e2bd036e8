"""How people sign in and stay signed in: account tokens, second factors, passwords."""

import base64
import json
import urllib.parse
import uuid

import pytest
from seatable_api import Account

from support import http
from support.http import FACTOR, PING, TOKENS, says
from support.process import ROOT
from support.service import ADMINISTRATOR, running
from support.team import PASSWORD, sign_in, token, totp, totp_step
from support.threads import at_once


def enter(service, person, password=PASSWORD, otp=None, **fields):
    """Signs a member of a team in."""
    return sign_in(service, person["contact_email"], password, otp, **fields)


# MARK: Account tokens


def test_account_tokens_are_named_listed_and_ended(service, call, team, address):
    person = team.add()
    first = enter(service, person, name="Laptop", expire_days=7).json()["token"]
    made = call("POST", TOKENS, first, json={"name": "Script", "expire_days": 1})
    assert made.status_code == 201, made.text
    second, third = made.json()["token"], call("POST", TOKENS, first, data={}).json()["token"]
    listed = call("GET", TOKENS, first).json()["account_tokens"]
    assert [(one["name"], one["is_current"]) for one in listed] == [("Laptop", True), ("Script", False), ("", False)]
    # A token made with an expiring token expires no later than that one.
    assert listed[0]["expires_at"] == listed[2]["expires_at"] and listed[1]["expires_at"] < listed[0]["expires_at"]
    assert all("token" not in one for one in listed) and second not in json.dumps(listed)

    stranger = token(service, team.add()["contact_email"], PASSWORD)
    number = listed[1]["id"]
    says(call("DELETE", f"{TOKENS}{number}/", stranger), 404, f"account token {number} not found.")
    assert call("GET", PING, second).status_code == 200
    says(call("DELETE", f"{TOKENS}{number}/", first), 400, "password invalid.")
    assert call("DELETE", f"{TOKENS}{number}/", first, json={"password": PASSWORD}).json() == {"success": True}
    assert call("GET", PING, second).status_code == 401
    says(call("DELETE", f"{TOKENS}{number}/", first), 404, f"account token {number} not found.")
    service.psql(f"update account_token set expires_at = now() where id = {listed[2]['id']}")
    assert call("GET", PING, third).status_code == 401
    assert [one["name"] for one in call("GET", TOKENS, first).json()["account_tokens"]] == ["Laptop"]

    others = [call("POST", TOKENS, first, json={"name": f"{n}"}).json()["token"] for n in range(3)]
    says(call("DELETE", TOKENS, others[0]), 400, "password invalid.")
    assert call("DELETE", TOKENS, others[0], json={"password": PASSWORD}).json() == {"success": True}
    assert [call("GET", PING, one).status_code for one in (first, *others)] == [401, 200, 401, 401]
    assert call("GET", PING, stranger).status_code == 200
    says(call("POST", TOKENS, others[0], json={"expire_days": 0}), 400, "expire_days invalid.")


# MARK: Second factors


def test_a_second_factor_from_its_beginning_to_its_end(service, call, team):
    person = team.add()
    first = enter(service, person).json()["token"]
    assert call("GET", FACTOR, first).json() == {"enabled": False, "required": False, "recovery_codes_left": 0}
    says(call("PUT", FACTOR, first, data={"code": "123456"}), 400,
         "There is no second factor to confirm: start with a POST.")
    says(call("POST", FACTOR, first), 400, "password invalid.")
    says(call("POST", FACTOR, first, json={"password": "a wrong password"}), 400, "The password is wrong.")
    replaced = call("POST", FACTOR, first, json={"password": PASSWORD}).json()["secret"]
    begun = call("POST", FACTOR, first, json={"password": PASSWORD}).json()
    secret = begun["secret"]
    assert secret != replaced and len(base64.b32decode(secret)) == 20
    url = urllib.parse.urlsplit(begun["otpauth_url"])
    assert (url.scheme, url.netloc) == ("otpauth", "totp")
    assert urllib.parse.parse_qs(url.query) == {"secret": [secret], "issuer": ["Basekeeper"]}
    assert urllib.parse.unquote(url.path) == "/Basekeeper:" + person["contact_email"]
    # The second factor is not required until it is confirmed.
    assert enter(service, person).status_code == 200
    now = totp_step()
    says(call("PUT", FACTOR, first, data={"code": totp(replaced, now)}), 400, "code invalid.")
    confirmed = call("PUT", FACTOR, first, data={"code": totp(secret, now - 1)})
    assert confirmed.status_code == 200, confirmed.text
    recovery = confirmed.json()["recovery_codes"]
    assert len(set(recovery)) == 10
    assert call("GET", FACTOR, first).json() == {"enabled": True, "required": False, "recovery_codes_left": 10}
    assert call("POST", FACTOR, first, json={"password": PASSWORD}).status_code == 400

    missing = enter(service, person)
    assert (missing.status_code, missing.json()) == (
        400, {"non_field_errors": ["Two factor auth token is missing."]})
    assert missing.headers["X-SEAFILE-OTP"] == "required"
    # Without the right password, nothing shows that there is a second factor.
    wrong = enter(service, person, "a wrong password", totp(secret, now))
    assert wrong.json() == {"non_field_errors": ["Unable to login with provided credentials."]}
    assert "X-SEAFILE-OTP" not in wrong.headers
    now = totp_step()
    taken = enter(service, person, otp=totp(secret, now))
    assert taken.status_code == 200, taken.text
    assert call("GET", PING, taken.json()["token"]).status_code == 200
    # No code is accepted twice, and none older than the last one.
    for old in (now, now - 1):
        answer = enter(service, person, otp=totp(secret, old))
        assert (answer.status_code, answer.json()) == (
            400, {"non_field_errors": ["Two factor auth token is invalid."]})
    assert enter(service, person, otp=recovery[0]).status_code == 200
    assert enter(service, person, otp=recovery[0]).status_code == 400
    assert enter(service, person, otp=recovery[1]).status_code == 200
    assert call("GET", FACTOR, first).json()["recovery_codes_left"] == 8

    with pytest.raises(ConnectionError) as error:
        Account(person["contact_email"], PASSWORD, service.url).auth()
    assert error.value.args[0] == 400 and "Two factor auth token is missing" in error.value.args[1]

    says(call("DELETE", FACTOR, first, json={"password": "a wrong password"}), 400, "The password is wrong.")
    unproved = call("DELETE", FACTOR, first, json={"password": PASSWORD})
    assert (unproved.status_code, unproved.headers["X-SEAFILE-OTP"]) == (400, "required")
    removed = call("DELETE", FACTOR, first, json={"password": PASSWORD}, headers={"X-SEAFILE-OTP": recovery[2]})
    assert removed.json() == {"success": True}
    assert enter(service, person).status_code == 200
    log = team.call("GET", "admin-logs/?operation=user_update").json()["logs"]
    assert [one["after"] for one in log if "has_2fa" in one["after"]] == [{"has_2fa": False}, {"has_2fa": True}]


def test_whoever_must_have_a_second_factor_does_nothing_before(service, call, team):
    person = team.add()
    account = enter(service, person).json()["token"]
    duty = f"users/{person['email']}/two-factor-auth/"
    assert team.call("PUT", duty, json={"force_2fa": True}).status_code == 200
    for path in ("/api2/account/info/", "/api/v2.1/workspaces/", TOKENS):
        says(call("GET", path, account), 403,
             "Two-factor authentication is required: enrol a second factor at /api/v2.1/user/two-factor-auth/ first.")
    assert call("POST", TOKENS, account).status_code == 403
    assert call("GET", FACTOR, account).json()["required"] is True
    secret = call("POST", FACTOR, account, json={"password": PASSWORD}).json()["secret"]
    assert call("PUT", FACTOR, account, json={"code": totp(secret, totp_step())}).status_code == 200
    assert call("GET", "/api2/account/info/", account).status_code == 200
    # An admin removes it for a person who has lost their phone, and who enrols another one.
    assert team.call("DELETE", duty).status_code == 200
    assert call("GET", PING, account).status_code == 401
    anew = enter(service, person).json()["token"]
    assert call("GET", FACTOR, anew).json()["required"] is True
    assert call("GET", PING, anew).status_code == 403
    assert team.call("PUT", duty, json={"force_2fa": False}).status_code == 200
    assert call("GET", PING, anew).status_code == 200
    # Nor does it need a reset to end somebody's sessions.
    assert team.call("DELETE", f"users/{person['email']}/sessions/").json() == {"success": True}
    assert call("GET", PING, anew).status_code == 401
    assert enter(service, person).status_code == 200


def test_of_many_logins_with_one_code_one_succeeds(service, call, team):
    person = team.add()
    account = enter(service, person).json()["token"]
    secret = call("POST", FACTOR, account, json={"password": PASSWORD}).json()["secret"]
    now = totp_step()
    recovery = call("PUT", FACTOR, account, json={"code": totp(secret, now - 1)}).json()["recovery_codes"]
    for one in (totp(secret, now), recovery[0]):
        answers = at_once(lambda _: enter(service, person, otp=one).status_code, range(4))
        assert sorted(answers) == [200, 400, 400, 400]


# MARK: Passwords


def test_a_person_changes_their_password(service, call, team):
    person = team.add()
    first, second = (enter(service, person).json()["token"] for _ in range(2))
    path, new = "/api/v2.1/user/password/", "another password, longer"
    change = lambda old, password: call("PUT", path, first, data={"old_password": old, "new_password": password})
    says(change("a wrong password", new), 400, "The password is wrong.")
    says(call("PUT", path, first, data={"new_password": new}), 400, "old_password invalid.")
    says(call("PUT", path, first, data={"old_password": PASSWORD}), 400, "new_password invalid.")
    assert call("GET", PING, second).status_code == 200
    changed = change(PASSWORD, new).json()
    assert changed["success"] is True
    assert [call("GET", PING, one).status_code for one in (first, second, changed["token"])] == [401, 401, 200]
    assert enter(service, person).status_code == 400
    assert enter(service, person, new).status_code == 200
    assert new not in team.call("GET", "admin-logs/").text


def test_a_password_is_not_one_that_many_would_guess(service, call, team):
    person = team.add("Margarethe")
    account = enter(service, person).json()["token"]
    commonest = [one for one in (ROOT / "Sources/Assets/passwords.txt").read_text().splitlines() if len(one) >= 8]
    guessed = [commonest[0], commonest[len(commonest) // 2], commonest[-1].upper(), person["contact_email"].upper(),
               "mARGARETHE", "Margarethe2024", "basekeeper!", "SeaTable-1"]
    for password, reason in [
        ("1234567", "it must have at least 8 characters."), ("äöüäöüä", "it must have at least 8 characters."),
        *((one, "it is easy to guess. Choose another one.") for one in guessed),
    ]:
        answer = call("PUT", "/api/v2.1/user/password/", account,
                      json={"old_password": PASSWORD, "new_password": password})
        says(answer, 400, f"new_password invalid: {reason}")
    for password in ("ä" * 513, "x" * 1025, ""):
        answer = call("PUT", "/api/v2.1/user/password/", account,
                      json={"old_password": PASSWORD, "new_password": password})
        says(answer, 400, "new_password invalid.")
    # The same holds for passwords that admins set.
    for password in ("1234567", guessed[0]):
        answer = team.call("POST", "users/", data={"email": f"x{uuid.uuid4().hex}@example.com", "password": password})
        assert answer.status_code == 400 and answer.json()["error_msg"].startswith("password invalid"), answer.text
    assert enter(service, person).status_code == 200
    for old, new in ((PASSWORD, "äöüäöüäö"), ("äöüäöüäö", " " * 3 + "x" * 1021)):
        answer = call("PUT", "/api/v2.1/user/password/", account, json={"old_password": old, "new_password": new})
        assert answer.status_code == 200, answer.text
        account = answer.json()["token"]


# MARK: First passwords


def test_where_the_operator_says_so_a_first_password_is_good_for_choosing_another_one():
    chosen = "a password of their own"
    with running(BASEKEEPER_FIRST_PASSWORD_HOURS="24") as service:

        def choose(account, old):
            says(http.call(service, "GET", PING, account), 403,
                 "Your password was set by somebody else: choose your own at /api/v2.1/user/password/ first.")
            changed = http.call(
                service, "PUT", "/api/v2.1/user/password/", account, json={"old_password": old, "new_password": chosen})
            assert changed.status_code == 200, changed.text

        # The first administrator's, whether the operator chose it or it was generated.
        choose(token(service, *ADMINISTRATOR), ADMINISTRATOR[1])
        root = token(service, ADMINISTRATOR[0], chosen)
        demo = service.seeded["demo"]["member"]
        choose(token(service, demo["email"], demo["password"]), demo["password"])
        # An administrator's of a new team, and one that the command line gives.
        address = "first@example.com"
        made = http.call(
            service, "POST", "/api/v2.1/admin/organizations/", root,
            json={"org_name": "First", "admin_email": address, "password": PASSWORD})
        assert made.status_code == 200, made.text
        choose(token(service, address), PASSWORD)
        assert Account(address, chosen, service.url).auth() is None
        reset = service.run("admin", "reset-password", "--email", address, "--password-stdin", input=PASSWORD + "\n")
        assert reset.returncode == 0, reset.stderr
        # It ends, and the command line gives another one.
        service.psql(f"update account set password_given_at = now() - interval '1 day' where email = '{address}'")
        late = sign_in(service, address, PASSWORD)
        assert (late.status_code, late.json()) == (
            400, {"non_field_errors": ["The password has expired: ask an administrator for a new one."]})
        assert service.run(
            "admin", "reset-password", "--email", address, "--password-stdin", input=PASSWORD + "\n").returncode == 0
        choose(token(service, address), PASSWORD)


def test_the_operator_may_require_second_factors_of_administrators():
    with running(BASEKEEPER_REQUIRE_2FA="administrators") as service:
        root = token(service, *ADMINISTRATOR)
        path = "/api/v2.1/admin/organizations/"
        says(http.call(service, "GET", path, root), 403,
             "Two-factor authentication is required: enrol a second factor at /api/v2.1/user/two-factor-auth/ first.")
        secret = http.call(service, "POST", FACTOR, root, json={"password": ADMINISTRATOR[1]}).json()["secret"]
        confirmed = http.call(service, "PUT", FACTOR, root, json={"code": totp(secret, totp_step())})
        assert confirmed.status_code == 200, confirmed.text
        assert http.call(service, "GET", path, root).status_code == 200
        demo = service.seeded["demo"]["member"]
        assert http.call(service, "GET", PING, token(service, demo["email"], demo["password"])).status_code == 200


# MARK: Ends of account tokens


def test_account_tokens_last_as_long_as_the_operator_lets_them_and_are_not_too_many():
    with running(
        BASEKEEPER_ACCOUNT_TOKEN_DAYS="30", BASEKEEPER_ACCOUNT_TOKEN_IDLE_MINUTES="60", BASEKEEPER_ACCOUNT_TOKENS="3"
    ) as service:
        demo = service.seeded["demo"]["member"]
        enter = lambda: token(service, demo["email"], demo["password"])
        status = lambda account: http.call(service, "GET", PING, account).status_code
        make = lambda account, **fields: http.call(service, "POST", TOKENS, account, json=fields)

        first = enter()
        listed = http.call(service, "GET", TOKENS, first).json()["account_tokens"]
        assert listed[0]["expires_at"] is not None
        service.psql("update account_token set created_at = now() - interval '20 days', last_used_at = now()")
        child = make(first)
        assert child.status_code == 201, child.text
        assert child.json()["expires_at"] < listed[0]["expires_at"]
        says(make(first, password="a wrong password"), 400, "The password is wrong.")
        outliving = make(first, password=demo["password"])
        assert outliving.status_code == 201, outliving.text
        assert outliving.json()["expires_at"] > child.json()["expires_at"]
        made = [first, child.json()["token"], outliving.json()["token"]]
        assert [status(one) for one in made] == [200, 200, 200]
        service.psql(
            "update account_token set created_at = created_at - interval '10 days', proved_at = proved_at - interval "
            "'10 days', last_used_at = now()")
        assert [status(one) for one in made] == [401, 401, 200]
        # Three at most: those that have ended go first.
        more = [enter() for _ in range(2)]
        assert [status(one) for one in (made[2], *more)] == [200, 200, 200]
        assert service.psql("select count(*) from account_token join account on account.id = account_id "
                            f"where email = '{demo['email']}'").strip() == "3"
