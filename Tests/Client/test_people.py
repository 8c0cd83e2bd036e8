"""What people see of each other and can change about themselves, and how guesses at their passwords are throttled."""

import pytest
from seatable_api import Account

from support.http import SIGN_IN
from support.team import PASSWORD, new_address

LOGIN = SIGN_IN
USER = "/api/v2.1/user/"
GONE = "0" * 32 + "@auth.local"


def test_people_of_a_team_know_of_each_other(mia, tom, stranger):
    shown = mia.get(f"/api/v2.1/user-common-info/{tom.id}/")
    assert (shown["email"], shown["name"], shown["contact_email"]) == (tom.id, "Tom", tom.address)
    assert mia.get(f"/api/v2.1/user-common-info/{mia.id}/")["name"] == "Mia"
    for person in (stranger.id, GONE, "x"):
        answer = mia.call("GET", f"/api/v2.1/user-common-info/{person}/")
        assert (answer.status_code, answer.json()) == (404, {"error_msg": f"User {person} not found."})


@pytest.mark.parametrize("encoding", ["json", "data"])
def test_people_are_listed_by_their_ids(mia, tom, stranger, encoding):
    listed = mia.call(
        "POST", "/api/v2.1/user-list/", **{encoding: {"user_id_list": [tom.id, GONE, stranger.id, mia.id, "x"]}})
    assert [one["name"] for one in listed.json()["user_list"]] == ["Mia", "Tom"]
    assert mia.call("POST", "/api/v2.1/user-list/", **{encoding: {"user_id_list": [tom.id] * 1001}}).status_code == 400


def test_people_are_found_in_their_own_team_alone(team, mia, tom, stranger):
    search = "/api2/search-user/?q="
    assert [one["email"] for one in mia.get(search + "tOM")["users"]] == [tom.id]
    assert [one["email"] for one in mia.get(search + tom.address[:-4])["users"]] == [tom.id]
    assert [one["name"] for one in mia.get(search + "example.com")["users"]] == ["Tea", "Mia", "Tom"]
    assert stranger.get(search + tom.address) == mia.get(search + "%25") == {"users": []}
    assert mia.call("GET", search).status_code == 400
    assert team.call("PUT", f"users/{tom.id}/", json={"is_active": False}).ok
    assert mia.get(search + "tom") == {"users": []}


def test_a_team_is_shown_to_its_members(team, mia, tom, stranger):
    place = f"/api/v2.1/organizations/{team.id}/"
    shown = mia.get(place)
    assert (shown["org_id"], shown["org_name"]) == (team.id, team.name)
    listed = mia.get(place + "members/")
    assert listed["count"] == 3 and [one["name"] for one in listed["user_list"]] == ["Tea", "Mia", "Tom"]
    assert [one["name"] for one in mia.get(place + "members/?page=2&per_page=2")["user_list"]] == ["Tom"]
    assert stranger.call("GET", place).status_code == stranger.call("GET", place + "members/").status_code == 403
    assert mia.call("GET", "/api/v2.1/organizations/0/").status_code == 403


def test_people_change_their_names_if_their_team_lets_them(team, mia, fields):
    changed = mia.call("PUT", USER, **fields(name="Mia M."))
    assert changed.json()["name"] == "Mia M." and mia.get(USER) == changed.json() == mia.get("/api2/account/info/")
    for name in ("", " ", "x" * 256):
        assert mia.call("PUT", USER, **fields(name=name)).status_code == 400
    team.set(enable_member_modify_name=False)
    refused = mia.call("PUT", USER, **fields(name="Maria"))
    assert refused.status_code == 403 and "names" in refused.json()["error_msg"]
    assert mia.get(USER)["name"] == "Mia M."
    assert team.call("PUT", USER, **fields(name="Tea T.")).json()["name"] == "Tea T."
    team.set(enable_member_modify_name=True)
    assert mia.call("PUT", USER, **fields(name="Maria")).json()["name"] == "Maria"


def test_people_change_their_addresses(service, elsewhere, mia, tom, fields):
    path, address = USER + "contact-email/", new_address()
    taken = mia.call("PUT", path, **fields(new_contact_email=tom.address.upper()))
    assert (taken.status_code, taken.json()) == (400, {"error_msg": "User already exists."})
    for wrong in ("", "no address", "a@b@c", "a b@example.com"):
        refused = mia.call("PUT", path, **fields(new_contact_email=wrong))
        assert (refused.status_code, refused.json()) == (400, {"error_msg": "new_contact_email invalid."})
    assert mia.call("PUT", path, **fields(new_contact_email=address)).status_code == 200
    assert mia.get(USER)["contact_email"] == address
    Account(address, PASSWORD, service.url).auth()
    assert elsewhere("POST", LOGIN, data={"username": mia.address, "password": PASSWORD}).status_code == 400


def test_everybody_has_a_picture(call, service, mia, tom):
    group = mia.group("Sales", tom)
    pictures = {
        mia.get(USER)["avatar_url"],
        mia.get(f"/api/v2.1/user-common-info/{tom.id}/")["avatar_url"],
        mia.get(f"/api/v2.1/groups/{group}/")["avatar_url"],
        mia.get(f"/api/v2.1/groups/{group}/members/")[1]["avatar_url"],
    }
    assert pictures == {service.url + f"/media/avatars/{name}default.png" for name in ("", "groups/")}
    for url in pictures:
        answer = call("GET", url.removeprefix(service.url))
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
        assert answer.content.startswith(b"\x89PNG\r\n\x1a\n") and int(answer.headers["Content-Length"]) > 100


def test_guessing_a_password_is_throttled(call, elsewhere, clock, mia, tom):
    sign_in = lambda send, name, password: send("POST", LOGIN, data={"username": name, "password": password})
    guesses = [sign_in(elsewhere, mia.address, f"guess {number}") for number in range(5)]
    assert [answer.status_code for answer in guesses] == [400] * 5, "five are free"
    for number in range(20):
        answer = sign_in(elsewhere, mia.address, f"another guess {number}")
        if answer.status_code == 429:
            break
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
    clock("1 hour")
    # Even the right password is refused, with any of the account's names.
    for name in (mia.address, mia.address.upper(), mia.id):
        answer = sign_in(elsewhere, name, PASSWORD)
        assert answer.status_code == 429 and 60 < int(answer.headers["Retry-After"]) <= 3600
        assert f"in {answer.headers['Retry-After']} seconds" in answer.json()["detail"]
    # Other accounts and other addresses are not throttled.
    assert sign_in(elsewhere, tom.address, PASSWORD).status_code == 200
    assert sign_in(call, mia.address, PASSWORD).status_code == 200
    assert mia.get(USER)["contact_email"] == mia.address, "who has signed in stays so"
    clock("0 seconds")
    assert sign_in(elsewhere, mia.address, PASSWORD).status_code == 200
    assert sign_in(elsewhere, mia.address, "one more guess").status_code == 400


def test_a_name_that_nobody_has_is_throttled_as_an_account_is(elsewhere, clock, address):
    guess = lambda number: elsewhere("POST", LOGIN, data={"username": address, "password": f"guess {number}"})
    assert [guess(number).status_code for number in range(5)] == [400] * 5
    assert 429 in (guess(number).status_code for number in range(20))
    clock("1 hour")
    assert guess("again").status_code == 429


def test_administrators_find_people_groups_bases_and_teams_by_part_of_a_name(call, root, team, mia, tom, stranger):
    """The list that is searched is the list that is paged."""
    base, group = mia.base("Ledger of 100%"), tom.group("Sales_Team")
    stranger.base("Ledger of 100%")

    def users(query):
        return [one["email"] for one in team.call("GET", "users/", params={"query": query}).json()["user_list"]]

    def groups(query):
        return [one["id"] for one in team.call("GET", "groups/", params={"query": query}).json()["groups"]]

    assert (users("MI"), users(tom.address.upper()), users("100%"), users("o_")) == ([mia.id], [tom.id], [], [])
    assert stranger.id not in users("") and {mia.id, tom.id} <= set(users(""))
    assert (groups("s_t"), groups("sxt")) == ([group], [])
    first, second = (team.call("GET", "users/", params={"query": "@", "per_page": 1, "page": page}).json()["user_list"]
                     for page in (1, 2))
    assert len(first) == len(second) == 1 and first != second
    assert team.call("GET", "users/", params={"query": "x" * 256}).status_code == 400

    bases = call("GET", "/api/v2.1/admin/dtables/", root, params={"query": "of 100%", "per_page": 1000}).json()
    assert base["uuid"] in [one["uuid"] for one in bases["dtables"]] and len(bases["dtables"]) >= 2
    assert {one["name"] for one in bases["dtables"]} == {"Ledger of 100%"}
    teams = call("GET", "/api/v2.1/admin/organizations/", root, params={"query": team.name.upper()}).json()
    assert ([one["org_id"] for one in teams["organizations"]], teams["count"]) == ([team.id], 1)
