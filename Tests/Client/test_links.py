"""Links to bases: external links, with which anyone can read, and invite links, which people accept."""

import itertools
import urllib.parse

import jwt
import pytest

from support.bases import gateway, permission, shared
from support.http import place
from support.process import wait_until
from support.service import SECRET

INVITES = "/api/v2.1/dtables/invite-links/"
PASSWORD = "Open, sesame of 2026"
NOT_FOUND = {"error_msg": "Link not found."}
EXPIRED = {"error_msg": "The link has expired."}
WRONG = {"error_msg": "The link's password is missing or wrong."}
numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def forgiven(service):
    """Forgets failed guesses at links, so that they do not throttle the next test."""
    service.psql("delete from failed_attempt")


def visit(token):
    return f"/api/v2.1/external-link-tokens/{token}/access-token/"


def accept(token):
    return f"{INVITES}{token}/accept/"


def make_link(person, base, **terms):
    answer = person.call("POST", place(base, "external-links/"), json=terms)
    assert answer.status_code == 200, answer.text
    return answer.json()


def invite(person, base, permission="r", **terms):
    asked = {"workspace_id": base["workspace_id"], "table_name": base["name"], "permission": permission, **terms}
    answer = person.call("POST", INVITES, json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["token"]


def expire(service, token):
    service.psql(f"update base_link set expires_at = now() - interval '1 hour' where handle = '{token[:20]}'")


# MARK: External links


def test_an_external_link_lets_anybody_read(call, mia, tom, fields):
    base = mia.base("Orders")
    links = place(base, "external-links/")
    made = mia.call("POST", links, **fields(expire_days=7)).json()
    secret = made["token"]
    assert len(secret) == 52 and set(secret) <= set("0123456789abcdef")
    assert made["url"].endswith(f"/dtable/external-links/{secret}/") and made["expire_date"]
    assert (made["is_custom"], made["view_cnt"], made["from_dtable"], made["creator"]) == (False, 0, "Orders", mia.id)
    answer = call("GET", visit(secret))
    assert (answer.json()["dtable_uuid"], answer.json()["dtable_name"]) == (base["uuid"], "Orders")
    claims = jwt.decode(answer.json()["access_token"], SECRET, algorithms=["HS256"])
    assert (claims["permission"], claims["username"]) == ("r", "")
    assert gateway(call, base, answer.json()["access_token"]) == 200
    assert call("POST", visit(secret), **fields(password="any, since none is asked for")).status_code == 200

    listed = mia.get(links)["links"]
    assert [one["token"] for one in listed] == [secret[:20]]
    assert secret not in str(listed) and listed[0]["url"].endswith(f"/{secret[:20]}{'*' * 32}/")
    hidden = call("GET", visit(secret[:20]))
    assert (hidden.status_code, hidden.json()) == (404, NOT_FOUND)
    assert tom.call("GET", links).status_code == 403
    for days in ("-1", "3651", "x"):
        assert mia.call("POST", links, **fields(expire_days=days)).status_code == 400
    assert mia.call("DELETE", f"{links}{secret[:20]}/").json() == {"success": True}
    assert mia.call("DELETE", f"{links}{secret}/").status_code == 404
    assert call("GET", visit(secret)).status_code == 404


def test_an_external_link_may_have_a_name_of_its_own(call, mia, fields):
    base, name = mia.base("Orders"), f"Our_list-{next(numbers)}"
    links = place(base, "external-links/")
    made = mia.call("POST", links, **fields(token=name)).json()
    assert made["token"] == name and made["is_custom"] and made["url"].endswith(f"/external-links/custom/{name}/")
    assert mia.get(links)["links"] == [made]
    assert permission(call("GET", visit(name))) == "r"
    taken = mia.call("POST", links, **fields(token=name))
    assert (taken.status_code, taken.json()) == (400, {"error_msg": "token already exists."})
    assert len(mia.call("POST", links, **fields(token="")).json()["token"]) == 52
    assert mia.call("DELETE", f"{links}{name}/").json() == {"success": True}
    assert call("GET", visit(name)).status_code == 404


@pytest.mark.parametrize("name", ["a b", "a/b", "ä", "a.b", "0" * 20, "0" * 52, "x" * 101])
def test_a_link_s_own_name_is_plain_and_no_secret(mia, name):
    refused = mia.call("POST", place(mia.base("Orders"), "external-links/"), json={"token": name})
    assert (refused.status_code, refused.json()) == (400, {"error_msg": "token invalid."})


def test_a_protected_link_asks_for_its_password(call, elsewhere, mia, fields):
    base = mia.base("Orders")
    links = place(base, "external-links/")
    short = mia.call("POST", links, **fields(password="short"))
    assert (short.status_code, short.json()) == (
        400, {"error_msg": "password invalid: it must have at least 8 characters."})
    for guessed in ("12345678", "basekeeper1"):
        refused = mia.call("POST", links, **fields(password=guessed))
        assert (refused.status_code, refused.json()) == (
            400, {"error_msg": "password invalid: it is easy to guess. Choose another one."})
    made = mia.call("POST", links, **fields(password=PASSWORD)).json()
    assert made["is_protected"] is True and PASSWORD not in str(made) and PASSWORD not in str(mia.get(links))
    path = visit(made["token"])
    for refused in (
        call("GET", path),
        call("POST", path, **fields(password="")),
        elsewhere("GET", path, headers={"X-Link-Password": "wrong"}),
        elsewhere("POST", path, **fields(password="wrong")),
    ):
        assert (refused.status_code, refused.json()) == (403, WRONG)
    assert permission(call("GET", path, headers={"X-Link-Password": PASSWORD})) == "r"
    assert permission(call("POST", path, **fields(password=PASSWORD))) == "r"


def test_visits_are_counted_together_and_soon(call, mia):
    base = mia.base("Orders")
    path = visit(make_link(mia, base)["token"])
    for method in ("GET", "POST", "HEAD", "GET", "HEAD"):
        assert call(method, path).status_code == 200
    wait_until(lambda: mia.get(place(base, "external-links/"))["links"][0]["view_cnt"] == 3)


def test_guessing_a_link_s_password_is_throttled(call, elsewhere, clock, mia):
    base = mia.base("Orders")
    guessed, other = (visit(make_link(mia, base, password=PASSWORD)["token"]) for _ in range(2))
    guesses = [elsewhere("POST", guessed, json={"password": f"guess {number}"}).status_code for number in range(5)]
    assert guesses == [403] * 5, "five are free"
    for number in range(20):
        answer = elsewhere("POST", guessed, json={"password": f"another guess {number}"})
        if answer.status_code == 429:
            break
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
    clock("1 hour")
    right = {"X-Link-Password": PASSWORD}
    answer = elsewhere("GET", guessed, headers=right)
    assert answer.status_code == 429 and 60 < int(answer.headers["Retry-After"]) <= 3600
    assert f"in {answer.headers['Retry-After']} seconds" in answer.json()["detail"]
    # Other links and other addresses are not throttled.
    assert elsewhere("GET", other, headers=right).status_code == 200
    assert call("GET", guessed, headers=right).status_code == 200
    clock("0 seconds")
    assert elsewhere("GET", guessed, headers=right).status_code == 200


def test_an_external_link_ends_with_its_time(service, call, mia):
    base = mia.base("Orders")
    secret = make_link(mia, base, expire_days=1)["token"]
    token = call("GET", visit(secret)).json()["access_token"]
    ends = service.psql(f"select extract(epoch from expires_at)::bigint from base_link where handle = '{secret[:20]}'")
    assert jwt.decode(token, SECRET, algorithms=["HS256"])["exp"] <= int(ends), "no longer than the link"
    assert gateway(call, base, token) == 200
    expire(service, secret)
    answer = call("GET", visit(secret))
    assert (answer.status_code, answer.json()) == (403, EXPIRED)
    assert gateway(call, base, token) == 403
    assert mia.get(place(base, "external-links/"))["links"][0]["is_expired"] is True


def test_the_base_tokens_of_an_external_link_end_with_it(call, mia):
    base = mia.base("Orders")
    secret = make_link(mia, base)["token"]
    token = call("GET", visit(secret)).json()["access_token"]
    workspace = f"/api/v2.1/workspace/{base['workspace_id']}/dtable/"
    assert mia.call("DELETE", workspace, json={"name": "Orders"}).ok
    trashed = call("GET", visit(secret))
    assert trashed.status_code == 404
    assert trashed.json() == {"error_msg": f"dtable _(deleted_{base['id']}) Orders not found."}
    assert gateway(call, base, token) == 404
    assert mia.call("PUT", f"/api/v2.1/trash-dtables/{base['id']}/").ok
    assert gateway(call, base, token) == 200
    assert mia.call("DELETE", f"{place(base, 'external-links/')}{secret}/").ok
    assert gateway(call, base, token) == 403


def test_a_team_admin_sees_and_ends_external_links(call, team, mia, stranger):
    base = mia.base("Orders")
    secrets = [make_link(mia, base)["token"] for _ in range(2)]
    theirs = make_link(stranger, stranger.base(f"Base of {mia.address}"))["token"]
    listed = team.call("GET", "external-links/").json()
    assert listed["count"] == 2
    assert [one["token"] for one in listed["external_link_list"]] == [secret[:20] for secret in secrets]
    assert listed["external_link_list"][0]["from_base_uuid"] == base["uuid"]
    page = team.call("GET", "external-links/?page=2&per_page=1").json()
    assert page == {"count": 2, "external_link_list": listed["external_link_list"][1:]}
    assert team.call("DELETE", f"external-links/{theirs}/").status_code == 404
    assert [team.call("DELETE", f"external-links/{name}/").json() for name in (secrets[0], secrets[1][:20])] == [
        {"success": True}] * 2
    assert [call("GET", visit(token)).status_code for token in (*secrets, theirs)] == [404, 404, 200]
    assert mia.call("GET", team.path + "external-links/").status_code == 403


def test_a_system_administrator_sees_and_ends_external_links(call, root, mia):
    base = mia.base("Orders")
    secret = make_link(mia, base)["token"]
    own = f"/api/v2.1/admin/dtable/{base['id']}/external-links/"
    listed = call("GET", own, root).json()["dtable_external_link_list"]
    assert [(one["token"], one["permission"]) for one in listed["base_external_links"]] == [(secret[:20], "r")]
    assert listed["view_external_links"] == []
    everything = "/api/v2.1/admin/external-links/"
    whole = call("GET", everything + "?per_page=1000", root).json()
    assert whole["external_link_list"][-1] == listed["base_external_links"][0] and whole["has_next_page"] is False
    make_link(mia, base)
    assert call("GET", everything + "?per_page=1", root).json()["has_next_page"] is True
    assert mia.call("GET", own).status_code == mia.call("GET", everything).status_code == 403
    assert call("GET", "/api/v2.1/admin/dtable/0/external-links/", root).status_code == 404
    assert call("DELETE", f"{everything}{secret[:20]}/", root).json() == {"success": True}
    assert call("DELETE", f"{everything}{secret}/", root).status_code == 404
    assert call("GET", visit(secret)).status_code == 404


# MARK: Invite links


def test_an_invite_link_lets_those_in_who_accept_it(call, mia, tom, stranger, fields):
    base = mia.base("Orders")
    asked = {"workspace_id": base["workspace_id"], "table_name": "Orders"}
    made = mia.call("POST", INVITES, **fields(**asked, permission="rw", expire_days=30)).json()
    secret = made["token"]
    assert len(secret) == 52 and secret in made["link"] and made["expire_date"] and made["is_protected"] is False
    assert (made["permission"], made["dtable_uuid"], made["username"]) == ("rw", base["uuid"], mia.id)
    listed = mia.get(f"{INVITES}?{urllib.parse.urlencode(asked)}")["invite_link_list"]
    assert [one["token"] for one in listed] == [secret[:20]] and secret not in str(listed)
    for permission_asked in ("", "x"):
        assert mia.call("POST", INVITES, **fields(**asked, permission=permission_asked)).status_code == 400

    hidden = tom.call("POST", accept(secret[:20]))
    assert (hidden.status_code, hidden.json()) == (404, NOT_FOUND)
    for person in (tom, stranger):
        for _ in range(2):
            found = person.call("POST", accept(secret)).json()["dtable"]
            assert (found["uuid"], found["permission"], found["from_user"]) == (base["uuid"], "rw", mia.id)
        assert ("Orders", "rw") in shared(person)
        assert person.get(f"/api/v2.1/dtable/{base['uuid']}/size/") == {"result": 0}
    token = tom.get(place(base, "access-token/"))["access_token"]
    assert gateway(call, base, token) == 200
    assert tom.call("GET", f"{INVITES}?{urllib.parse.urlencode(asked)}").status_code == 403
    assert tom.call("POST", INVITES, **fields(**asked, permission="r")).status_code == 403
    assert tom.call("DELETE", f"{INVITES}{secret}/").status_code == 404

    assert mia.call("DELETE", f"{INVITES}{secret[:20]}/").json() == {"success": True}
    assert mia.call("DELETE", f"{INVITES}{secret}/").status_code == 404
    assert tom.call("POST", accept(secret)).status_code == 404
    assert gateway(call, base, token) == 403
    for person in (tom, stranger):
        assert ("Orders", "rw") not in shared(person)


def test_a_guest_of_another_team_opens_the_base_as_its_own_people_do(call, mia, stranger):
    base = mia.base("Orders for all")
    assert stranger.call("GET", place(base, "access-token/")).status_code == 404
    assert stranger.call("POST", accept(invite(mia, base))).status_code == 200
    answer = stranger.call("GET", place(base, "access-token/"))
    assert permission(answer) == "r" and gateway(call, base, answer.json()["access_token"]) == 200
    people = {one["email"]: one["contact_email"] for one in stranger.get(place(base, "related-users/"))["user_list"]}
    assert people == {mia.id: "", stranger.id: stranger.address}
    assert stranger.call("GET", place(base, "share/")).status_code == 403


def test_a_protected_invite_link_asks_for_its_password(elsewhere, mia, tom, fields):
    base = mia.base("Orders")
    secret = invite(mia, base, password=PASSWORD)
    own = {"Authorization": f"Token {tom.token}"}
    for refused in (
        tom.call("POST", accept(secret)),
        elsewhere("POST", accept(secret), headers=own, **fields(password="wrong")),
    ):
        assert (refused.status_code, refused.json()) == (403, WRONG)
    assert shared(tom) == []
    assert tom.call("POST", accept(secret), **fields(password=PASSWORD)).status_code == 200
    assert shared(tom) == [("Orders", "r")]


def test_an_invite_link_ends_with_its_time(service, call, team, mia, tom):
    base = mia.base("Orders")
    secret = invite(mia, base, expire_days=1)
    assert tom.call("POST", accept(secret)).status_code == 200
    token = tom.get(place(base, "access-token/"))["access_token"]
    expire(service, secret)
    late = team.person("Ada").call("POST", accept(secret))
    assert (late.status_code, late.json()) == (403, EXPIRED)
    assert shared(tom) == [] and gateway(call, base, token) == 403
    assert team.call("GET", "invite-links/").json()["invite_link_list"][0]["is_expired"] is True


def test_a_guest_is_listed_and_taken_out_and_stays_out(call, team, mia, tom, stranger):
    base = mia.base("Orders")
    secret = invite(mia, base, "rw")
    for person in (tom, stranger):
        assert person.call("POST", accept(secret)).status_code == 200
    token = stranger.get(place(base, "access-token/"))["access_token"]
    guests = mia.get(place(base, "invite-link-guests/"))
    assert guests["count"] == 2
    assert [(one["email"], one["invite_link"]) for one in guests["guest_list"]] == [
        (tom.id, secret[:20]), (stranger.id, secret[:20])]
    assert stranger.call("GET", place(base, "invite-link-guests/")).status_code == 403
    removed = mia.call("DELETE", place(base, f"invite-link-guests/{stranger.id}/"))
    assert removed.json() == {"success": True}
    removed = team.call("DELETE", f"dtables/{base['uuid']}/invite-link-guests/{tom.id}/")
    assert removed.json() == {"success": True}
    assert mia.get(place(base, "invite-link-guests/"))["guest_list"] == []
    assert gateway(call, base, token) == 403
    for person in (tom, stranger):
        assert person.call("GET", place(base, "access-token/")).status_code in (403, 404)
        refused = person.call("POST", accept(secret))
        assert refused.status_code == 403 and "removed from this base" in refused.json()["error_msg"]
    assert stranger.call("POST", accept(invite(mia, base))).status_code == 200


def test_a_team_may_keep_outsiders_out(call, team, mia, tom, stranger):
    base = mia.base(f"Orders of {team.id}")
    secret = invite(mia, base)
    for person in (tom, stranger):
        assert person.call("POST", accept(secret)).status_code == 200
    token = stranger.get(place(base, "access-token/"))["access_token"]
    assert gateway(call, base, token) == 200
    team.set(enable_external_user_access_invite_link=False)
    assert gateway(call, base, token) == 403
    assert (base["name"], "r") not in shared(stranger) and (base["name"], "r") in shared(tom)
    assert stranger.call("GET", place(base, "access-token/")).status_code == 404
    refused = stranger.call("POST", accept(secret))
    assert refused.status_code == 403 and "from other teams" in refused.json()["error_msg"]
    team.set(enable_external_user_access_invite_link=True)
    assert gateway(call, base, token) == 200 and (base["name"], "r") in shared(stranger)


def test_a_team_may_close_its_external_links(call, team, mia):
    base = mia.base("Orders")
    opening = visit(make_link(mia, base)["token"])
    token = call("GET", opening).json()["access_token"]
    assert gateway(call, base, token) == 200
    people = call("GET", f"/api/v2.1/dtables/{base['uuid']}/related-users/", token)
    assert people.json() == {"user_list": [], "app_user_list": []}
    team.set(enable_external_links=False)
    assert gateway(call, base, token) == 403
    closed = (403, {"error_msg": "The team of this base has closed its external links."})
    for answer in (call("GET", opening), mia.call("POST", place(base, "external-links/"))):
        assert (answer.status_code, answer.json()) == closed
    team.set(enable_external_links=True)
    assert gateway(call, base, token) == 200


def test_a_team_admin_changes_and_ends_invite_links(call, team, mia, tom, stranger, fields):
    base = mia.base("Orders")
    secret = invite(mia, base, "rw")
    assert tom.call("POST", accept(secret)).status_code == 200
    writing = tom.get(place(base, "access-token/"))["access_token"]
    listed = team.call("GET", "invite-links/").json()
    assert listed["count"] == 1 and secret not in str(listed)
    assert [(one["token"], one["permission"]) for one in listed["invite_link_list"]] == [(secret[:20], "rw")]
    assert [one["type"] for one in team.call("GET", f"dtables/{base['uuid']}/shares/").json()["share_list"]] == [
        "invite_link"]

    own = f"invite-links/{secret[:20]}/"
    changed = team.call("PUT", own, **fields(permission="r", expire_days=3, password=PASSWORD)).json()
    assert (changed["permission"], changed["is_protected"], changed["is_expired"]) == ("r", True, False)
    assert changed["expire_date"] and secret not in str(changed)
    assert shared(tom) == [("Orders", "r")]
    assert gateway(call, base, writing) == 403
    assert permission(tom.call("GET", place(base, "access-token/"))) == "r"
    ada = team.person("Ada")
    assert ada.call("POST", accept(secret)).status_code == 403
    assert ada.call("POST", accept(secret), **fields(password=PASSWORD)).status_code == 200
    assert team.call("PUT", f"invite-links/{secret}/", **fields(expire_days=0)).json()["expire_date"] == ""
    for wrong in ({"permission": "x"}, {"password": "short"}, {"expire_days": -1}):
        assert team.call("PUT", own, **fields(**wrong)).status_code == 400
    theirs = invite(stranger, stranger.base(f"Base of {tom.address}"))
    assert team.call("PUT", f"invite-links/{theirs}/", **fields(permission="rw")).status_code == 404
    assert team.call("DELETE", f"invite-links/{theirs}/").status_code == 404

    assert team.call("DELETE", own).json() == {"success": True}
    assert team.call("DELETE", own).status_code == 404
    assert shared(tom) == [] and tom.call("GET", place(base, "access-token/")).status_code == 403
    log = team.call("GET", "admin-logs/?operation_group=base").json()["logs"]
    assert log[0]["operation"] == "base_invite_link_delete" and secret not in str(log)
